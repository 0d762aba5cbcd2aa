import type { Problem } from '../../../platforms/errors.ts'
import type { Db } from '../../postgres/connect.ts'
import type { AttemptOutcome } from '../attempts.ts'

/**
 * The first comment of a published target: the transitions of `targets.comment_state`, each
 * recorded in `comment_attempts`. Null and `waiting` → sending → published, or back to waiting if
 * clearly nothing happened. `failed` and `unconfirmed` wait for a person, who retries (→ waiting)
 * or dismisses it (→ left).
 */
export type CommentState = 'waiting' | 'sending' | 'published' | 'failed' | 'unconfirmed' | 'left'

export type CommentAttempt = {
  id: string
  targetId: string
  number: number
  claimedAt: Date
  sentAt: Date | null
  endedAt: Date | null
  outcome: AttemptOutcome
  problem: Problem | null
  looks: number
  proof: string | null
}

/** The row as it was read. Nothing is done if it has moved on. */
type Ref = { id: string; commentNumber: number }

export type CommentClaim = { attemptId: string; number: number }

/**
 * promise: D6: claims the right to write the first comment once, within five seconds: sets the
 * state to sending and inserts the attempt, in one statement. Null if another attempt came first,
 * the post isn't published, its account or connection has ended, its platform accepts nothing for
 * now, or publishing is paused; then it must not be written. `begin` is called right before the
 * statement.
 */
export const claimComment = async (
  sql: Db,
  wish: Ref & { fingerprint: Buffer; now: Date },
  begin: () => void,
): Promise<CommentClaim | null> => {
  begin()
  const [claim] = await sql<CommentClaim[]>`
    with held as materialized (
      select t.id from targets t where t.id = ${wish.id} for no key update of t
    ), claimed as (
      update targets t set
        comment_state = 'sending', comment_number = t.comment_number + 1, comment_problem = null, comment_proof = null,
        comment_not_before = null
      from held h, channels c, grants g, workspaces o, installation i
      where t.id = h.id and t.comment_open and coalesce(t.comment_state, 'waiting') = 'waiting'
        and t.comment_number = ${wish.commentNumber} and t.platform_post_id is not null
        and c.id = t.channel_id and c.state = 'connected' and g.id = c.grant_id and g.state = 'active'
        and o.id = t.workspace_id and o.paused_at is null and i.paused_at is null
        and not exists (
          select from limits l where l.subject in ('channel:' || c.id, 'grant:' || g.id, 'issuer:' || g.issuer)
            and 'sending' = any(l.holds) and l.until > ${wish.now})
      returning t.id, t.workspace_id, t.comment_number
    )
    insert into comment_attempts (workspace_id, target_id, number, fingerprint, claimed_at)
    select workspace_id, id, comment_number, ${wish.fingerprint}, clock_timestamp() from claimed
    returning id as attempt_id, number`
  return claim ?? null
}

export const findLatestCommentAttempt = async (
  sql: Db,
  targetId: string,
): Promise<CommentAttempt | undefined> => {
  const [row] = await sql<CommentAttempt[]>`
    select * from comment_attempts where target_id = ${targetId} order by number desc limit 1`
  return row
}

/** All attempts at the first comments of one post, newest first. */
export const listCommentAttempts = (
  sql: Db,
  ref: { workspaceId: string; postId: string },
): Promise<CommentAttempt[]> => sql<CommentAttempt[]>`
  select a.* from comment_attempts a join targets t on t.id = a.target_id
  where a.workspace_id = ${ref.workspaceId} and t.post_id = ${ref.postId}
  order by a.number desc`

/**
 * Records the result of the call. `sentAt` is null if it was never sent. Locks the target first,
 * like all code.
 */
export const recordCommentOutcome = async (
  sql: Db,
  attemptId: string,
  result: { outcome: AttemptOutcome; sentAt: Date | null; problem: Problem | null },
): Promise<void> => {
  await sql`
    with held as materialized (
      select t.id from targets t where t.id = (select target_id from comment_attempts where id = ${attemptId})
      for no key update
    )
    update comment_attempts a set
      outcome = ${result.outcome}, sent_at = coalesce(${result.sentAt}, a.sent_at), ended_at = coalesce(a.ended_at, now()),
      problem = coalesce(${result.problem ? sql.json(result.problem) : null}, a.problem)
    from held where a.id = ${attemptId} and a.target_id = held.id`
}

/** Records what a reconciliation check found. Returns how many checks there were. */
export const recordCommentLook = async (
  sql: Db,
  attemptId: string,
  proof: string,
): Promise<number> => {
  const [row] = await sql<{ looks: number }[]>`
    update comment_attempts set looks = looks + 1, proof = ${proof} where id = ${attemptId} returning looks`
  return row?.looks ?? 0
}

/** The comment exists, according to its call or a check. False if the row has moved on. */
export const markCommented = async (
  sql: Db,
  target: Ref,
  found: { commentId: string | null; proof: string; at: Date },
): Promise<boolean> => {
  const { count } = await sql`
    update targets set
      comment_state = 'published', comment_id = ${found.commentId}, comment_proof = ${found.proof}, commented_at = ${found.at},
      comment_problem = null, comment_not_before = null
    where id = ${target.id} and comment_number = ${target.commentNumber} and comment_open`
  return count === 1
}

/** Clearly nothing happened, or nothing was called: tries again, not before `notBefore`. */
export const putOffComment = async (
  sql: Db,
  target: Ref,
  wait: { notBefore: Date | null; problem: Problem | null; from: 'waiting' | 'sending' },
): Promise<boolean> => {
  const { count } = await sql`
    update targets set
      comment_state = 'waiting', comment_not_before = ${wait.notBefore},
      comment_problem = ${wait.problem ? sql.json(wait.problem) : null}
    where id = ${target.id} and comment_number = ${target.commentNumber} and comment_open
      and coalesce(comment_state, 'waiting') = ${wait.from}`
  return count === 1
}

/** The comment wasn't written, and isn't retried automatically. */
export const markCommentFailed = async (
  sql: Db,
  target: Ref,
  problem: Problem,
): Promise<boolean> => {
  const { count } = await sql`
    update targets set comment_state = 'failed', comment_problem = ${sql.json(problem)}, comment_not_before = null
    where id = ${target.id} and comment_number = ${target.commentNumber} and comment_open
      and coalesce(comment_state, 'waiting') = 'waiting'`
  return count === 1
}

/** We couldn't find out whether the comment exists: a person decides. */
export const markCommentUnconfirmed = async (
  sql: Db,
  target: Ref,
  proof: string,
): Promise<boolean> => {
  const { count } = await sql`
    update targets set comment_state = 'unconfirmed', comment_proof = ${proof}, comment_not_before = null
    where id = ${target.id} and comment_number = ${target.commentNumber} and comment_state = 'sending' and comment_open`
  return count === 1
}
