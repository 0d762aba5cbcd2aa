import type { Client } from '@temporalio/client'
import { pino } from 'pino'
import { withToken } from '../../activities/grants.ts'
import { createHeed } from '../../activities/limits.ts'
import { createMeasuringActivities, type MeasuringDeps } from '../../activities/measuring.ts'
import { saveChannel } from '../../db/channels.ts'
import type { Sql } from '../../db/connect.ts'
import { saveGrant } from '../../db/grants.ts'
import { createVault } from '../../db/vault.ts'
import { createPlatforms } from '../../platforms/index.ts'
import type { Account } from '../../platforms/platform.ts'
import { taskQueue } from '../../workflows/names.ts'
import { accountIn, type Rig, startRig } from './against-sandbox.ts'
import { atTheEnd } from './at-the-end.ts'
import { testConfig } from './config.ts'
import { createTestDatabase } from './database.ts'
import { draftOf, publish } from './draft.ts'
import type { HostedMedia } from './media-host.ts'
import { photo, video } from './publishable.ts'
import { createTimeSkippingTemporal } from './temporal.ts'
import { insertPeople } from './time-travel.ts'
import { sandboxEnv } from './twins.ts'

/** Measuring over months: Temporal skips time, and the sandbox's and the product's clocks go with it. */
export type MeasuringWorld = {
  rig: Rig
  sql: Sql
  client: Client
  deps: MeasuringDeps
  workspaceId: string
  adminId: string
  /** A person consents; the accounts of `Northside Records` are connected. By platform. */
  connect(issuer: 'meta' | 'tiktok'): Promise<Record<string, Connected>>
  /** A post that is out, at the platform and in the rows. */
  post(channel: Connected, kind: string): Promise<Published>
  /** Until this moment of the product's clock. */
  travelTo(atMs: number): Promise<void>
  /** What the schedule does each quarter of an hour: one run of `measureDue`, to its end. */
  measure(): Promise<void>
  /** Runs as the schedule would until this moment; after the first, those at which nothing is due are left out. Answers how many there were. */
  measureUntil(atMs: number): Promise<number>
}
export type Connected = { channelId: string; grantId: string; platform: string; account: Account }
export type Published = { targetId: string; postId: string; platformPostId: string; publishedAt: Date }

const quarterMs = 15 * 60_000
const textless = new Set(['story'])

/** `home`: a workspace that is there already, with its database. */
export const startMeasuringWorld = async (home?: { sql: Sql; workspaceId: string; adminId: string }): Promise<MeasuringWorld> => {
  const sql = home?.sql ?? (await createTestDatabase()).sql
  const rig = await startRig()
  atTheEnd(() => rig.close())
  const temporal = await createTimeSkippingTemporal()
  const config = testConfig(sandboxEnv(rig.sandbox.url))
  const log = pino({ level: 'silent' })
  const platforms = createPlatforms(config, rig.now, createHeed({ sql, log, now: rig.now }))
  const deps = { sql, vault: createVault(config.vaultKeys), platforms, now: rig.now, log }
  await temporal.startWorker({ activities: createMeasuringActivities(deps) })
  const { workspaceId, adminId } = home ?? (await insertPeople(sql))
  let runs = 0

  const travelTo = async (atMs: number) => {
    const aheadMs = atMs - rig.now()
    if (aheadMs <= 0) return
    await temporal.sleep(aheadMs)
    await rig.advance(aheadMs)
  }
  const measure = async () => {
    runs += 1
    await temporal.client.workflow.execute('measureDue', { workflowId: `measure-${runs}`, taskQueue, args: [] })
  }
  return {
    rig,
    sql,
    client: temporal.client,
    deps,
    workspaceId,
    adminId,
    connect: (issuer) => connect(deps, rig, { workspaceId, adminId, issuer }),
    post: (channel, kind) => post(deps, rig, workspaceId, channel, kind),
    travelTo,
    measure,
    measureUntil: async (atMs) => {
      for (let looks = 0; ; looks += 1) {
        const dueMs = looks === 0 ? 0 : await nextDueMs(sql)
        const lookMs = Math.ceil(Math.max(dueMs, rig.now()) / quarterMs) * quarterMs
        if (lookMs > atMs) {
          await travelTo(atMs)
          return looks
        }
        await travelTo(lookMs)
        await measure()
      }
    },
  }
}

