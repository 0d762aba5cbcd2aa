import type { Db } from '../../postgres/connect.ts'

/**
 * promise: E3: deletes what a person wrote beside posts. Comments that others replied to stay in
 * their place without a text, so that the replies keep theirs.
 */
export const eraseCommentsOf = async (sql: Db, userId: string): Promise<void> => {
  await sql`
    with theirs as (
      select d.id, d.answers, exists (
        select from discussion_comments r where r.answers = d.id and r.user_id is distinct from ${userId}) as has_replies
      from discussion_comments d where d.user_id = ${userId}),
    unsaid as (
      delete from discussion_mentions m using theirs where m.comment_id = theirs.id and theirs.has_replies),
    untold as (
      delete from notices n using theirs where n.comment_id = theirs.id and theirs.has_replies),
    deleted as (
      delete from discussion_comments d using theirs where (d.id = theirs.id and not theirs.has_replies)
        or (d.id = theirs.answers and d.text = '' and not exists (
          select from discussion_comments r where r.answers = d.id and r.user_id is distinct from ${userId})))
    update discussion_comments d set text = '', media_id = null from theirs where d.id = theirs.id and theirs.has_replies`
}
