import type { JsonRecord } from '../../platforms/json.ts'
import type { Db } from '../postgres/connect.ts'
import type { Fragment } from '../postgres/json-rows.ts'
import { mentionedIn } from '../posts/discussion/comments.ts'
import { type NoticeFilter, noticesShown } from './notice-filters.ts'

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
  'review',
  'reminder',
  'escalated',
  'held',
  'approved',
  'changes',
  'webhook',
  'mentioned',
  'discussed',
] as const
export type NoticeKind = (typeof noticeKinds)[number]

export type NewNotice = {
  workspaceId: string
  kind: NoticeKind
  /** Identifies what happened. Each person gets one notice per cause. */
  cause: string
  targetId?: string
  postId?: string
  channelId?: string
  grantId?: string
  /** Times and counts only. */
  facts?: JsonRecord
  /**
   * Admins, the author of the post, both, all members, or those who approve posts, except who edited
   * this one last.
   */
  to: 'admins' | 'author' | 'both' | 'members' | 'reviewers'
}

// promise: U4
/**
 * Adds a notice for each recipient, once per cause even if called again, and queues the emails.
 * Call it in the transaction of the change.
 */
export const notify = async (sql: Db, notice: NewNotice): Promise<void> => {
  const { workspaceId, kind, cause, to } = notice
  const { targetId = null, postId = null, channelId = null, grantId = null } = notice
  await sql`
    with concerned as (
      select u.id, ${kind} = any(u.notices_by_mail) as by_mail
      from memberships m join users u on u.id = m.user_id
      where m.workspace_id = ${workspaceId} and u.deactivated_at is null and (
        ${to} = 'members' or (${to} in ('admins', 'both') and m.role = 'admin')
        or (${to} in ('author', 'both') and u.id in (
          select p.created_by from targets t join posts p on p.id = t.post_id where t.id = ${targetId}
          union all select coalesce(edited_by, created_by) from posts where id = ${postId}))
        or (${to} = 'reviewers' and ${isReviewer(sql)}
          and u.id is distinct from (select coalesce(edited_by, created_by) from posts where id = ${postId})))),
    told as (
      insert into notices (workspace_id, user_id, kind, cause, target_id, post_id, channel_id, grant_id, facts, by_mail)
      select ${workspaceId}, id, ${kind}, ${cause}, ${targetId}, ${postId}, ${channelId}, ${grantId}, ${sql.json(notice.facts ?? {})}, by_mail
      from concerned
      on conflict on constraint notices_once do nothing
      returning id, by_mail)
    insert into outbox (kind, ref_id) select 'notice', id from told where by_mail`
}

/** Whether the membership `m` is of a chosen reviewer, or of an admin where none is chosen. */
const isReviewer = (sql: Db) => sql`(
  exists (select from reviewers v where v.workspace_id = m.workspace_id and v.user_id = m.user_id)
  or (m.role = 'admin' and not exists (
    select from reviewers v join memberships b on b.workspace_id = v.workspace_id and b.user_id = v.user_id
      join users w on w.id = v.user_id
    where v.workspace_id = m.workspace_id and w.deactivated_at is null)))`

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
  deletionProblemWords: string | null
  channelName: string | null
  platform: string | null
  grantId: string | null
  issuer: string | null
  grantName: string | null
  /** Who asked to reconnect, if they are still there. */
  askedBy: string | null
  /** For a comment beside a post: who wrote it, if they are still there, and its beginning. */
  commenter: string | null
  commentText: string | null
  commentMentions: (string | null)[]
}

