import { nextAccountAt, nextMeasureAt } from '../../activities/insights/times.ts'
import type { Db } from '../../db/postgres/connect.ts'
import { dateOf } from '../../web/time/wall-time.ts'
import { accountDays, type Counts, type Gains } from './accounts.ts'
import { type DemoPlatform, type DemoWorkspace, zone } from './cast.ts'
import type { PastTarget, Place } from './past.ts'
import { type Audience, partAfter, reachOf } from './reception.ts'
import { insertRows, updateRow } from './rows.ts'

type Deps = { sql: Db; sources: Sources; now: Date }
/** The recorded source of numbers, by platform: for posts and for the account. */
export type Sources = Record<DemoPlatform, { posts: string; account: string }>

const hourMs = 3_600_000

/** Posts that were made here, and posts that the accounts made elsewhere. */
type Measured = { here: PastTarget[]; elsewhere: PastTarget[] }

/**
 * Writes a year of numbers as measuring would have: each post at its ages, each account once a day.
 */
export const fillNumbers = async (
  deps: Deps,
  workspace: DemoWorkspace,
  place: Place,
  posts: Measured,
): Promise<void> => {
  const { workspaceId } = place
  const here = readAll(deps, posts.here)
  const elsewhere = readAll(deps, posts.elsewhere)
  const snapshots = (read: Read, column: string) =>
    read.posts.flatMap(({ target, rows, source }) =>
      rows.map((row) => ({ workspace_id: workspaceId, [column]: target.id, ...row, source })),
    )
  await insertRows(deps.sql, 'snapshots', snapshots(here, 'target_id'))
  await insertRows(deps.sql, 'snapshots', snapshots(elsewhere, 'elsewhere_id'))
  const newest = here.posts.map(({ target, known }) => ({
    ...{
      target_id: target.id,
      workspace_id: workspaceId,
      channel_id: target.channelId,
      kind: target.kind,
    },
    published_at: target.publishedAt,
    ...known,
  }))
  await insertRows(deps.sql, 'measured_targets', newest)
  for (const { target, known } of elsewhere.posts)
    await updateRow(deps.sql, 'elsewhere_posts', target.id, known)
  await fillAccounts(deps, workspace, place, { here: here.gains, elsewhere: elsewhere.gains })
  const ids = Object.values(place.channels).map((channel) => channel.id)
  await deps.sql`insert into format_days select * from format_days_from_readings(${ids}::uuid[])`
}

type Read = ReturnType<typeof readAll>

/** The readings of these posts, and what they gained each day, by channel. */
const readAll = (deps: Deps, targets: PastTarget[]) => {
  const gains = new Map<string, Gains>()
  const posts = targets.map((target) => {
    const days = gains.get(target.channelId) ?? new Map()
    gains.set(target.channelId, days)
    const source = deps.sources[target.platform].posts
    const { takenAt, counts, nextAt, rows, atAges } = measure(target, deps.now, days)
    const known = {
      ...atAges,
      next_at: nextAt,
      ...counts,
      taken_at: takenAt,
      source: takenAt ? source : null,
    }
    return { target, rows, source, known }
  })
  return { posts, gains }
}

/** Creates partitions for the past year. The product creates those for later months. */
export const makeMonths = async ({ sql, now }: Pick<Deps, 'sql' | 'now'>): Promise<void> => {
  await sql`
    select ensure_snapshot_month(month::timestamp)
    from generate_series(date_trunc('month', ${now}::timestamptz) - interval '13 months', ${now}::timestamptz, interval '1 month') as month`
}

const unread = { views: null, reach: null, likes: null, comments: null, shares: null, saves: null }
const none: Counts = { views: 0, reach: 0, likes: 0, comments: 0, shares: 0, saves: 0 }

/** Every snapshot of a post up to now. Adds the gain since the previous snapshot to its day. */
const measure = (target: PastTarget, now: Date, days: Gains) => {
  const times = { channelId: target.channelId, publishedAt: target.publishedAt, toldForMs: null }
  const rows: (Counts & { taken_at: Date })[] = []
  let [takenAt, before] = [null as Date | null, none]
  let at = nextMeasureAt(times, target.publishedAt.getTime())
  for (; at && at <= now; at = nextMeasureAt(times, at.getTime())) {
    const counts = countsAt(
      target.platform,
      target.audience,
      (at.getTime() - target.publishedAt.getTime()) / hourMs,
    )
    rows.push({ taken_at: at, ...counts })
    addGain(days, dateOf(at, zone), counts, before)
    takenAt = at
    before = counts
  }
  const viewsAt = (ageHours: number): number | null => {
    const ageOf = (row: { taken_at: Date }) =>
      (row.taken_at.getTime() - target.publishedAt.getTime()) / hourMs
    return rows.find((row) => ageOf(row) >= ageHours && ageOf(row) < ageHours + 6)?.views ?? null
  }
  const atAges = { views_at_day: viewsAt(24), views_at_week: viewsAt(7 * 24) }
  return { rows, takenAt, counts: takenAt ? before : unread, nextAt: at, atAges }
}