const connect = async (
  deps: MeasuringDeps,
  rig: Rig,
  { workspaceId, adminId: userId, issuer }: { workspaceId: string; adminId: string; issuer: 'meta' | 'tiktok' },
): Promise<Record<string, Connected>> => {
  const { tokens, offers } = await rig.connect(issuer)
  // TikTok's client reckons from the real clock.
  const aheadMs = issuer === 'tiktok' ? rig.now() - Date.now() : 0
  const later = (ms: number | null) => (ms === null ? null : ms + aheadMs)
  const stored = { ...tokens, expiresAtMs: later(tokens.expiresAtMs), refreshExpiresAtMs: later(tokens.refreshExpiresAtMs) }
  const grantId = await saveGrant(deps.sql, deps.vault, { workspaceId, issuer, userId, tokens: stored, at: new Date(rig.now()) })
  const connected: Record<string, Connected> = {}
  for (const offer of offers.filter(({ name }) => name === 'Northside Records')) {
    const { id: channelId, isNew } = await saveChannel(deps.sql, deps.vault, { workspaceId, grantId, offer })
    if (isNew) await deps.sql`update channels set connected_at = ${new Date(rig.now())} where id = ${channelId}`
    const { platform } = offer
    connected[platform] = { channelId, grantId, platform, account: accountIn({ tokens, offers }, platform) }
  }
  return connected
}

const mediaFor = async (rig: Rig, kind: string): Promise<HostedMedia[]> => {
  if (kind === 'reel' || kind === 'video') return [await video(rig.host, `${kind} ${Math.random()}`)]
  return [await photo(rig.host, '#204060', kind === 'story' ? { width: 720, height: 1280 } : {})]
}

const post = async (deps: MeasuringDeps, rig: Rig, workspaceId: string, channel: Connected, kind: string): Promise<Published> => {
  const { sql } = deps
  const { platform, channelId } = channel
  const text = textless.has(kind) ? '' : `${kind} ${rig.now()}`
  const media = await mediaFor(rig, kind)
  const { draft, platformPostId } = await withToken(deps, { workspaceId, channelId }, async (account) => {
    const draft = draftOf(rig, { platform, account, kind, text, media })
    return { draft, ...(await publish(rig, draft)) }
  })
  const publishedAt = new Date(rig.now())
  const [row] = await sql<{ postId: string; targetId: string }[]>`
    with p as (insert into posts (workspace_id, state, text, due_at, zone) values (${workspaceId}, 'scheduled', ${text}, ${publishedAt}, 'UTC') returning id)
    insert into targets (workspace_id, post_id, channel_id, platform, kind, text, due_at, state, published_at, platform_post_id, handles)
    select ${workspaceId}, p.id, ${channelId}, ${platform}, ${kind}, ${text}, ${publishedAt}, 'published', ${publishedAt}, ${platformPostId},
      ${sql.json(draft.handles())} from p
    returning post_id, id as target_id`
  return { ...row!, platformPostId: platformPostId!, publishedAt }
}

/** The earliest moment at which something is due, or may be asked again. */
const nextDueMs = async (sql: Sql): Promise<number> => {
  const [row] = await sql<{ at: Date | null }[]>`
    select min(greatest(coalesce(m.rest_until, '-infinity'), least(m.next_at, p.next_at))) as at
    from measured_channels m join channels c on c.id = m.channel_id and c.state = 'connected'
      left join lateral (select min(next_at) as next_at from measured_targets where channel_id = m.channel_id) p on true`
  return row?.at?.getTime() ?? 0
}
