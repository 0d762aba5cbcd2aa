import type { TransactionSql } from 'postgres'
import type { Db } from '../../postgres/connect.ts'
import type { Fragment } from '../../postgres/json-rows.ts'

/** A comment of a member beside a post. */
export type DiscussionComment = {
  id: string
  /** The comment that it replies to. Null: it starts a thread. */
  answers: string | null
  /** Null if the author has deleted their account. */
  userId: string | null
  author: string | null
  /** The file of the post that it is about. Null: the whole post. */
  mediaId: string | null
  /** With a mark for each mention (text/mentions.ts). Empty: deleted, but others have replied. */
  text: string
  /** Of those who are mentioned, in the order of the marks. Null for who deleted their account. */
  mentions: (string | null)[]
  writtenAt: Date
  resolvedAt: Date | null
  resolver: string | null
  /** Whether a notification about it waits for this person. */
  isNew: boolean
}
type PostRef = { workspaceId: string; postId: string }
type CommentRef = PostRef & { id: string }

/** An expression: the names of those whom a comment mentions, in order. */
export const mentionedIn = (sql: Db, commentId: Fragment): Fragment => sql`array(
  select u.name from discussion_mentions m left join users u on u.id = m.user_id
  where m.comment_id = ${commentId} order by m.nth)`

/** The comments on a post, oldest first. `userId`: who reads them. */
export const listDiscussion = (
  sql: Db,
  { workspaceId, postId, userId }: PostRef & { userId: string },
): Promise<DiscussionComment[]> => sql<DiscussionComment[]>`
  select d.id, d.answers, d.user_id, u.name as author, d.media_id, d.text, ${mentionedIn(sql, sql`d.id`)} as mentions, d.written_at,
    d.resolved_at, r.name as resolver,
    exists (select from notices n where n.comment_id = d.id and n.user_id = ${userId} and n.seen_at is null) as is_new
  from discussion_comments d left join users u on u.id = d.user_id left join users r on r.id = d.resolved_by
  where d.workspace_id = ${workspaceId} and d.post_id = ${postId} order by d.id`

export const findDiscussionComment = async (
  sql: Db,
  { workspaceId, postId, id }: CommentRef,
): Promise<{ userId: string | null; answers: string | null } | null> => {
  const [found] = await sql<{ userId: string | null; answers: string | null }[]>`
    select user_id, answers from discussion_comments
    where workspace_id = ${workspaceId} and post_id = ${postId} and id = ${id}`
  return found ?? null
}

export type NewComment = PostRef & {
  userId: string
  answers: string | null
  mediaId: string | null
  text: string
  mentioned: string[]
}

/**
 * Returns the id of the new comment. Null if the post has `most` comments, or no longer has the
 * comment or the file that it is about. A reply opens its thread again. The caller holds the post's
 * lock, so that two people can't both add the last one.
 */
export const insertDiscussionComment = async (
  t: TransactionSql,
  { workspaceId, postId, userId, answers, mediaId, text, mentioned }: NewComment,
  most: number,
): Promise<string | null> => {
  const [row] = await t<{ id: string }[]>`
    with added as (
      insert into discussion_comments (workspace_id, post_id, user_id, answers, media_id, text)
      select ${workspaceId}, p.id, ${userId}, ${answers}, ${mediaId}, ${text} from posts p
      where p.id = ${postId} and p.workspace_id = ${workspaceId}
        and (select count(*) from discussion_comments where post_id = p.id) < ${most}
        and (${mediaId}::uuid is null or exists (select from post_media m where m.post_id = p.id and m.media_id = ${mediaId}))
        and (${answers}::uuid is null or exists (
          select from discussion_comments d where d.id = ${answers} and d.post_id = p.id and d.answers is null))
      returning id),
    mentions as (
      insert into discussion_mentions (comment_id, nth, workspace_id, user_id)
      select added.id, (who.nth - 1)::smallint, ${workspaceId}, who.user_id
      from added, unnest(${mentioned}::uuid[]) with ordinality as who(user_id, nth)),
    opened as (
      update discussion_comments d set resolved_at = null, resolved_by = null from added
      where d.id = ${answers} and d.resolved_at is not null)
    select id from added`
  return row?.id ?? null
}

/** Resolves a thread, or opens it again. Returns whether that changed anything. */
export const resolveThread = async (
  t: Db,
  { workspaceId, postId, id }: CommentRef,
  by: { userId: string; at: Date } | null,
): Promise<boolean> => {
  const { count } = await t`
    update discussion_comments set resolved_at = ${by?.at ?? null}, resolved_by = ${by?.userId ?? null}
    where workspace_id = ${workspaceId} and post_id = ${postId} and id = ${id} and answers is null
      and (resolved_at is null) = ${by !== null}`
  return count > 0
}

/**
 * Deletes a comment. One that others replied to stays in its place without its text, and goes with
 * the last reply.
 */
export const deleteDiscussionComment = async (
  t: Db,
  { workspaceId, postId, id }: CommentRef,
): Promise<boolean> => {
  const [row] = await t<{ isDone: boolean }[]>`
    with gone as (
      select d.id, d.answers, exists (select from discussion_comments r where r.answers = d.id) as has_replies
      from discussion_comments d
      where d.workspace_id = ${workspaceId} and d.post_id = ${postId} and d.id = ${id} and d.text <> ''),
    emptied as (
      update discussion_comments d set text = '', media_id = null from gone where d.id = gone.id and gone.has_replies returning d.id),
    unsaid as (
      delete from discussion_mentions m using gone where m.comment_id = gone.id and gone.has_replies),
    untold as (
      delete from notices n using gone where n.comment_id = gone.id and gone.has_replies),
    deleted as (
      delete from discussion_comments d using gone
      where (d.id = gone.id and not gone.has_replies) or (d.id = gone.answers and d.text = '' and not exists (
        select from discussion_comments r where r.answers = d.id and r.id <> gone.id)) returning d.id)
    select exists (select from gone) as is_done`
  return row?.isDone ?? false
}
