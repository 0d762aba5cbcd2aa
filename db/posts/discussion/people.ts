import type { Db } from '../../postgres/connect.ts'

/** A member whom a comment can mention. */
type Mentionable = { name: string; email: string; userId: string }

export const listMentionable = (sql: Db, workspaceId: string): Promise<Mentionable[]> => sql<
  Mentionable[]
>`
  select u.id as user_id, u.name, u.email from memberships m join users u on u.id = m.user_id
  where m.workspace_id = ${workspaceId} and u.deactivated_at is null order by lower(u.name), u.id`

/**
 * Notifies those whom a comment mentions, whose post it is, and who wrote in its thread: each once,
 * and never its author. Queues the emails. Call it in the transaction of the comment.
 */
export const notifyOfComment = async (
  sql: Db,
  comment: {
    workspaceId: string
    postId: string
    id: string
    answers: string | null
    userId: string
    mentioned: string[]
  },
): Promise<void> => {
  const { workspaceId, postId, id, answers, userId, mentioned } = comment
  await sql`
    with concerned as (
      select u.id, u.notices_by_mail, case when u.id = any(${mentioned}::uuid[]) then 'mentioned' else 'discussed' end as kind
      from memberships m join users u on u.id = m.user_id
      where m.workspace_id = ${workspaceId} and u.deactivated_at is null and u.id <> ${userId} and (
        u.id = any(${mentioned}::uuid[])
        or u.id in (select created_by from posts where id = ${postId} union select edited_by from posts where id = ${postId}
          union select d.user_id from discussion_comments d where d.id = ${answers} or d.answers = ${answers}))),
    told as (
      insert into notices (workspace_id, user_id, kind, cause, post_id, comment_id, by_mail)
      select ${workspaceId}, id, kind, 'comment:' || ${id}::text, ${postId}, ${id}, kind = any(notices_by_mail) from concerned
      on conflict on constraint notices_once do nothing
      returning id, by_mail)
    insert into outbox (kind, ref_id) select 'notice', id from told where by_mail`
}

/** Marks this person's notifications about the comments on a post as read. */
export const markDiscussionSeen = async (
  sql: Db,
  { workspaceId, postId, userId }: { workspaceId: string; postId: string; userId: string },
  at: Date,
): Promise<void> => {
  await sql`
    update notices set seen_at = ${at}
    where workspace_id = ${workspaceId} and post_id = ${postId} and user_id = ${userId} and comment_id is not null and seen_at is null`
}
