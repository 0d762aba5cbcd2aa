import type postgres from 'postgres'
import type { JsonRecord } from '../../platforms/json.ts'
import { enqueue } from '../notifications/outbox.ts'
import type { Db } from '../postgres/connect.ts'
import type { HeldPost } from './post-locks.ts'
import { reviewMoved } from './reviews/reviews.ts'
import type { TargetChange } from './target-moves.ts'
import { attentionStates, type TargetState } from './target-states.ts'
import { transition } from './target-transitions.ts'

/** An action on a post that can be undone. */
export type DoneAct = { id: string; name: string; postId: string; facts: JsonRecord; at: Date }

/**
 * The person's own action on a post. Null if the workspace has no such event or someone else did
 * it.
 */
export const findOwnAct = async (
  sql: Db,
  ref: { workspaceId: string; userId: string; eventId: string },
): Promise<DoneAct | null> => {
  const [act] = await sql<DoneAct[]>`
    select id, name, subject_id as post_id, facts, at from events
    where id = ${ref.eventId} and workspace_id = ${ref.workspaceId} and user_id = ${ref.userId}`
  return act ?? null
}

/** Whether this person did this to the subject since then. Only the person who acted can undo. */
export const didSince = async (
  sql: Db,
  act: { workspaceId: string; userId: string; name: string; subjectId: string; since: Date },
): Promise<boolean> => {
  const { count } = await sql`
    select from events where workspace_id = ${act.workspaceId} and user_id = ${act.userId} and name = ${act.name}
      and subject_id = ${act.subjectId} and at > ${act.since} limit 1`
  return count > 0
}

type Target = { id: string; platform: string; channelName: string; state: TargetState; dueAt: Date }

const lockThese = (
  t: postgres.TransactionSql,
  post: HeldPost,
  targetIds: string[],
): Promise<Target[]> => t<Target[]>`
  select t.id, t.platform, c.name as channel_name, t.state, t.due_at from targets t join channels c on c.id = t.channel_id
  where t.post_id = ${post.id} and t.id = any(${targetIds}::uuid[]) order by t.id for no key update of t`

const changeOf = (target: Target, after: TargetState): TargetChange => ({
  targetId: target.id,
  platform: target.platform,
  channelName: target.channelName,
  before: target.state,
  after,
  changed: true,
  refusal: null,
})

/** Reschedules canceled targets for their original time. Null if one of those times has passed. */
export const uncancelTargets = async (
  t: postgres.TransactionSql,
  post: HeldPost,
  targetIds: string[],
  now: Date,
): Promise<TargetChange[] | null> => {
  const targets = (await lockThese(t, post, targetIds)).filter(
    (target) => target.state === 'canceled',
  )
  if (targets.some((target) => target.dueAt <= now)) return null
  for (const target of targets) {
    await transition(t, 'uncancel', { where: t`t.id = ${target.id}` })
    await enqueue(t, 'target', target.id)
  }
  await reviewMoved(t, post)
  return targets.map((target) => changeOf(target, 'scheduled'))
}

/** Makes dismissed targets need attention again. */
export const undismissTargets = async (
  t: postgres.TransactionSql,
  post: HeldPost,
  targetIds: string[],
): Promise<TargetChange[]> => {
  const targets = await lockThese(t, post, targetIds)
  const open = targets.filter((target) => attentionStates.includes(target.state))
  await t`update targets set finished_at = null where id = any(${open.map((target) => target.id)}::uuid[])`
  return open.map((target) => changeOf(target, target.state))
}

/** Restores a deleted draft with its time. */
export const restoreDraft = async (
  t: Db,
  ref: { workspaceId: string; postId: string },
  dueAt: Date | null,
): Promise<boolean> => {
  const rows = await t`
    update posts set state = 'draft', due_at = ${dueAt}, updated_at = now()
    where workspace_id = ${ref.workspaceId} and id = ${ref.postId} and state = 'discarded' returning id`
  return rows.length > 0
}
