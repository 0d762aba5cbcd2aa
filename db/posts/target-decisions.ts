import type postgres from 'postgres'
import { retireLinks } from './media-links.ts'
import { enqueue } from './outbox.ts'
import { lockTarget, refuse, type TargetChange } from './target-moves.ts'
import type { TargetState } from './target-states.ts'

/**
 * What a person decides where the platform did not tell: `bind` (it is there), `again` (it is not there, send it),
 * `leave` (nothing more is done or asked). Refused and missed targets can be left, too.
 */
export type Decision = { do: 'bind'; platformPostId: string | null; permalink: string | null } | { do: 'again' } | { do: 'leave' }

type Ref = { workspaceId: string; targetId: string }

export const decideTarget = async (
  t: postgres.TransactionSql,
  ref: Ref,
  decision: Decision,
  now: Date,
): Promise<TargetChange[]> => {
  const [target] = await lockTarget(t, ref)
  if (!target) return []
  const from: TargetState[] = decision.do === 'leave' ? ['unconfirmed', 'failed', 'missed'] : ['unconfirmed']
  if (!from.includes(target.state)) return [refuse(target)]
  const after = await carryOut(t, ref, decision, target.state, now)
  if (decision.do !== 'leave') await enqueue(t, 'target', target.id)
  const { id: targetId, platform, channelName } = target
  return [{ targetId, platform, channelName, before: target.state, after, changed: true, refusal: null }]
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

/** `targets_bound_once` refuses an id that another post has. */
const bind = async (
  t: postgres.TransactionSql,
  ref: Ref,
  { platformPostId, permalink }: { platformPostId: string | null; permalink: string | null },
  now: Date,
): Promise<void> => {
  await t`
    update targets set
      state = 'published', state_at = now(), waiting_for = null, problem = null, published_at = coalesce(sent_at, ${now}),
      platform_post_id = coalesce(${platformPostId}, platform_post_id), permalink = coalesce(${permalink}, permalink),
      confirmed_by = 'A person found it there.'
    where id = ${ref.targetId} and workspace_id = ${ref.workspaceId}`
  await closeAttempt(t, ref, 'found', 'A person found it there.')
}

/** The attempt's own media addresses end first: whatever is still on its way at the platform can never come true. */
const sendAgain = async (t: postgres.TransactionSql, ref: Ref, now: Date): Promise<void> => {
  const attemptNumber = await closeAttempt(t, ref, 'absent', 'A person looked, and it was not there.')
  await retireLinks(t, { targetId: ref.targetId, attemptNumber })
  await t`
    update targets set state = 'preparing', state_at = now(), waiting_for = null, not_before = null, problem = null, due_at = ${now}
    where id = ${ref.targetId} and workspace_id = ${ref.workspaceId}`
}

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
