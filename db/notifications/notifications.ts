import type { JsonRecord } from '../../platforms/json.ts'
import type { Db } from '../postgres/connect.ts'
import type { Fragment } from '../postgres/json-rows.ts'
import { stateList, unsentStates } from '../posts/target-states.ts'

export const noticeKinds = [
  'failed',
  'unconfirmed',
  'missed',
  'inbox',
  'comment',
  'canceled',
  'ending',
  'ended',
  'disconnected',
  'erased',
  'left',
  'asked',
  'unread',
] as const
export type NoticeKind = (typeof noticeKinds)[number]

export type NewNotice = {
  workspaceId: string
  kind: NoticeKind
  /** Identifies what happened. Each person gets one notice per cause. */
  cause: string
  targetId?: string
  channelId?: string
  grantId?: string
  /** Times and counts only. */
  facts?: JsonRecord
  /** Admins, the author of the target's post, both, or all members. */
  to: 'admins' | 'author' | 'both' | 'members'
}

// promise: U4
/**
 * Adds a notice for each recipient, once per cause even if called again, and queues the emails.
 * Call it in the transaction of the change.
 */
export const notify = async (sql: Db, notice: NewNotice): Promise<void> => {
  const { workspaceId, kind, cause, targetId = null, channelId = null, grantId = null, to } = notice
  await sql`
    with concerned as (
      select u.id, ${kind} = any(u.notices_by_mail) as by_mail
      from memberships m join users u on u.id = m.user_id
      where m.workspace_id = ${workspaceId} and u.deactivated_at is null and (
        ${to} = 'members' or (${to} in ('admins', 'both') and m.role = 'admin')
        or (${to} in ('author', 'both') and u.id = (
          select p.created_by from targets t join posts p on p.id = t.post_id where t.id = ${targetId})))),
    told as (
      insert into notices (workspace_id, user_id, kind, cause, target_id, channel_id, grant_id, facts, by_mail)
      select ${workspaceId}, id, ${kind}, ${cause}, ${targetId}, ${channelId}, ${grantId}, ${sql.json(notice.facts ?? {})}, by_mail
      from concerned
      on conflict on constraint notices_once do nothing
      returning id, by_mail)
    insert into outbox (kind, ref_id) select 'notice', id from told where by_mail`
}

/** A notice with everything its text needs, as of now. */
export type Notice = {
  id: string
  kind: NoticeKind
  createdAt: Date
  seenAt: Date | null
  facts: JsonRecord
  workspaceName: string
  slug: string
  zone: string
  /** The post, if the notice is about one. */
  postId: string | null
  text: string | null
  dueAt: Date | null
  problemWords: string | null
  waitingFor: string | null
  commentProblemWords: string | null
  channelName: string | null
  platform: string | null
  grantId: string | null
  issuer: string | null
  grantName: string | null
  /** Who asked to reconnect, if they are still there. */
  askedBy: string | null
}

export type NoticeToMail = Notice & { email: string; userName: string }

const columns = (sql: Db) => sql`
  n.id, n.kind, n.created_at, n.seen_at, n.facts, w.name as workspace_name, w.slug, w.zone, t.post_id, left(t.text, 120) as text, t.due_at,
  t.problem ->> 'words' as problem_words, t.waiting_for, t.comment_problem ->> 'words' as comment_problem_words, c.name as channel_name, c.platform, g.id as grant_id, g.issuer, g.user_name as grant_name, a.name as asked_by`

const tables = (sql: Db) => sql`
  notices n join workspaces w on w.id = n.workspace_id left join targets t on t.id = n.target_id
  left join channels c on c.id = coalesce(n.channel_id, t.channel_id) left join grants g on g.id = coalesce(n.grant_id, c.grant_id)
  left join users a on n.kind = 'asked' and a.id = (n.facts ->> 'by')::uuid`

/** The person's own notices, newest first. */
export const listNotices = (sql: Db, ref: { workspaceId: string; userId: string }, limit: number): Promise<Notice[]> =>
  sql<Notice[]>`
    select ${columns(sql)} from ${tables(sql)}
    where n.user_id = ${ref.userId} and n.workspace_id = ${ref.workspaceId} order by n.id desc limit ${limit}`

/** When the admins were last asked about this connection. */
export const findAsked = async (sql: Db, grantId: string): Promise<Date | null> => {
  const [row] = await sql<{ at: Date | null }[]>`
    select max(created_at) as at from notices where grant_id = ${grantId} and kind = 'asked'`
  return row?.at ?? null
}

/** An SQL subquery: how many notices the person has not seen. The ids are expressions. */
export const unseenNotices = (sql: Db, ref: { workspaceId: Fragment; userId: Fragment }) => sql`(
  select count(*)::int from notices where user_id = ${ref.userId} and workspace_id = ${ref.workspaceId} and seen_at is null)`

