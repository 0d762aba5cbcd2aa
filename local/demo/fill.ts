import { existsSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { createDiskStore } from '../../activities/media-store.ts'
import type { Config } from '../../config.ts'
import { close, connect, type Sql, tx } from '../../db/connect.ts'
import { Problem } from '../problem.ts'
import { moveBeginnings } from './beginnings.ts'
import { cellar, type DemoPlatform, type DemoWorkspace, demoPassword, operator, workspaces } from './cast.ts'
import { type DemoFiles, storeFiles } from './files.ts'
import { fillNumbers, makeMonths, type Sources } from './numbers.ts'
import { bringToPlatforms, type Place, writePast } from './past.ts'
import { bringIn } from './people.ts'
import { type SandboxControl, sandboxControl } from './sandbox.ts'
import { addCellar, breakThings } from './troubles.ts'
import { composeUpcoming } from './upcoming.ts'

export type DemoSetting = {
  dataDir: string
  config: Config
  publicUrl: string
  /** Of the first operator; null: somebody has used it. */
  invitation: string | null
  sandboxControl?: string
  say(line: string): void
}

/**
 * Fills a new installation, once: people, accounts, a year of posts and numbers, what is planned and what went wrong. Answers with the lines
 * that say how to get in. @throws Problem when the installation is in use or its platforms are the real ones.
 */
export const fillDemo = async (setting: DemoSetting): Promise<string[]> => {
  const note = join(setting.dataDir, 'demo.json')
  if (!existsSync(note)) {
    setting.say('Filling the demo.')
    await fill(setting)
    writeFileSync(note, `${JSON.stringify({ filledAt: new Date().toISOString() })}\n`, { mode: 0o600 })
  }
  return howToSignIn()
}

const fill = async (setting: DemoSetting): Promise<void> => {
  if (!setting.sandboxControl) throw new Problem('--demo fills the sandbox: it does not run with a real Meta or TikTok app.')
  if (!setting.invitation)
    throw new Problem(
      `--demo fills a new installation, and the one in ${setting.dataDir} is in use, or filling it was broken off. DATA_DIR names another folder.`,
    )
  const { config } = setting
  const sql = connect({ ...config.database, max: 4, applicationName: 'demo' })
  try {
    const control = sandboxControl(setting.sandboxControl)
    const now = new Date()
    const deps = { sql, control, now, mediaStore: createDiskStore(config.media.url) }
    await addCellar(control)
    const cast = await bringIn(setting.publicUrl, setting.invitation)
    await moveBeginnings(sql)
    for (const [index, workspace] of workspaces.entries()) {
      const place = await findPlace(sql, workspace)
      const files = await storeFiles(deps, workspace, { workspaceId: place.workspaceId, uploadedBy: place.writers[0]!, now })
      await fillYear(deps, workspace, { place, files, sources: sourcesOf(config) })
      await composeUpcoming(workspace, cast.get(workspace.members[0]!.email)!, files, now)
      if (index === 0) await breakThings({ ...deps, cast }, place, files)
    }
  } finally {
    await close(sql)
  }
}

type Year = { place: Place; files: DemoFiles; sources: Sources }

/**
 * Posts and numbers of a year in one transaction: measuring may look at any moment, and sees all of it or nothing. It has perhaps begun with
 * the accounts, which were connected a moment ago: what it wrote of them goes, and what it writes now waits.
 */
const fillYear = async (
  deps: { sql: Sql; control: SandboxControl; now: Date },
  workspace: DemoWorkspace,
  year: Year,
): Promise<void> => {
  const { place, files, sources } = year
  await makeMonths(deps)
  const past = await bringToPlatforms(deps, workspace, files)
  await tx(deps.sql, async (t) => {
    await t`set local idle_in_transaction_session_timeout = '2min'`
    const ids = Object.values(place.channels).map((channel) => channel.id)
    await t`select from channels where id = any(${ids}) for update`
    await t`delete from channel_days where channel_id = any(${ids})`
    await t`delete from account_snapshots where channel_id = any(${ids})`
    const own = { sql: t, now: deps.now }
    const targets = await writePast(own, workspace, { place, files, past })
    await fillNumbers({ ...own, sources }, workspace, place, targets)
  })
}

const sourcesOf = ({ meta }: Config): Sources => {
  const graph = { posts: `Graph API ${meta?.apiVersion} insights`, account: `Graph API ${meta?.apiVersion}` }
  const tiktok = { posts: 'TikTok API v2 video/query', account: 'TikTok API v2 user/info' }
  return { facebook: graph, instagram: graph, tiktok }
}

const findPlace = async (sql: Sql, workspace: DemoWorkspace): Promise<Place> => {
  const [row] = await sql<{ id: string }[]>`select id from workspaces where slug = ${workspace.slug}`
  if (!row) throw new Error(`the workspace ${workspace.slug} was not made`)
  const channels = await sql<{ id: string; platform: DemoPlatform; accountId: string }[]>`
    select id, platform, account_id from channels where workspace_id = ${row.id} and handle <> ${cellar}`
  const writers = await sql<{ userId: string }[]>`
    select m.user_id from memberships m join users u on u.id = m.user_id
    where m.workspace_id = ${row.id} order by u.is_operator, u.created_at`
  return {
    workspaceId: row.id,
    channels: Object.fromEntries(channels.map(({ id, platform, accountId }) => [platform, { id, accountId }])),
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
  const workspace = workspaces.find(({ members }) => members.some((member) => member.email === email))
  const member = workspace?.members.find((one) => one.email === email)
  return `${member?.role} of ${workspace?.name}`
}
