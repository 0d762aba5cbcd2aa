import type postgres from 'postgres'
import { enqueue } from '../notifications/outbox.ts'
import { retireLinks } from './media-links.ts'
import type { HeldPost } from './post-locks.ts'
import { lockTarget, refuse, type TargetChange } from './target-moves.ts'
import { attentionStates, type TargetState } from './target-states.ts'
import { transition } from './target-transitions.ts'

/**
 * A person's decision about an unknown outcome: `bind` (the post exists), `again` (it doesn't
 * exist, publish it), `leave` (dismiss it). Refused and missed targets can be dismissed too.
 */
export type Decision =
  | { do: 'bind'; platformPostId: string | null; permalink: string | null }
  | { do: 'again' }
  | { do: 'leave' }

type Ref = { workspaceId: string; targetId: string }

export const decideTarget = async (
  t: postgres.TransactionSql,
  post: HeldPost,
  targetId: string,
  decision: Decision,
  now: Date,
): Promise<TargetChange[]> => {
  const [target] = await lockTarget(t, post, targetId)
  if (!target) return []
  const ref = { workspaceId: post.workspaceId, targetId }
  const from: readonly TargetState[] = decision.do === 'leave' ? attentionStates : ['unconfirmed']
  if (!from.includes(target.state)) return [refuse(target)]
  const after = await carryOut(t, ref, decision, target.state, now)
  if (decision.do !== 'leave') await enqueue(t, 'target', target.id)
  const { platform, channelName } = target
  return [
    { targetId, platform, channelName, before: target.state, after, changed: true, refusal: null },
  ]
}

const carryOut = async (
  t: postgres.TransactionSql,
  ref: Ref,
  decision: Decision,
  before: TargetState,
  now: Date,
): Promise<TargetState> => {
  switch (decision.do) {
    case 'bind':
      await bind(t, ref, decision, now)
      return 'published'
    case 'again':
      await sendAgain(t, ref, now)
      return 'preparing'
    case 'leave':
      await t`update targets set finished_at = ${now} where id = ${ref.targetId} and workspace_id = ${ref.workspaceId}`
      return before
  }
}

/** Throws if another post has this id (`targets_bound_once`). */
const bind = async (
  t: postgres.TransactionSql,
  ref: Ref,
  { platformPostId, permalink }: { platformPostId: string | null; permalink: string | null },
  now: Date,
): Promise<void> => {
  const confirmedBy = 'A person found it there.'
  await transition(
    t,
    'bind',
    { where: rowOf(t, ref) },
    { platformPostId, permalink, confirmedBy, at: now },
  )
  await closeAttempt(t, ref, 'found', confirmedBy)
}

/**
 * Retires the attempt's media URLs first, so that anything still in progress at the platform can't
 * take effect.
 */
const sendAgain = async (t: postgres.TransactionSql, ref: Ref, now: Date): Promise<void> => {
  const attemptNumber = await closeAttempt(
    t,
    ref,
    'absent',
    'A person looked, and it was not there.',
  )
  await retireLinks(t, { targetId: ref.targetId, attemptNumber })
  await transition(t, 'sendAgain', { where: rowOf(t, ref) }, { dueAt: now })
}

const rowOf = (t: postgres.TransactionSql, { targetId, workspaceId }: Ref) =>
  t`t.id = ${targetId} and t.workspace_id = ${workspaceId}`

const closeAttempt = async (
  t: postgres.TransactionSql,
  ref: Ref,
  outcome: 'found' | 'absent',
  proof: string,
): Promise<number> => {
  const [row] = await t<{ number: number }[]>`
    update attempts a set outcome = ${outcome}, proof = ${proof}
    from targets t where t.id = a.target_id and a.number = t.attempt_number
      and a.target_id = ${ref.targetId} and a.workspace_id = ${ref.workspaceId}
    returning a.number`
  return row?.number ?? 0
}
