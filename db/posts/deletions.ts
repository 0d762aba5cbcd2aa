import type postgres from 'postgres'
import type { Problem } from '../../platforms/errors.ts'
import { enqueue } from '../notifications/outbox.ts'
import type { Db } from '../postgres/connect.ts'
import type { HeldPost } from './post-locks.ts'
import { lockTarget, type TargetChange } from './target-moves.ts'

/**
 * Deleting a published target at its platform: asked → sending → deleted, failed or unconfirmed.
 * The target stays published in our books, with its numbers.
 */
export type DeletionState = 'asked' | 'sending' | 'deleted' | 'failed' | 'unconfirmed'

/** The row as it was read. Nothing is done if it has moved on. */
type Ref = { id: string; deletionNumber: number }

/** A person asks for it. First comments that aren't written yet are given up with their post. */
export const askToDeleteThere = async (
  t: postgres.TransactionSql,
  post: HeldPost,
  wish: { targetId: string; userId: string; now: Date },
): Promise<TargetChange[]> => {
  const [target] = await lockTarget(t, post, wish.targetId)
  if (!target) return []
  const { platform, channelName, state } = target
  const change = { targetId: target.id, platform, channelName, before: state, after: state }
  const { count } = await t`
    update targets set
      deletion_state = 'asked', deletion_number = deletion_number + 1, deletion_asked_by = ${wish.userId},
      deletion_asked_at = ${wish.now}, deletion_not_before = null, deletion_claimed_at = null, deletion_sent_at = null,
      deletion_answer = null, deletion_problem = null, deletion_proof = null, deletion_looks = 0, deletion_ended_at = null, deletion_dismissed_at = null,
      comment_state = case when comment_open or comment_state in ('failed', 'unconfirmed') then 'left' else comment_state end
    where id = ${target.id} and state = 'published' and platform_post_id is not null
      and coalesce(deletion_state, 'failed') in ('failed', 'unconfirmed')
      and comment_state is distinct from 'sending'`
  if (count === 0) return [{ ...change, changed: false, refusal: 'can’t be deleted there now' }]
  await enqueue(t, 'target', target.id)
  return [{ ...change, changed: true, refusal: null }]
}

/**
 * Claims the right to make the one call, within five seconds. False if another claim came first, or
 * the account or its connection has ended; then the call must not be made. `begin` is called right
 * before the statement.
 */
export const claimDeletion = async (sql: Db, wish: Ref, begin: () => void): Promise<boolean> => {
  begin()
  const { count } = await sql`
    update targets t set deletion_state = 'sending', deletion_claimed_at = clock_timestamp(), deletion_not_before = null
    from channels c, grants g
    where t.id = ${wish.id} and t.deletion_number = ${wish.deletionNumber} and t.deletion_state = 'asked'
      and t.state = 'published' and t.platform_post_id is not null
      and c.id = t.channel_id and c.state = 'connected' and g.id = c.grant_id and g.state = 'active'`
  return count === 1
}

/** Records what the call brought. Only a look decides. */
export const recordDeletionAnswer = async (
  sql: Db,
  ref: Ref,
  call: { sentAt: Date | null; answer: string; problem: Problem | null },
): Promise<void> => {
  await sql`
    update targets set deletion_sent_at = ${call.sentAt}, deletion_answer = ${call.answer},
      deletion_problem = ${call.problem ? sql.json(call.problem) : null}
    where id = ${ref.id} and deletion_number = ${ref.deletionNumber} and deletion_state = 'sending'`
}

/** Clearly nothing was called: tries again, not before `notBefore`. */
export const putOffDeletion = async (
  sql: Db,
  ref: Ref,
  wait: { notBefore: Date; problem: Problem | null },
): Promise<void> => {
  await sql`
    update targets set deletion_state = 'asked', deletion_claimed_at = null, deletion_not_before = ${wait.notBefore},
      deletion_problem = ${wait.problem ? sql.json(wait.problem) : null}
    where id = ${ref.id} and deletion_number = ${ref.deletionNumber} and deletion_state in ('asked', 'sending')`
}

/** Records what a look showed. Returns how many there were. */
export const recordDeletionLook = async (sql: Db, ref: Ref, proof: string): Promise<number> => {
  const [row] = await sql<{ looks: number }[]>`
    update targets set deletion_looks = deletion_looks + 1, deletion_proof = ${proof}
    where id = ${ref.id} and deletion_number = ${ref.deletionNumber} and deletion_state = 'sending'
    returning deletion_looks as looks`
  return row?.looks ?? 0
}

/**
 * It is over. A deleted post has nothing left to find out, and isn't measured any more; the numbers
 * that it has stay. False if the row has moved on.
 */
export const endDeletion = async (
  sql: Db,
  ref: Ref,
  end: { state: 'deleted' | 'failed' | 'unconfirmed'; at: Date; problem: Problem | null },
): Promise<boolean> => {
  const [row] = await sql<{ ended: number }[]>`
    with ended as (
      update targets set deletion_state = ${end.state}, deletion_ended_at = ${end.at},
        deletion_problem = ${end.problem ? sql.json(end.problem) : null},
        finished_at = case when ${end.state} = 'deleted' then coalesce(finished_at, ${end.at}) else finished_at end
      where id = ${ref.id} and deletion_number = ${ref.deletionNumber} and deletion_state in ('asked', 'sending')
      returning id),
    unmeasured as (
      delete from unmeasured_targets where ${end.state} = 'deleted' and target_id in (select id from ended)),
    measured as (
      update measured_targets set next_at = null where ${end.state} = 'deleted' and target_id in (select id from ended))
    select count(*)::int as ended from ended`
  return row?.ended === 1
}

/** SQL: it was asked for and the post isn't deleted, as far as anybody could see. */
const notDeleted = (sql: Db) => sql`deletion_state in ('failed', 'unconfirmed')`

/** SQL: the same, and nobody has dismissed it. */
export const isDeletionOpen = (sql: Db) => sql`${notDeleted(sql)} and deletion_dismissed_at is null`

/**
 * Dismisses that the target `id` wasn't deleted at its platform, or shows it again (`at` null).
 * Returns whether anything changed.
 */
export const dismissDeletion = async (
  sql: Db,
  { workspaceId, id }: { workspaceId: string; id: string },
  at: Date | null,
): Promise<boolean> => {
  const { count } = await sql`
    update targets set deletion_dismissed_at = ${at}
    where id = ${id} and workspace_id = ${workspaceId} and ${notDeleted(sql)}
      and (deletion_dismissed_at is null) <> (${at}::timestamptz is null)`
  return count > 0
}
