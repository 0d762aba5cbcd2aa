import type { Problem } from '../../platforms/errors.ts'
import type { Db } from '../postgres/connect.ts'
import { asJson, type Fragment, fromJson } from '../postgres/json-rows.ts'
import { isDeletionOpen } from '../posts/deletions.ts'
import { attentionStates, stateList, unsentStates } from '../posts/target-states.ts'

/** One item that needs a person's attention, with what depends on it. */
export type Need =
  | {
      about: 'channel'
      channelId: string
      grantId: string
      /** When the admins were last asked to reconnect. */
      askedAt: Date | null
      platform: string
      channelName: string
      /** How many accounts were lost for the same reason. `channelName` names all of them. */
      accounts: number
      reason: string | null
      /** Posts that are on hold because of this, and when the first one is due. */
      waiting: number
      firstDueAt: Date | null
    }
  | {
      about: 'ending'
      grantId: string
      issuer: string
      grantName: string
      endsAt: Date
      askedAt: Date | null
      /** Posts that are due after the end. */
      waiting: number
      firstDueAt: Date | null
    }
  | {
      about: 'target'
      postId: string
      targetId: string
      /** The post's version, for the form that dismisses the item. */
      version: number
      platform: string
      channelName: string
      state: 'failed' | 'unconfirmed' | 'missed'
      text: string
      dueAt: Date
      problem: Problem | null
    }
  | {
      /** It wasn't approved in time. */
      about: 'held'
      postId: string
      version: number
      text: string
      dueAt: Date
      state: 'approved' | 'held'
    }
  | {
      /** A published post that a person wanted to be deleted at its platform. */
      about: 'deletion'
      postId: string
      targetId: string
      platform: string
      channelName: string
      state: 'failed' | 'unconfirmed'
      text: string
      problem: Problem | null
    }
  | {
      about: 'comment'
      postId: string
      targetId: string
      version: number
      platform: string
      channelName: string
      state: 'failed' | 'unconfirmed'
      text: string
      problem: Problem | null
    }

/**
 * For how many days a failed, missed or unconfirmed post counts as needing attention. After that,
 * only the calendar shows it.
 */
const askedDays = 30

type NeedList = 'channels' | 'ending' | 'targets' | 'comments' | 'deletions' | 'held'

/** How many posts and comments are listed at most. */
const mostListed = 20

/**
 * All items, in one statement. Connections come first, because posts are on hold for them.
 * `countNeeds` counts the same.
 */
export const listNeeds = async (
  sql: Db,
  workspaceId: string,
  now = new Date(),
): Promise<Need[]> => {
  const id = sql`${workspaceId}::uuid`
  const [row] = await sql<Record<NeedList, Record<string, unknown>[]>[]>`
    select ${asJson(sql, channelsToReconnect(sql, id))} as channels, ${asJson(sql, grantsEnding(sql, id, now))} as ending,
      ${asJson(sql, targetsToSettle(sql, id))} as targets, ${asJson(sql, commentsToSettle(sql, id))} as comments,
      ${asJson(sql, deletionsToSettle(sql, id))} as deletions,
      ${asJson(sql, postsHeld(sql, id))} as held`
  const { channels = [], ending = [], targets = [], comments = [] } = row ?? {}
  const { deletions = [], held = [] } = row ?? {}
  return [...channels, ...held, ...targets, ...comments, ...deletions, ...ending].map((need) =>
    fromJson<Need>(need, dates),
  )
}

const dates = ['askedAt', 'firstDueAt', 'endsAt', 'dueAt']

/** How many items `listNeeds` lists, as an SQL subquery. `workspaceId` is an expression. */
export const countNeeds = (sql: Db, workspaceId: Fragment, now: Date): Fragment => sql`(
    (select count(*)::int from (select ${lostConnections(sql, workspaceId)}) lost)
    + (select count(*)::int ${endingConnections(sql, workspaceId, now)})
    + (select count(*)::int from (select from targets where ${isToSettle(sql, workspaceId)} limit ${mostListed}) settle)
    + (select count(*)::int from (select from targets where ${isCommentToSettle(sql, workspaceId)} limit ${mostListed}) settle)
    + (select count(*)::int from (select from targets where ${isDeletionToSettle(sql, workspaceId)} limit ${mostListed}) settle)
    + (select count(*)::int from (select ${heldPosts(sql, workspaceId)} limit ${mostListed}) held))`

/**
 * One row per authorization that has ended. Accounts that were lost while their authorization is
 * active are grouped by reason.
 */
const channelsToReconnect = (sql: Db, workspaceId: Fragment) => sql`(
    select 'channel' as about, g.id as grant_id, ${askedAt(sql)}, min(c.id::text) as channel_id, min(c.platform) as platform,
      case count(*) when 1 then min(c.name) else min(c.name) || ' and ' || (count(*) - 1) || ' more' end as channel_name, count(*)::int as accounts,
      min(coalesce(c.state_reason, g.state_reason)) as reason, sum(waiting.count)::int as waiting, min(waiting.first_due_at) as first_due_at
    ${lostConnections(
      sql,
      workspaceId,
      sql`, lateral (
        select count(*)::int, min(due_at) as first_due_at from targets t
        where t.channel_id = c.id and t.state in ${stateList(sql, unsentStates)}) as waiting`,
    )}
    order by min(waiting.first_due_at) nulls last, channel_name)`

