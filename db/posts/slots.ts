import type { TransactionSql } from 'postgres'
import type { Db } from '../postgres/connect.ts'
import { lockWorkspace } from '../postgres/workspace-lock.ts'
import { retryableStates, stateList, unsentStates } from './target-states.ts'

/** A weekly posting time of an account, by the clock of the workspace's zone. */
export type Slot = {
  id: string
  channelId: string
  /** 1 is Monday, 7 is Sunday. */
  weekday: number
  /** `18:30` */
  wallTime: string
}

/** By account, weekday and time. */
export const listSlots = (
  sql: Db,
  workspaceId: string,
  channelIds: string[],
): Promise<Slot[]> => sql<Slot[]>`
  select id, channel_id, weekday, to_char(wall_time, 'HH24:MI') as wall_time from slots
  where workspace_id = ${workspaceId} and channel_id = any(${channelIds}::uuid[])
  order by channel_id, weekday, wall_time`

/** Which times to add: each of them, on each of these days, for each of these accounts. */
export type NewSlots = {
  workspaceId: string
  channelIds: string[]
  weekdays: number[]
  wallTime: string
}

/**
 * Adds the slots that don't exist yet. Leaves out accounts of other workspaces, and accounts that
 * would have more than `most`. The lock makes those who add at the same time wait for each other.
 * Returns how many were added for each account.
 */
export const insertSlots = async (
  t: TransactionSql,
  { workspaceId, channelIds, weekdays, wallTime }: NewSlots,
  most: number,
): Promise<string[]> => {
  await lockWorkspace(t, workspaceId)
  const rows = await t<{ channelId: string }[]>`
    insert into slots (workspace_id, channel_id, weekday, wall_time)
    select c.workspace_id, c.id, day.weekday, ${wallTime}::time
    from channels c cross join unnest(${weekdays}::smallint[]) as day (weekday)
    where c.workspace_id = ${workspaceId} and c.id = any(${channelIds}::uuid[]) and c.state <> 'disconnected'
      and (select count(*) from slots s where s.channel_id = c.id) + ${weekdays.length}::int <= ${most}::int
    on conflict (channel_id, weekday, wall_time) do nothing
    returning channel_id`
  return rows.map((row) => row.channelId)
}

/** Returns whether the slot still existed. */
export const deleteSlot = async (
  t: Db,
  ref: { workspaceId: string; slotId: string },
): Promise<boolean> => {
  const { count } =
    await t`delete from slots where workspace_id = ${ref.workspaceId} and id = ${ref.slotId}`
  return count > 0
}

/** A time at which an account has a post. */
export type TakenTime = {
  channelId: string
  dueAt: Date
  /** It waits in the account's queue. */
  inLine: boolean
}

/** When these accounts have posts from `after` until before `before`, apart from the post `postId`. */
export const listTakenTimes = (
  sql: Db,
  wanted: {
    workspaceId: string
    channelIds: string[]
    postId: string | null
    after: Date
    before: Date | null
  },
): Promise<TakenTime[]> => sql<TakenTime[]>`
  select channel_id, due_at, queued and state in ${stateList(sql, unsentStates)} as in_line from targets
  where workspace_id = ${wanted.workspaceId} and channel_id = any(${wanted.channelIds}::uuid[])
    and post_id is distinct from ${wanted.postId} and due_at >= ${wanted.after}
    and (${wanted.before}::timestamptz is null or due_at < ${wanted.before})
    and state not in ${stateList(sql, retryableStates)}`

/**
 * Locks the slots of a workspace until the transaction ends, so that two posts that are scheduled at
 * the same moment never take the same one: the second sees the first.
 */
export const lockSlots = async (t: TransactionSql, workspaceId: string): Promise<void> => {
  await t`select pg_advisory_xact_lock(hashtextextended('slots ' || ${workspaceId}, 0))`
}
