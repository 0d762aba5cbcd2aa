import { existsSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { createDiskStore } from '../../activities/media-store.ts'
import type { Config } from '../../config.ts'
import { close, connect, type Sql } from '../../db/connect.ts'
import { Problem } from '../problem.ts'
import { moveBeginnings } from './beginnings.ts'
import { cellar, type DemoPlatform, type DemoWorkspace, demoPassword, operator, workspaces } from './cast.ts'
import { storeFiles } from './files.ts'
import { fillNumbers, type Sources } from './numbers.ts'
import { fillPast, type Place } from './past.ts'
import { bringIn } from './people.ts'
import { sandboxControl } from './sandbox.ts'
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
      const targets = await fillPast(deps, workspace, place, files)
      await fillNumbers({ ...deps, sources: sourcesOf(config) }, workspace, place, targets)
      await composeUpcoming(workspace, cast.get(workspace.members[0]!.email)!, files, now)
      if (index === 0) await breakThings({ ...deps, cast }, place, files)
    }
  } finally {
    await close(sql)
  }
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
