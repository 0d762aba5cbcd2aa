import type postgres from 'postgres'
import { enqueue } from '../../notifications/outbox.ts'
import type { Db } from '../../postgres/connect.ts'
import type { HeldPost } from '../post-locks.ts'
import { unsentStates } from '../target-states.ts'
import { transition } from '../target-transitions.ts'
import type { ReviewStage, ReviewState } from './states.ts'

export type DecisionName = 'approved' | 'changes' | 'revoked' | 'withdrawn'
export type ReviewDecision = {
  id: string
  round: number
  stage: ReviewStage
  decision: DecisionName
  /** Null if the person deleted their account, or the client's link has been deleted. */
  who: string | null
  /** A client decided by a review link. */
  byClient: boolean
  /** What should change. */
  words: string
  decidedAt: Date
}

/** Newest first. */
export const listDecisions = (
  sql: Db,
  ref: { workspaceId: string; postId: string },
): Promise<ReviewDecision[]> => sql<ReviewDecision[]>`
  select d.id, d.round, d.stage, d.decision, coalesce(u.name, k.name) as who, d.by_client, d.words, d.decided_at
  from review_decisions d left join users u on u.id = d.user_id left join client_reviewers k on k.id = d.reviewer_id
  where d.workspace_id = ${ref.workspaceId} and d.post_id = ${ref.postId} order by d.decided_at desc, d.id desc limit 50`

type Transaction = postgres.TransactionSql
type After = { state: ReviewState; stage: ReviewStage; round: number }

/**
 * Approves the post exactly as it is now, for the stage that is asked. After the team's approval,
 * the client is asked if the workspace wants that. Null if there is nothing to approve.
 */
export const approveReview = async (t: Transaction, post: HeldPost): Promise<After | null> => {
  const goesOn = t`(r.stage = 'team' and w.review_stages = 'both')`
  const [after] = await t<After[]>`
    update reviews r set content = approved_content(r.post_id), state_at = now(),
      state = case when ${goesOn} then 'waiting' else 'approved' end,
      stage = case when ${goesOn} then 'client' else r.stage end,
      round = case when ${goesOn} then r.round + 1 else r.round end,
      told_at = case when ${goesOn} then null else r.told_at end,
      steps = case when ${goesOn} then '{}' else r.steps end
    from workspaces w where r.post_id = ${post.id} and w.id = r.workspace_id and r.state <> 'approved'
    returning r.state, r.stage, r.round`
  if (!after) return null
  await tellAll(t, post)
  return after
}

/** Null if it waits for its author already, or there is no review. */
export const requestChanges = async (t: Transaction, post: HeldPost): Promise<After | null> => {
  const [after] = await t<After[]>`
    update reviews r set content = approved_content(r.post_id), state = 'changes', state_at = now()
    where r.post_id = ${post.id} and r.state <> 'changes' returning r.state, r.stage, r.round`
  if (!after) return null
  await takeBack(t, post)
  return after
}

/**
 * Takes an approval back: the post waits again. What was claimed before stays sent. Null if the post
 * isn't approved.
 */
export const revokeApproval = async (t: Transaction, post: HeldPost): Promise<After | null> => {
  const [after] = await t<After[]>`
    update reviews r set state = 'waiting', state_at = now(), told_at = coalesce(r.told_at, now())
    where r.post_id = ${post.id} and r.state = 'approved' returning r.state, r.stage, r.round`
  if (!after) return null
  await takeBack(t, post)
  return after
}

/** Ends a review that the workspace doesn't require: the post goes out at its time. */
export const withdrawReview = async (t: Transaction, post: HeldPost): Promise<boolean> => {
  const { count } = await t`
    delete from reviews where post_id = ${post.id} and not needs_review(post_id)`
  if (count > 0) await tellAll(t, post)
  return count > 0
}

/** Removes a held post from what needs attention. It stays held. */
export const dismissHeld = async (
  t: Db,
  ref: { workspaceId: string; postId: string },
): Promise<boolean> => {
  const { count } = await t`
    update reviews set dismissed_at = now()
    where workspace_id = ${ref.workspaceId} and post_id = ${ref.postId} and held_at is not null and dismissed_at is null`
  return count > 0
}

export const recordDecision = async (
  t: Db,
  decision: {
    workspaceId: string
    postId: string
    round: number
    stage: ReviewStage
    decision: DecisionName
    words: string
  } & ({ userId: string } | { clientId: string }),
): Promise<void> => {
  const userId = 'userId' in decision ? decision.userId : null
  const clientId = 'clientId' in decision ? decision.clientId : null
  await t`
    insert into review_decisions (workspace_id, post_id, round, stage, decision, user_id, by_client, reviewer_id, words)
    values (${decision.workspaceId}, ${decision.postId}, ${decision.round}, ${decision.stage}, ${decision.decision},
      ${userId}, ${clientId !== null}, ${clientId}, ${decision.words})`
}

/**
 * Nothing armed goes out: a claim that waits for the lock of a target finds another revision. It
 * would not see a review that changed while it waited.
 */
const takeBack = async (t: Transaction, post: HeldPost): Promise<void> => {
  await t`select from targets where post_id = ${post.id} order by id for no key update`
  await transition(t, 'prepareAnew', { where: t`t.post_id = ${post.id}` })
  await tellAll(t, post)
}

const tellAll = async (t: Transaction, post: HeldPost): Promise<void> => {
  await enqueue(t, 'review', post.id)
  for (const id of await listUnsent(t, post)) await enqueue(t, 'target', id)
}

/** The targets of the post that have not been sent, whose workflows act on a decision. */
export const listUnsent = async (t: Db, post: HeldPost): Promise<string[]> => {
  const rows = await t<{ id: string }[]>`
    select id from targets where post_id = ${post.id} and state = any(${[...unsentStates]}) order by id`
  return rows.map(({ id }) => id)
}