/** The rows behind `channelsToReconnect`. `more` is joined to them. */
const lostConnections = (sql: Db, workspaceId: Fragment, more = sql``) => sql`
    from channels c join grants g on g.id = c.grant_id ${more}
    where c.workspace_id = ${workspaceId} and (c.state = 'reconnect' or (c.state = 'connected' and g.state = 'reauthorize'))
      and c.attention_dismissed_at is null
    group by g.id, case when g.state = 'active' then coalesce(c.state_reason, c.id::text) else g.id::text end`

const askedAt = (sql: Db) => sql`
  (select max(n.created_at) from notices n where n.grant_id = g.id and n.kind = 'asked') as asked_at`

/**
 * promise: U4: connections that only a person can renew, two weeks before they end. One that renews
 * automatically ends with its refresh token.
 */
const grantsEnding = (sql: Db, workspaceId: Fragment, now: Date) => sql`(
    select 'ending' as about, g.id as grant_id, ${askedAt(sql)}, g.issuer, g.user_name as grant_name, e.ends_at, risk.count as waiting, risk.first_due_at
    ${endingConnections(
      sql,
      workspaceId,
      now,
      sql`, lateral (
        select count(*)::int, min(t.due_at) as first_due_at from targets t join channels c on c.id = t.channel_id
        where c.grant_id = g.id and t.state in ${stateList(sql, unsentStates)} and t.due_at >= e.ends_at) risk`,
    )}
    order by e.ends_at)`

/** The rows behind `grantsEnding`. `more` is joined to them. */
const endingConnections = (sql: Db, workspaceId: Fragment, now: Date, more = sql``) => sql`
    from grants g, lateral (select coalesce(g.refresh_expires_at, least(g.expires_at, g.data_access_expires_at)) as ends_at) e ${more}
    where g.workspace_id = ${workspaceId} and g.state = 'active' and e.ends_at between ${now} and ${now}::timestamptz + interval '14 days'
      and g.dismissed_end is distinct from e.ends_at
      and exists (select from channels c where c.grant_id = g.id and c.state = 'connected')`

const targetsToSettle = (sql: Db, workspaceId: Fragment) => sql`(
    select 'target' as about, targets.post_id, targets.id as target_id, targets.platform, channels.name as channel_name,
      targets.state, left(targets.text, 80) as text, targets.due_at, targets.problem, posts.version
    from targets join channels on channels.id = channel_id join posts on posts.id = targets.post_id
    where ${isToSettle(sql, workspaceId)}
    order by targets.state_at desc limit ${mostListed})`

const isToSettle = (sql: Db, workspaceId: Fragment) => sql`
    targets.workspace_id = ${workspaceId} and targets.state in ${stateList(sql, attentionStates)}
      and targets.finished_at is null and targets.state_at > now() - make_interval(days => ${askedDays})`

const postsHeld = (sql: Db, workspaceId: Fragment) => sql`(
    select 'held' as about, p.id as post_id, p.version, left(p.text, 80) as text, r.held_at as due_at, r.state
    ${heldPosts(sql, workspaceId)} order by r.held_at desc limit ${mostListed})`

/** Posts whose time came before their approval, even if they were approved since. */
const heldPosts = (sql: Db, workspaceId: Fragment) => sql`
    from reviews r join posts p on p.id = r.post_id
    where r.workspace_id = ${workspaceId} and r.held_at > now() - make_interval(days => ${askedDays}) and r.dismissed_at is null
      and exists (select from targets t where t.post_id = r.post_id and t.state in ${stateList(sql, unsentStates)} and t.due_at <= r.held_at)`

const commentsToSettle = (sql: Db, workspaceId: Fragment) => sql`(
    select 'comment' as about, targets.post_id, targets.id as target_id, targets.platform, channels.name as channel_name,
      targets.comment_state as state, left(targets.text, 80) as text, targets.comment_problem as problem, posts.version
    from targets join channels on channels.id = channel_id join posts on posts.id = targets.post_id
    where ${isCommentToSettle(sql, workspaceId)}
    order by targets.state_at desc limit ${mostListed})`

const isCommentToSettle = (sql: Db, workspaceId: Fragment) => sql`
    targets.workspace_id = ${workspaceId} and targets.comment_state in ('failed', 'unconfirmed')
      and targets.state = 'published' and targets.state_at > now() - make_interval(days => ${askedDays})`

const deletionsToSettle = (sql: Db, workspaceId: Fragment) => sql`(
    select 'deletion' as about, targets.post_id, targets.id as target_id, targets.platform, channels.name as channel_name,
      targets.deletion_state as state, left(targets.text, 80) as text, targets.deletion_problem as problem
    from targets join channels on channels.id = channel_id
    where ${isDeletionToSettle(sql, workspaceId)}
    order by targets.deletion_ended_at desc limit ${mostListed})`

const isDeletionToSettle = (sql: Db, workspaceId: Fragment) => sql`
    targets.workspace_id = ${workspaceId} and ${isDeletionOpen(sql)} and targets.state = 'published'
      and targets.deletion_ended_at > now() - make_interval(days => ${askedDays})`
