import type { Config } from '../../config/index.ts'
import { close, connect, type Sql, tx } from '../../db/postgres/connect.ts'
import { createDiskStore } from '../../media/store.ts'
import { createPlatforms, type Registry } from '../../platforms/index.ts'
import { Problem } from '../problem.ts'
import { moveBeginnings } from './beginnings.ts'
import {
  cellar,
  type DemoPlatform,
  type DemoWorkspace,
  demoPassword,
  operator,
  workspaces,
} from './cast.ts'
import { postElsewhere, writeElsewhere } from './elsewhere.ts'
import { type DemoFiles, storeFiles } from './files.ts'
import { isFilled, writeNote } from './note.ts'
import { fillNumbers, makeMonths, type Sources } from './numbers.ts'
import { fillOwnMetrics } from './own-metrics.ts'
import { bringToPlatforms, type Place, writePast } from './past.ts'
import { bringIn } from './people.ts'
import { type SandboxControl, sandboxControl } from './sandbox.ts'
import { addCellar, breakThings } from './troubles.ts'
import { composeUpcoming } from './upcoming.ts'

export type DemoSetting = {
  dataDir: string
  config: Config
  publicUrl: string
  /** For the first operator. Null if it has already been used. */
  invitation: string | null
  sandboxControl?: string
  say(line: string): void
}

/**
 * Fills a new installation once: people, accounts, a year of posts and numbers, scheduled posts and
 * some failures. Returns lines that say how to sign in.
 * @throws Problem if the installation is in use or uses the real platforms
 */
export const fillDemo = async (setting: DemoSetting): Promise<string[]> => {
  if (!isFilled(setting.dataDir)) await fill(setting)
  return howToSignIn()
}

const fill = async (setting: DemoSetting): Promise<void> => {
  if (!setting.sandboxControl)
    throw new Problem('--demo fills the sandbox: it does not run with a real Meta or TikTok app.')
  if (!setting.invitation)
    throw new Problem(
      `--demo fills a new installation, and the one in ${setting.dataDir} is in use. Name another folder with DATA_DIR.`,
    )
  const startedAt = new Date().toISOString()
  writeNote(setting.dataDir, { startedAt })
  setting.say('Loading demo data…')
  const { config } = setting
  const sql = connect({ ...config.database, max: 4, applicationName: 'demo' })
  try {
    const control = sandboxControl(setting.sandboxControl)
    const now = new Date()
    const deps = { sql, control, now, mediaStore: createDiskStore(config.media.url) }
    const { platforms } = createPlatforms(config)
    await addCellar(control)
    const cast = await bringIn(setting.publicUrl, setting.invitation)
    await moveBeginnings(sql)
    for (const [index, workspace] of workspaces.entries()) {
      const place = await findPlace(sql, workspace)
      const files = await storeFiles(deps, workspace, {
        workspaceId: place.workspaceId,
        uploadedBy: place.writers[0]!,
        now,
      })
      await fillYear(deps, workspace, { place, files, sources: sourcesOf(platforms), platforms })
      await composeUpcoming(workspace, cast.get(workspace.members[0]!.email)!, files, now)
      if (index === 0) await breakThings({ ...deps, cast }, place, files)
    }
    writeNote(setting.dataDir, { startedAt, filledAt: new Date().toISOString() })
  } finally {
    await close(sql)
  }
}

type Year = { place: Place; files: DemoFiles; sources: Sources; platforms: Registry['platforms'] }

/**
 * Writes a year of posts and numbers in one transaction, so that the measuring process sees all of
 * it or nothing. Measuring may have already started for the newly connected accounts: what it has
 * written is deleted, and further writes wait for the transaction.
 */
const fillYear = async (
  deps: { sql: Sql; control: SandboxControl; now: Date },
  workspace: DemoWorkspace,
  year: Year,
): Promise<void> => {
  const { place, files, sources } = year
  await makeMonths(deps)
  const past = await bringToPlatforms(deps, workspace, files)
  const elsewhere = await postElsewhere(deps, workspace, files)
  await tx(deps.sql, async (t) => {
    await t`set local idle_in_transaction_session_timeout = '2min'`
    const ids = Object.values(place.channels).map((channel) => channel.id)
    await t`select from channels where id = any(${ids}) for update`
    await t`select from measured_channels where channel_id = any(${ids}) for update`
    await t`delete from elsewhere_posts where channel_id = any(${ids})`
    await t`delete from channel_days where channel_id = any(${ids})`
    await t`delete from format_days where channel_id = any(${ids})`
    await t`delete from account_snapshots where channel_id = any(${ids})`
    const own = { sql: t, now: deps.now }
    const here = await writePast(own, workspace, { place, files, past })
    const others = await writeElsewhere(t, place, elsewhere)
    await fillNumbers({ ...own, sources }, workspace, place, { here, elsewhere: others })
    await fillOwnMetrics(
      { sql: t, control: deps.control, platforms: year.platforms },
      place.workspaceId,
    )
  })
}

const sourcesOf = (platforms: Registry['platforms']): Sources => {
  const version = platforms.get('facebook')?.measure.version
  const graph = { posts: `Graph API ${version} insights`, account: `Graph API ${version}` }
  const tiktok = { posts: 'TikTok API v2 video/query', account: 'TikTok API v2 user/info' }
  return { facebook: graph, instagram: graph, tiktok }
}

const findPlace = async (sql: Sql, workspace: DemoWorkspace): Promise<Place> => {
  const [row] = await sql<
    { id: string }[]
  >`select id from workspaces where slug = ${workspace.slug}`
  if (!row) throw new Error(`the workspace ${workspace.slug} was not made`)
  const channels = await sql<{ id: string; platform: DemoPlatform; accountId: string }[]>`
    select id, platform, account_id from channels where workspace_id = ${row.id} and handle <> ${cellar}`
  const writers = await sql<{ userId: string }[]>`
    select m.user_id from memberships m join users u on u.id = m.user_id
    where m.workspace_id = ${row.id} order by u.is_operator, u.created_at`
  return {
    workspaceId: row.id,
    channels: Object.fromEntries(
      channels.map(({ id, platform, accountId }) => [platform, { id, accountId }]),
    ),
    writers: writers.map((writer) => writer.userId),
  }
}

const howToSignIn = (): string[] => [
  `Everyone's password: ${demoPassword}`,
  ...[operator, ...workspaces.flatMap((workspace) => workspace.members)].map((member) => {
    const where = member === operator ? 'operator, admin of both workspaces' : placeOf(member.email)
    return `${member.email.padEnd(24)} ${member.name}, ${where}`
  }),
]

const placeOf = (email: string): string => {
  const workspace = workspaces.find(({ members }) =>
    members.some((member) => member.email === email),
  )
  const member = workspace?.members.find((one) => one.email === email)
  return `${member?.role} of ${workspace?.name}`
}