/** TikTok returns neither reach nor saves; Facebook returns no saves. */
const countsAt = (platform: DemoPlatform, end: Audience, ageHours: number): Counts => {
  const part = partAfter(ageHours)
  const now = (count: number) => Math.floor(count * part)
  return {
    views: now(end.views),
    reach: platform === 'tiktok' ? null : reachOf(now(end.views)),
    likes: now(end.likes),
    comments: now(end.comments),
    shares: now(end.shares),
    saves: platform === 'instagram' ? now(end.saved) : null,
  }
}

const addGain = (days: Gains, day: string, now: Counts, before: Counts): void => {
  const sum = days.get(day)
  const add = (name: keyof Counts) => {
    const count = now[name]
    return count === null ? (sum?.[name] ?? null) : (sum?.[name] ?? 0) + count - (before[name] ?? 0)
  }
  const [views, likes, comments, shares] = [
    add('views') ?? 0,
    add('likes') ?? 0,
    add('comments') ?? 0,
    add('shares') ?? 0,
  ]
  days.set(day, { views, likes, comments, shares, reach: add('reach'), saves: add('saves') })
}

type AllGains = Record<'here' | 'elsewhere', Map<string, Gains>>

const fillAccounts = async (
  deps: Deps,
  workspace: DemoWorkspace,
  place: Place,
  gains: AllGains,
): Promise<void> => {
  const { sql, now, sources } = deps
  const connectedAt = new Date(now.getTime() - 365 * 24 * hourMs - 95 * 60_000)
  for (const [platform, channel] of Object.entries(place.channels) as [
    DemoPlatform,
    { id: string },
  ][]) {
    const ids = { workspace_id: place.workspaceId, channel_id: channel.id }
    const own = gains.here.get(channel.id) ?? new Map<string, Counts>()
    const other = gains.elsewhere.get(channel.id) ?? new Map<string, Counts>()
    const days = accountDays(workspace, platform, {
      channelId: channel.id,
      connectedAt,
      now,
      gains: own,
    })
    const snapshots = days.map(({ takenAt, followers, day, views, reach }) => ({
      ...ids,
      taken_at: takenAt,
      followers,
      views,
      reach,
      day,
      source: sources[platform].account,
    }))
    const levels = new Map(days.map((one) => [dateOf(one.takenAt, zone), one]))
    const dates = [...new Set([...own.keys(), ...other.keys(), ...levels.keys()])].sort()
    const sums = dates.map((day) => ({
      ...ids,
      day,
      ...(own.get(day) ?? unread),
      ...asOthers(other.get(day) ?? unread),
      followers: levels.get(day)?.followers ?? null,
      taken_at: levels.get(day)?.takenAt ?? now,
    }))
    await insertRows(sql, 'account_snapshots', snapshots)
    await insertRows(sql, 'channel_days', sums)
    const next_at = nextAccountAt(channel.id, connectedAt, now.getTime())
    // The account's own posts were listed just now, and for the first time when it was connected.
    const listed = { list_at: next_at, listed_at: now, first_listed_at: connectedAt }
    await sql`insert into measured_channels (channel_id, workspace_id, next_at, days_at)
      values (${channel.id}, ${place.workspaceId}, ${next_at}, ${next_at})
      on conflict (channel_id) do update set next_at = excluded.next_at, days_at = excluded.days_at`
    await sql`update measured_channels set ${sql(listed)}, list_from = null, list_began_at = null, list_next = null
      where channel_id = ${channel.id}`
    await sql`update channels set connected_at = ${connectedAt} where id = ${channel.id}`
  }
}

/** The columns for growth of posts that were not made here. */
const asOthers = (counts: Counts | typeof unread): Record<string, number | null> =>
  Object.fromEntries(Object.entries(counts).map(([name, count]) => [`other_${name}`, count]))
