import type { Client } from '@temporalio/client'
import { pino } from 'pino'
import { withToken } from '../../../activities/channels/tokens.ts'
import {
  createMeasuringActivities,
  type MeasuringDeps,
} from '../../../activities/insights/index.ts'
import { createPressureRecorder } from '../../../activities/limits.ts'
import { saveChannel } from '../../../db/channels/channels.ts'
import { saveGrant } from '../../../db/channels/grants.ts'
import type { Sql } from '../../../db/postgres/connect.ts'
import { createVault } from '../../../db/vault/vault.ts'
import type { Account } from '../../../platforms/account.ts'
import { createPlatforms } from '../../../platforms/index.ts'
import { atTheEnd } from '../at-the-end.ts'
import { testConfig } from '../config.ts'
import { createTestDatabase } from '../database.ts'
import { type Draft, draftOf, publish } from '../draft.ts'
import { accountIn, type Rig, startRig } from '../platforms/against-sandbox.ts'
import { sandboxEnv } from '../platforms/twins.ts'
import { photo, video } from '../publishable.ts'
import type { HostedMedia } from '../servers/media-host.ts'
import { createTimeSkippingTemporal } from '../servers/temporal.ts'
import { insertPeople } from '../time-travel.ts'
import { measureAll } from './measure-all.ts'

/**
 * Measuring over months: Temporal skips time, and the clocks of the sandbox and the product follow.
 */
export type MeasuringWorld = {
  rig: Rig
  sql: Sql
  client: Client
  deps: MeasuringDeps
  workspaceId: string
  adminId: string
  /** A person consents, and the accounts of `Northside Records` are connected. By platform. */
  connect(issuer: 'meta' | 'tiktok'): Promise<Record<string, Connected>>
  /** A published post, at the platform and in our rows. */
  post(channel: Connected, kind: string, publishing?: Publishing): Promise<Published>
  /** Advances time to this moment of the product's clock. */
  travelTo(atMs: number): Promise<void>
  /**
   * What the schedules do every 15 minutes: runs `measureShard` once for each shard with accounts.
   */
  measure(): Promise<void>
  /**
   * Runs as the schedules would until this moment. After the first run, skips those where nothing
   * is due. Returns the number of runs.
   */
  measureUntil(atMs: number): Promise<number>
}
export type Connected = { channelId: string; grantId: string; platform: string; account: Account }
export type Published = {
  targetId: string
  postId: string
  platformPostId: string
  publishedAt: Date
}

const quarterMs = 15 * 60_000
const textless = new Set(['story'])

