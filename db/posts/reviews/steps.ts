import type { Db } from '../../postgres/connect.ts'
import { stateList, unsentStates } from '../target-states.ts'
import type { ReviewStage, ReviewState } from './states.ts'

/** A reminder a day before the time, one two hours before it, and the word to the admins. */
export type Reminder = 'day' | 'hours' | 'escalate'

/** A review as its workflow needs it. Ids, states and times only. */
export type ReviewToDrive = {
  postId: string
  workspaceId: string
  state: ReviewState
  stage: ReviewStage
  round: number
  /** Null if nobody was told in this round. */
  toldAt: Date | null
  /** The reminders that were sent for `dueAt`. */
  steps: Reminder[]
  /** The next time at which it would go out somewhere. Null if nothing is scheduled. */
  dueAt: Date | null
  isDraft: boolean
  zone: string
}

/** Undefined if there is no review, or nothing of it is left to go out. */
export const findReviewToDrive = async (
  sql: Db,
  postId: string,
): Promise<ReviewToDrive | undefined> => {
  const [row] = await sql<ReviewToDrive[]>`
    select r.post_id, r.workspace_id, r.state, r.stage, r.round, r.told_at, due.at as due_at, p.state = 'draft' as is_draft,
      case when r.steps_due_at = due.at then r.steps else '{}' end as steps, w.zone
    from reviews r join posts p on p.id = r.post_id join workspaces w on w.id = r.workspace_id, lateral (
      select min(t.due_at) as at from targets t
      where t.post_id = r.post_id and t.state in ${stateList(sql, unsentStates)} and (r.held_at is null or t.due_at > r.held_at)) due
    where r.post_id = ${postId} and (due.at is not null or p.state = 'draft')`
  return row
}

type Step = { postId: string; round: number }

/** False if it was noted before, or the review has moved on. */
export const noteTold = async (sql: Db, step: Step, at: Date): Promise<boolean> => {
  const { count } = await sql`
    update reviews set told_at = ${at}
    where post_id = ${step.postId} and round = ${step.round} and state = 'waiting' and told_at is null`
  return count > 0
}

export const noteReminder = async (
  sql: Db,
  step: Step & { dueAt: Date; steps: Reminder[] },
): Promise<boolean> => {
  const { count } = await sql`
    update reviews set steps = ${step.steps}, steps_due_at = ${step.dueAt}
    where post_id = ${step.postId} and round = ${step.round} and state = 'waiting'`
  return count > 0
}

/** Its time came before the approval. False if the review has moved on. */
export const holdReview = async (sql: Db, step: Step, at: Date): Promise<boolean> => {
  const { count } = await sql`
    update reviews set state = 'held', state_at = now(), held_at = ${at}, dismissed_at = null
    where post_id = ${step.postId} and round = ${step.round} and state <> 'approved'`
  return count > 0
}

/** Reviews whose workflow may have been lost: those that wait, in turns of about `limit`. */
export const listReviewsAlone = async (
  sql: Db,
  look: { limit: number; turn: number },
): Promise<string[]> => {
  const rows = await sql<{ postId: string }[]>`
    with alone as (
      select r.post_id from reviews r
      where r.state in ('waiting', 'changes', 'edited') and r.state_at < now() - interval '1 minute'
        and not exists (select from outbox o where o.kind = 'review' and o.ref_id = r.post_id)
        and exists (select from targets t where t.post_id = r.post_id and t.state in ${stateList(sql, unsentStates)})
    ), parts as (select greatest(1, ceil(count(*) / ${look.limit}::float8))::bigint as count from alone)
    select post_id from alone, parts
    where mod(hashtextextended(post_id::text, 0) & 9223372036854775807, parts.count) = mod(${look.turn}::bigint, parts.count)`
  return rows.map(({ postId }) => postId)
}
