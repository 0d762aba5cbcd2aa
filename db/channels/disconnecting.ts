import { eraseAccountNumbers } from '../insights/measured-channels.ts'
import type { Db } from '../postgres/connect.ts'
import { lockPostsOn } from '../posts/post-locks.ts'
import { stateList, targetStates, underWayStates, unsentStates } from '../posts/target-states.ts'
import { type Moved, transition } from '../posts/target-transitions.ts'
import type { Authorization } from './authorization-use.ts'
import type { RevocationState } from './revocations.ts'

/** The progress of disconnecting an account. If it was disconnected several times, the newest. */
export type Disconnection = {
  id: string
  channelId: string
  workspaceId: string
  issuer: string
  platform: string
  channelName: string
  askedAt: Date
  erasesHistory: boolean
  erasedAt: Date | null
  givesUpAt: Date
  tries: number
  problem: string | null
  state: RevocationState
  endedAt: Date | null
}

const columns = (sql: Db) => sql`
  r.id, r.channel_id, r.workspace_id, r.issuer, c.platform, c.name as channel_name, r.asked_at, r.erases_history, r.erased_at,
  r.gives_up_at, r.tries, r.problem, r.state, r.ended_at`

export const findDisconnection = async (
  sql: Db,
  channelId: string,
): Promise<Disconnection | undefined> => {
  const [row] = await sql<Disconnection[]>`
    select ${columns(sql)} from revocations r join channels c on c.id = r.channel_id
    where r.channel_id = ${channelId} order by r.asked_at desc, r.id desc limit 1`
  return row
}

/**
 * Disconnections in progress, and those that ended since a time. Only the newest for each account.
 */
export const listDisconnections = (
  sql: Db,
  workspaceId: string,
  since: Date,
): Promise<Disconnection[]> => sql<Disconnection[]>`
  select * from (
    select distinct on (r.channel_id) ${columns(sql)} from revocations r join channels c on c.id = r.channel_id
    where r.workspace_id = ${workspaceId} and c.state = 'disconnected'
    order by r.channel_id, r.asked_at desc, r.id desc) newest
  where state = 'pending' or ended_at >= ${since} order by asked_at desc`

/** What disconnecting an account affects, for the confirmation page. */
export type ToDisconnect = {
  id: string
  grantId: string
  platform: string
  name: string
  issuer: string
  issuerUserId: string
  grantName: string
  grantState: 'active' | 'reauthorize' | 'ended'
  /** The number of unsent posts. */
  unsent: number
  /** The number of posts that are being sent or have an outcome. */
  past: number
  /**
   * Other accounts that are connected through the same authorization, in this workspace and in
   * others.
   */
  othersHere: string[]
  othersElsewhere: number
}

/**
 * The authorization that an account is connected through. For `lockAuthorization`, so that two
 * accounts that are disconnected at once don't miss each other.
 */
export const findAuthorizationOf = async (
  t: Db,
  ref: { workspaceId: string; channelId: string },
): Promise<Authorization | undefined> => {
  const [row] = await t<Authorization[]>`
    select g.issuer, g.issuer_user_id from channels c join grants g on g.id = c.grant_id
    where c.id = ${ref.channelId} and c.workspace_id = ${ref.workspaceId}`
  return row
}

/** Null if the workspace has no such account, or if it is already disconnected. */
export const findToDisconnect = async (
  sql: Db,
  ref: { workspaceId: string; channelId: string },
): Promise<ToDisconnect | null> => {
  const [row] = await sql<ToDisconnect[]>`
    select c.id, c.grant_id, c.platform, c.name, g.issuer, g.issuer_user_id, g.user_name as grant_name, g.state as grant_state, p.unsent, p.past,
      array(select o.name from channels o where o.grant_id = g.id and o.id <> c.id and o.state <> 'disconnected' order by o.name) as others_here,
      (select count(*)::int from channels o join grants h on h.id = o.grant_id
        where h.issuer = g.issuer and h.issuer_user_id = g.issuer_user_id and h.id <> g.id and o.state <> 'disconnected' and h.state <> 'ended')
        as others_elsewhere
    from channels c join grants g on g.id = c.grant_id,
      lateral (select count(*) filter (where t.state in ${stateList(sql, unsentStates)})::int as unsent,
        count(*) filter (where t.state <> 'canceled' and t.state not in ${stateList(sql, unsentStates)})::int as past
        from targets t where t.channel_id = c.id) p
    where c.id = ${ref.channelId} and c.workspace_id = ${ref.workspaceId} and c.state <> 'disconnected'`
  return row ?? null
}

type Accounts = { channelId: string } | { grantIds: string[] }

// promise: R2
/** Marks accounts that aren't disconnected yet as disconnected, and deletes their own tokens. */
export const takeChannelsOut = async (t: Db, of: Accounts, at: Date): Promise<void> => {
  await t`
    update channels set state = 'disconnected', state_reason = null, token_sealed = null, account_facts = null, disconnected_at = ${at}
    where ${'channelId' in of ? t`id = ${of.channelId}` : t`grant_id = any(${of.grantIds}::uuid[])`} and state <> 'disconnected'`
}

/** Cancels the account's unsent targets and returns them. */
export const cancelUnsentOf = async (t: Db, channelId: string): Promise<Moved[]> => {
  await lockPostsOn(t, [channelId], unsentStates)
  return await transition(t, 'cancel', { where: t`t.channel_id = ${channelId}` })
}

/** The number of the account's targets that are being sent. */
export const countUnderWay = async (sql: Db, channelId: string): Promise<number> => {
  const [row] = await sql<{ count: number }[]>`
    select count(*)::int from targets where channel_id = ${channelId} and state in ${stateList(sql, underWayStates)}`
  return row?.count ?? 0
}

/**
 * Deletes the account's targets and numbers, and posts that had no other target. Returns how many
 * targets were deleted.
 */
export const eraseHistory = async (t: Db, channelId: string, at: Date): Promise<number> => {
  await lockPostsOn(t, [channelId], targetStates)
  const gone = await t<
    { postId: string }[]
  >`delete from targets where channel_id = ${channelId} returning post_id`
  const posts = gone.map((row) => row.postId)
  await t`delete from posts p where p.id = any(${posts}) and not exists (select from targets t where t.post_id = p.id)`
  await eraseAccountNumbers(t, [channelId])
  await t`update revocations set erased_at = ${at} where channel_id = ${channelId} and erases_history and erased_at is null`
  return gone.length
}