export const markNoticesSeen = async (sql: Db, ref: { workspaceId: string; userId: string }, at: Date): Promise<void> => {
  await sql`
    update notices set seen_at = ${at}
    where user_id = ${ref.userId} and workspace_id = ${ref.workspaceId} and seen_at is null`
}

/** Undoes marking as read: notices that were marked at `at` are unread again. */
export const markNoticesUnseen = async (sql: Db, ref: { workspaceId: string; userId: string }, at: Date): Promise<void> => {
  await sql`
    update notices set seen_at = null where user_id = ${ref.userId} and workspace_id = ${ref.workspaceId} and seen_at = ${at}`
}

/** Null if the notice was mailed, needs no email, or its reader is no longer an active member. */
export const findNoticeToMail = async (sql: Db, id: string): Promise<NoticeToMail | null> => {
  const [row] = await sql<NoticeToMail[]>`
    select ${columns(sql)}, u.email, u.name as user_name
    from ${tables(sql)} join users u on u.id = n.user_id
      join memberships m on m.user_id = u.id and m.workspace_id = n.workspace_id
    where n.id = ${id} and n.by_mail and n.mailed_at is null and u.deactivated_at is null`
  return row ?? null
}

/**
 * How long sending one email may take. After that, another process may send it, in case the first
 * one died.
 */
const mailingMinutes = 2

/**
 * promise: U4: claims a notice for mailing, so that only one process sends the email. `done`: it
 * was mailed, needs no email, or no longer exists.
 */
export const claimMailing = async (sql: Db, id: string, at: Date): Promise<'mine' | 'busy' | 'done'> => {
  const claimed = await sql`
    update notices set mailing_until = ${at}::timestamptz + make_interval(mins => ${mailingMinutes})
    where id = ${id} and by_mail and mailed_at is null and (mailing_until is null or mailing_until <= ${at})`
  if (claimed.count > 0) return 'mine'
  const waiting = await sql`select from notices where id = ${id} and by_mail and mailed_at is null`
  return waiting.count > 0 ? 'busy' : 'done'
}

/** The email wasn't accepted: lets the next attempt claim the notice at once. */
export const releaseMailing = async (sql: Db, id: string): Promise<void> => {
  await sql`update notices set mailing_until = null where id = ${id}`
}

export const markMailed = async (sql: Db, id: string, at: Date): Promise<void> => {
  await sql`update notices set mailed_at = ${at}, mailing_until = null where id = ${id}`
}

export const chooseMailedNotices = async (sql: Db, userId: string, kinds: NoticeKind[]): Promise<void> => {
  await sql`update users set notices_by_mail = ${kinds} where id = ${userId}`
}

export const findMailedNotices = async (sql: Db, userId: string): Promise<NoticeKind[]> => {
  const [row] = await sql<{ kinds: NoticeKind[] }[]>`select notices_by_mail as kinds from users where id = ${userId}`
  return row?.kinds ?? []
}

export type PostAtRisk = { postId: string; text: string; dueAt: Date; channelName: string; platform: string }

/** Posts that are due at or after a moment, or posts of accounts that are already lost. */
export type Risk = Date | 'lost'

/** Its accounts. Their posts are looked up by account: by time, those of everyone would be read. */
const accountsAtRisk = (sql: Db, grantId: string, risk: Risk) => sql`
  c.grant_id = ${grantId} ${risk === 'lost' ? sql`and c.state = 'reconnect'` : sql``}`

const isAtRisk = (sql: Db, risk: Risk) => sql`
  t.channel_id = c.id and t.state in ${stateList(sql, unsentStates)} ${risk === 'lost' ? sql`` : sql`and t.due_at >= ${risk}`}`

/** Posts scheduled through this grant that might fail, earliest first. */
export const listPostsAtRisk = (sql: Db, grantId: string, risk: Risk, limit = 20): Promise<PostAtRisk[]> => sql<PostAtRisk[]>`
  select r.post_id, r.text, r.due_at, c.name as channel_name, c.platform
  from channels c cross join lateral (
    select t.id, t.post_id, left(t.text, 80) as text, t.due_at from targets t
    where ${isAtRisk(sql, risk)} order by t.due_at, t.id limit ${limit}) r
  where ${accountsAtRisk(sql, grantId, risk)} order by r.due_at, r.id limit ${limit}`

/** How many posts are at risk, and when the first one is due. */
export const countPostsAtRisk = async (
  sql: Db,
  grantId: string,
  risk: Risk,
): Promise<{ count: number; firstDueAt: Date | null }> => {
  const [row] = await sql<{ count: number; firstDueAt: Date | null }[]>`
    select coalesce(sum(r.count), 0)::int as count, min(r.first_due_at) as first_due_at
    from channels c cross join lateral (
      select count(*), min(t.due_at) as first_due_at from targets t where ${isAtRisk(sql, risk)}) r
    where ${accountsAtRisk(sql, grantId, risk)}`
  return row ?? { count: 0, firstDueAt: null }
}
