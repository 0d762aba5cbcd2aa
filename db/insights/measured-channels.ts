import type { KnownDay } from '../../platforms/measurer.ts'
import type { Db } from '../postgres/connect.ts'
import { homes } from './homes.ts'

/** When accounts are measured, and why they are paused. */

/**
 * Adds accounts of the shard that were connected since the last run. In the order of their ids, so
 * that two runs can't deadlock.
 */
export const enrollChannels = async (sql: Db, now: Date, shard: number): Promise<void> => {
  await sql`
    insert into measured_channels (channel_id, workspace_id, next_at, days_at, list_at)
    select c.id, c.workspace_id, ${now}, ${now}, ${now} from channels c
    where c.state = 'connected' and measure_shard(c.id) = ${shard}
      and not exists (select from measured_channels m where m.channel_id = c.id)
    order by c.id on conflict do nothing`
}

/** The parts of measuring an account. Each has its own schedule and pauses on its own. */
export type MeasuredPart = 'followers' | 'days' | 'posts' | 'elsewhere'
/**
 * The last problem of a part. No calls are made before `until`. Without `until`, the rest of the
 * part was read.
 */
type Rest = { problem: string; at: string; until?: string; failures: number }

const isAwake = (sql: Db, part: MeasuredPart, now: Date) =>
  sql`coalesce((m.rests -> ${part}::text ->> 'until')::timestamptz <= ${now}, true)`
const hasDuePosts = (sql: Db, now: Date) =>
  sql`exists (select from measured_targets p where p.channel_id = m.channel_id and p.next_at <= ${now})`

const hasDueElsewhere = (sql: Db, now: Date) =>
  sql`exists (select from elsewhere_posts e where e.channel_id = m.channel_id and e.next_at <= ${now})`

/**
 * Accounts of the shard with something to measure, in order of their ids and starting after
 * `after`. Leaves out accounts that are paused or must be reconnected.
 */
export const listDueChannels = async (
  sql: Db,
  { shard, now, after, limit }: { shard: number; now: Date; after: string | null; limit: number },
): Promise<string[]> => {
  const rows = await sql<{ channelId: string }[]>`
    select m.channel_id from measured_channels m join channels c on c.id = m.channel_id join grants g on g.id = c.grant_id
    where measure_shard(m.channel_id) = ${shard} and c.state = 'connected' and g.state = 'active'
      and (${after}::uuid is null or m.channel_id > ${after}::uuid)
      and (m.next_at <= ${now} and ${isAwake(sql, 'followers', now)}
        or m.days_at <= ${now} and ${isAwake(sql, 'days', now)}
        or ${isAwake(sql, 'posts', now)} and ${hasDuePosts(sql, now)}
        or ${isAwake(sql, 'elsewhere', now)} and (m.list_at <= ${now} or ${hasDueElsewhere(sql, now)}))
    order by m.channel_id limit ${limit}`
  return rows.map((row) => row.channelId)
}

/**
 * A list of the account's own posts that isn't complete yet. `from`: how far back it goes. `next`:
 * the platform's cursor of the next page, or null for the first page.
 */
export type UnfinishedList = { from: Date; beganAt: Date; next: string | null }

export type MeasuredChannel = {
  channelId: string
  workspaceId: string
  platform: string
  connectedAt: Date
  /** When its followers are due. */
  nextAt: Date
  /** When its next day is due. Null if it has no days. */
  daysAt: Date | null
  hasDuePosts: boolean
  /** When the account's own posts are listed next, and up to when the last list is complete. */
  listAt: Date | null
  listedAt: Date | null
  /** The list that the next run continues. Null if the last one is complete. */
  list: UnfinishedList | null
  hasDueElsewhere: boolean
  rests: Partial<Record<MeasuredPart, Rest>>
}

export const findMeasuredChannel = async (
  sql: Db,
  channelId: string,
  now: Date,
): Promise<MeasuredChannel | undefined> => {
  type Row = Omit<MeasuredChannel, 'list'> & {
    listFrom: Date | null
    listBeganAt: Date | null
    listNext: string | null
  }
  const [row] = await sql<Row[]>`
    select m.channel_id, m.workspace_id, c.platform, c.connected_at, m.next_at, m.days_at, m.rests, m.list_at, m.listed_at,
      m.list_from, m.list_began_at, m.list_next,
      ${hasDuePosts(sql, now)} as has_due_posts, ${hasDueElsewhere(sql, now)} as has_due_elsewhere
    from measured_channels m join channels c on c.id = m.channel_id where m.channel_id = ${channelId}`
  if (!row) return undefined
  const { listFrom: from, listBeganAt: beganAt, listNext: next, ...channel } = row
  return { ...channel, list: from && beganAt ? { from, beganAt, next } : null }
}

