import type postgres from 'postgres'
import { enqueue } from '../../notifications/outbox.ts'
import type { Db } from '../../postgres/connect.ts'
import type { HeldPost } from '../post-locks.ts'
import { lockTarget, type TargetChange } from '../target-moves.ts'
import type { CommentState } from './comments.ts'

/** A person's decision about a first comment that was refused or has an unknown outcome. */
export type CommentDecision = 'again' | 'found' | 'leave'

/** The states of a first comment in which each decision can be made. */
export const commentDecidableIn: Record<CommentDecision, CommentState[]> = {
  again: ['failed', 'unconfirmed'],
  found: ['unconfirmed'],
  leave: ['failed', 'unconfirmed'],
}

export const decideComment = async (
  t: postgres.TransactionSql,
  post: HeldPost,
  targetId: string,
  decision: CommentDecision,
  now: Date,
): Promise<TargetChange[]> => {
  const [target] = await lockTarget(t, post, targetId)
  if (!target) return []
  const { platform, channelName, state } = target
  const change = { targetId, platform, channelName, before: state, after: state }
  const [row] = await t<{ commentState: CommentState | null }[]>`
    select comment_state from targets where id = ${targetId} and state = 'published'`
  const before = row?.commentState ?? null
  if (before === null || !commentDecidableIn[decision].includes(before))
    return [{ ...change, changed: false, refusal: 'has nothing to decide about its first comment' }]
  await carryOut(t, targetId, decision, before, now)
  return [{ ...change, changed: true, refusal: null }]
}

const carryOut = async (
  t: postgres.TransactionSql,
  targetId: string,
  decision: CommentDecision,
  before: CommentState,
  now: Date,
): Promise<void> => {
  switch (decision) {
    case 'again':
      if (before === 'unconfirmed')
        await closeAttempt(t, targetId, 'absent', 'A person looked, and it was not there.')
      await t`
        update targets set comment_state = null, comment_since = ${now}, comment_not_before = null, comment_problem = null,
          comment_proof = null
        where id = ${targetId}`
      return void (await enqueue(t, 'target', targetId))
    case 'found':
      await closeAttempt(t, targetId, 'found', byHand)
      await t`
        update targets set comment_state = 'published', commented_at = ${now}, comment_problem = null, comment_proof = ${byHand}
        where id = ${targetId}`
      return
    case 'leave':
      await t`update targets set comment_state = 'left' where id = ${targetId}`
  }
}

const byHand = 'A person found it there.'

const closeAttempt = async (
  t: Db,
  targetId: string,
  outcome: 'found' | 'absent',
  proof: string,
): Promise<void> => {
  await t`
    update comment_attempts a set outcome = ${outcome}, proof = ${proof}, ended_at = coalesce(a.ended_at, now())
    from targets t where t.id = ${targetId} and a.target_id = t.id and a.number = t.comment_number`
}