/** `home`: an existing workspace with its database. */
export const startMeasuringWorld = async (home?: {
  sql: Sql
  workspaceId: string
  adminId: string
}): Promise<MeasuringWorld> => {
  const sql = home?.sql ?? (await createTestDatabase()).sql
  const rig = await startRig()
  atTheEnd(() => rig.close())
  const temporal = await createTimeSkippingTemporal()
  const config = testConfig(sandboxEnv(rig.sandbox.url))
  const log = pino({ level: 'silent' })
  const platforms = createPlatforms(
    config,
    rig.now,
    createPressureRecorder({ sql, log, now: rig.now }),
  )
  const deps = { sql, vault: createVault(config.vaultKeys), platforms, now: rig.now, log }
  await temporal.startWorker({ activities: createMeasuringActivities(deps) })
  const { workspaceId, adminId } = home ?? (await insertPeople(sql))
  const travelTo = async (atMs: number) => {
    const aheadMs = atMs - rig.now()
    if (aheadMs <= 0) return
    await temporal.sleep(aheadMs)
    await rig.advance(aheadMs)
  }
  const measure = () => measureAll(sql, temporal.client)
  return {
    rig,
    sql,
    client: temporal.client,
    deps,
    workspaceId,
    adminId,
    connect: (issuer) => connect(deps, rig, { workspaceId, adminId, issuer }),
    post: (channel, kind, publishing) =>
      post(deps, rig, { workspaceId, channel, kind, ...(publishing ? { publishing } : {}) }),
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
  {
    workspaceId,
    adminId: userId,
    issuer,
  }: { workspaceId: string; adminId: string; issuer: 'meta' | 'tiktok' },
): Promise<Record<string, Connected>> => {
  const { tokens, offers } = await rig.connect(issuer)
  // TikTok's client computes from the real clock.
  const aheadMs = issuer === 'tiktok' ? rig.now() - Date.now() : 0
  const later = (ms: number | null) => (ms === null ? null : ms + aheadMs)
  const stored = {
    ...tokens,
    expiresAtMs: later(tokens.expiresAtMs),
    refreshExpiresAtMs: later(tokens.refreshExpiresAtMs),
  }
  const grantId = await saveGrant(deps.sql, deps.vault, {
    workspaceId,
    issuer,
    userId,
    tokens: stored,
    at: new Date(rig.now()),
  })
  const connected: Record<string, Connected> = {}
  for (const offer of offers.filter(({ name }) => name === 'Northside Records')) {
    const { id: channelId, isNew } = await saveChannel(deps.sql, deps.vault, {
      workspaceId,
      grantId,
      offer,
    })
    if (isNew)
      await deps.sql`update channels set connected_at = ${new Date(rig.now())} where id = ${channelId}`
    const { platform } = offer
    connected[platform] = {
      channelId,
      grantId,
      platform,
      account: accountIn({ tokens, offers }, platform),
    }
  }
  return connected
}

const mediaFor = async (rig: Rig, kind: string): Promise<HostedMedia[]> => {
  if (kind === 'reel' || kind === 'video')
    return [await video(rig.host, `${kind} ${Math.random()}`)]
  return [await photo(rig.host, '#204060', kind === 'story' ? { width: 720, height: 1280 } : {})]
}

type Publishing = (rig: Rig, draft: Draft) => Promise<{ platformPostId: string | null }>

const post = async (
  deps: MeasuringDeps,
  rig: Rig,
  {
    workspaceId,
    channel,
    kind,
    publishing = publish,
  }: { workspaceId: string; channel: Connected; kind: string; publishing?: Publishing },
): Promise<Published> => {
  const { sql } = deps
  const { platform, channelId } = channel
  const text = textless.has(kind) ? '' : `${kind} ${rig.now()}`
  const media = await mediaFor(rig, kind)
  const { draft, platformPostId } = await withToken(
    deps,
    { workspaceId, channelId },
    async (account) => {
      const draft = draftOf(rig, { platform, account, kind, text, media })
      return { draft, ...(await publishing(rig, draft)) }
    },
  )
  const publishedAt = new Date(rig.now())
  const [row] = await sql<{ postId: string; targetId: string }[]>`
    with p as (insert into posts (workspace_id, state, text, due_at, zone) values (${workspaceId}, 'scheduled', ${text}, ${publishedAt}, 'UTC') returning id)
    insert into targets (workspace_id, post_id, channel_id, platform, kind, text, due_at, state, published_at, platform_post_id, handles)
    select ${workspaceId}, p.id, ${channelId}, ${platform}, ${kind}, ${text}, ${publishedAt}, 'published', ${publishedAt}, ${platformPostId},
      ${sql.json(draft.handles())} from p
    returning post_id, id as target_id`
  return { ...row!, platformPostId: platformPostId!, publishedAt }
}

/** The earliest time at which something is due or may be requested again. */
const nextDueMs = async (sql: Sql): Promise<number> => {
  const [row] = await sql<{ at: Date | null }[]>`
    select min(greatest(coalesce((m.rests -> due.part ->> 'until')::timestamptz, '-infinity'), due.at)) as at
    from measured_channels m join channels c on c.id = m.channel_id and c.state = 'connected'
      left join lateral (select min(next_at) as next_at from measured_targets where channel_id = m.channel_id) p on true
      left join lateral (select min(next_at) as next_at from elsewhere_posts where channel_id = m.channel_id) e on true
      cross join lateral (values ('followers', m.next_at), ('days', m.days_at), ('posts', p.next_at), ('elsewhere', least(m.list_at, e.next_at))) due (part, at)
    where due.at is not null`
  return row?.at?.getTime() ?? 0
}