/** Records that a part was read. `problem`: something that people should know about it, or null. */
export const noteRead = async (
  sql: Db,
  channelId: string,
  part: MeasuredPart,
  problem: string | null,
  now: Date,
): Promise<void> => {
  const rest = problem === null ? null : { problem, failures: 0 }
  await noteRest(sql, channelId, part, rest, now)
}

/** Records that a part could not be read. It stays due and is tried again after `until`. */
export const noteUnread = (
  sql: Db,
  channelId: string,
  part: MeasuredPart,
  { problem, failures, until }: { problem: string; failures: number; until: Date },
  now: Date,
): Promise<void> =>
  noteRest(sql, channelId, part, { problem, failures, until: until.toISOString() }, now)

/** Stores the problem of a part. The columns for pages show the part with the longest pause. */
const noteRest = async (
  sql: Db,
  channelId: string,
  part: MeasuredPart,
  rest: Omit<Rest, 'at'> | null,
  now: Date,
): Promise<void> => {
  await sql`
    with known as (
      select channel_id, rests, rests -> ${part}::text as old from measured_channels
      where channel_id = ${channelId} and (${rest !== null} or rests ? ${part}::text) for no key update),
    new as (
      select channel_id, case when ${rest === null} then rests - ${part}::text else rests || jsonb_build_object(${part}::text,
        ${sql.json(rest ?? {})}::jsonb || jsonb_build_object('at', coalesce(
          case when old ->> 'problem' = ${rest?.problem ?? null}::text then old ->> 'at' end, ${now.toISOString()}::text))) end as rests
      from known)
    update measured_channels m set rests = new.rests, problem = top.problem, problem_at = top.at, rest_until = top.until
    from new left join lateral (
      select value ->> 'problem' as problem, (value ->> 'at')::timestamptz as at, (value ->> 'until')::timestamptz as until
      from jsonb_each(new.rests) order by until desc nulls last, key limit 1) top on true
    where m.channel_id = new.channel_id`
}

/**
 * Recently read days with their last reading, and the newest day ever known. Older days are not
 * read again.
 */
export const listKnownDays = (sql: Db, channelId: string, now: Date): Promise<KnownDay[]> => sql<
  KnownDay[]
>`
  select day::text as date, bool_and(views is null and reach is null) as is_empty, max(taken_at) as taken_at
  from account_snapshots where channel_id = ${channelId} and day is not null
    and (taken_at > ${now}::timestamptz - interval '40 days'
      or day = (select max(day) from account_snapshots where channel_id = ${channelId}))
  group by day order by day`

/** Updates the metrics that the platform withholds for this account. */
export const noteNotGiven = async (
  sql: Db,
  channelId: string,
  { given, notGiven }: { given: string[]; notGiven: string[] },
): Promise<void> => {
  await sql`
    update measured_channels m set not_given = new.names
    from (select array(
      select name from measured_channels c, unnest(c.not_given || ${notGiven}::text[]) as name
      where c.channel_id = ${channelId} and (name = any(${notGiven}::text[]) or name <> all(${given}::text[]))
      group by name order by name) as names) new
    where m.channel_id = ${channelId} and m.not_given is distinct from new.names`
}

/**
 * Deletes all readings of these accounts. Their `measured_channels` rows and their posts that were
 * not made here are deleted first: readings lock them, so a reading in progress finishes first and
 * is deleted too, and a later one finds no row.
 */
export const eraseAccountNumbers = async (t: Db, channelIds: string[]): Promise<void> => {
  await t`delete from measured_channels where channel_id = any(${channelIds}::uuid[])`
  await t`delete from elsewhere_posts where channel_id = any(${channelIds}::uuid[])`
  await t`delete from account_snapshots where channel_id = any(${channelIds}::uuid[])`
  await t`delete from channel_days where channel_id = any(${channelIds}::uuid[])`
  await t`delete from format_days where channel_id = any(${channelIds}::uuid[])`
}

/**
 * Reads a reconnected account at once. Clears its problems, and reads posts again that the platform
 * didn't show. Posts without a next reading stay so, because they are older than numbers are kept.
 */
export const readAgain = async (t: Db, channelId: string): Promise<void> => {
  await t`update measured_channels set rests = '{}', problem = null, problem_at = null, rest_until = null where channel_id = ${channelId}`
  // Truncated to milliseconds, the precision of JavaScript dates, because due times are compared
  // later.
  for (const { table } of Object.values(homes))
    await t`
      update ${t(table)} set next_at = date_trunc('milliseconds', now())
      where channel_id = ${channelId} and absent_at is not null and next_at > now()`
}