export const noticeColumns = (sql: Db) => sql`
  n.id, n.kind, n.created_at, n.seen_at, n.facts, w.name as workspace_name, w.slug, w.zone, coalesce(t.post_id, n.post_id) as post_id,
  left(coalesce(t.text, p.text), 120) as text, coalesce(t.due_at, p.due_at) as due_at,
  t.problem ->> 'words' as problem_words, t.waiting_for, t.comment_problem ->> 'words' as comment_problem_words,
  t.deletion_problem ->> 'words' as deletion_problem_words, c.name as channel_name, c.platform, g.id as grant_id, g.issuer, g.user_name as grant_name, a.name as asked_by,
  d.user_name as commenter, left(d.text, 400) as comment_text, coalesce(d.mentions, '{}') as comment_mentions`

export const noticeTables = (sql: Db) => sql`
  notices n join workspaces w on w.id = n.workspace_id left join targets t on t.id = n.target_id
  left join posts p on p.id = n.post_id
  left join channels c on c.id = coalesce(n.channel_id, t.channel_id) left join grants g on g.id = coalesce(n.grant_id, c.grant_id)
  left join users a on n.kind = 'asked' and a.id = (n.facts ->> 'by')::uuid
  left join lateral (select d.text, u.name as user_name, ${mentionedIn(sql, sql`d.id`)} as mentions
    from discussion_comments d left join users u on u.id = d.user_id where d.id = n.comment_id) d on true`

/**
 * The person's own notices, newest first. `before`: the id of the last notice on the previous page;
 * ids are ordered by time.
 */
export const listNotices = (
  sql: Db,
  ref: { workspaceId: string; userId: string },
  { filter, before, limit, now }: NoticePage,
): Promise<Notice[]> =>
  sql<Notice[]>`
    select ${noticeColumns(sql)} from ${noticeTables(sql)}
    where n.user_id = ${ref.userId} and n.workspace_id = ${ref.workspaceId} and ${noticesShown(sql, filter, now)}
      and (${before}::uuid is null or n.id < ${before}::uuid)
    order by n.id desc limit ${limit}`

type NoticePage = { filter: NoticeFilter; before: string | null; limit: number; now: Date }

export type OpenedNotice = Pick<Notice, 'kind' | 'facts' | 'postId'> & { commentId: string | null }

/** Marks one of the person's notices as read and returns what it is about. Null if not theirs. */
export const openNotice = async (
  sql: Db,
  ref: { workspaceId: string; userId: string; id: string },
  at: Date,
): Promise<OpenedNotice | null> => {
  const [row] = await sql<OpenedNotice[]>`
    update notices n set seen_at = coalesce(seen_at, ${at})
    where id = ${ref.id} and user_id = ${ref.userId} and workspace_id = ${ref.workspaceId}
    returning kind, facts, coalesce((select t.post_id from targets t where t.id = n.target_id), n.post_id) as post_id, comment_id`
  return row ?? null
}

/** When the admins were last asked about this connection. */
export const findAsked = async (sql: Db, grantId: string): Promise<Date | null> => {
  const [row] = await sql<{ at: Date | null }[]>`
    select max(created_at) as at from notices where grant_id = ${grantId} and kind = 'asked'`
  return row?.at ?? null
}

/** An SQL subquery: how many notices the person has not seen. The ids are expressions. */
export const unseenNotices = (sql: Db, ref: { workspaceId: Fragment; userId: Fragment }) => sql`(
  select count(*)::int from notices where user_id = ${ref.userId} and workspace_id = ${ref.workspaceId} and seen_at is null)`

export const markNoticesSeen = async (
  sql: Db,
  ref: { workspaceId: string; userId: string },
  at: Date,
): Promise<void> => {
  await sql`
    update notices set seen_at = ${at}
    where user_id = ${ref.userId} and workspace_id = ${ref.workspaceId} and seen_at is null`
}

/** Undoes marking as read: notices that were marked at `at` are unread again. */
export const markNoticesUnseen = async (
  sql: Db,
  ref: { workspaceId: string; userId: string },
  at: Date,
): Promise<void> => {
  await sql`
    update notices set seen_at = null where user_id = ${ref.userId} and workspace_id = ${ref.workspaceId} and seen_at = ${at}`
}
