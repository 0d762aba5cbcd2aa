import type { TransactionSql } from 'postgres'
import { notify } from '../../db/notifications/notifications.ts'
import type { HeldPost } from '../../db/posts/post-locks.ts'
import { type PostRow, setPostTime } from '../../db/posts/posts.ts'
import {
  approveReview,
  type DecisionName,
  dismissHeld,
  listUnsent,
  recordDecision,
  requestChanges,
  revokeApproval,
  withdrawReview,
} from '../../db/posts/reviews/decisions.ts'
import { askForReview, findReview, type Review } from '../../db/posts/reviews/reviews.ts'
import { type Approver, listApprovers } from '../../db/posts/reviews/settings.ts'
import { movePost } from '../../db/posts/target-moves.ts'
import type { WebDeps } from '../http/env.ts'
import {
  type ActOutcome,
  type Actor,
  type Done,
  onPost,
  type Seen,
  timeOf,
} from '../posts/post-acts.ts'

/** What a reviewer can write about a post, in characters. */
export const reviewWordsMax = 2_000

/**
 * Whether this person may decide about the post: reviewers and admins, but nobody approves what they
 * edited last, unless there is nobody else.
 */
export const mayDecide = (
  approvers: Approver[],
  { userId, editor }: { userId: string; editor: string | null },
): boolean =>
  approvers.some((one) => one.userId === userId) &&
  (editor !== userId || approvers.every((one) => one.userId === userId))

/** `forbidden`: this person may not decide about this post. */
export type Decided = Done | 'forbidden'

type Deciding = { t: TransactionSql; post: PostRow & HeldPost; review: Review }
/** `event`: the name of the audit event. Null if it can't be done any more. */
type Result = { event: string; told: 'approved' | 'changes' | null; outcome?: ActOutcome } | null

/** Approves the post exactly as it is. With `now`, publishes it at once where its time has passed. */
export const approve = (
  deps: WebDeps,
  actor: Actor,
  seen: Seen,
  { now }: { now: boolean },
): Promise<Decided> =>
  decide(deps, actor, seen, 'approved', '', async ({ t, post }) => {
    const after = await approveReview(t, post)
    if (!after) return null
    if (after.state !== 'approved') return { event: 'review.team_approved', told: null }
    if (!now) return { event: 'review.approved', told: 'approved' }
    const dueAt = new Date(deps.now())
    const changes = await movePost(t, post, dueAt)
    const ref = { workspaceId: post.workspaceId, postId: post.id }
    await setPostTime(t, ref, timeOf(dueAt, post.zone ?? 'UTC'))
    return { event: 'review.approved', told: null, outcome: { changes, dueAt } }
  })

export const askForChanges = (
  deps: WebDeps,
  actor: Actor,
  seen: Seen,
  words: string,
): Promise<Decided> =>
  decide(deps, actor, seen, 'changes', words, async ({ t, post }) =>
    (await requestChanges(t, post)) ? { event: 'review.changes', told: 'changes' } : null,
  )

/** Takes an approval back. What was sent before stays sent. */
export const revoke = (deps: WebDeps, actor: Actor, seen: Seen): Promise<Decided> =>
  decide(deps, actor, seen, 'revoked', '', async ({ t, post }) =>
    (await revokeApproval(t, post)) ? { event: 'review.revoked', told: null } : null,
  )

/** Ends a review that the workspace doesn't require. Every member who may publish alone can. */
export const withdraw = (deps: WebDeps, actor: Actor, seen: Seen): Promise<Done> =>
  signaling(deps, (unsent) =>
    onPost(deps, actor, seen, 'review.withdrawn', async (t, post) => {
      unsent.push(...(await listUnsent(t, post)))
      return (await withdrawReview(t, post)) ? nothing : null
    }),
  )

/** Asks for approval again, or for the first time. */
export const ask = (deps: WebDeps, actor: Actor, seen: Seen): Promise<Done> =>
  onPost(deps, actor, seen, 'review.asked', async (t, post) => {
    await askForReview(t, post, { isAsked: true })
    return nothing
  })

/** Dismisses a held post from what needs attention. */
export const dismiss = (deps: WebDeps, actor: Actor, seen: Seen): Promise<Done> =>
  onPost(deps, actor, seen, 'review.dismissed', async (t, { id: postId, workspaceId }) =>
    (await dismissHeld(t, { workspaceId, postId })) ? nothing : null,
  )

const nothing: ActOutcome = { changes: [], dueAt: null }

const decide = async (
  deps: WebDeps,
  actor: Actor,
  seen: Seen,
  decision: DecisionName,
  words: string,
  carryOut: (deciding: Deciding) => Promise<Result>,
): Promise<Decided> => {
  const ref = { workspaceId: actor.workspace.id, postId: seen.postId }
  const [before, approvers] = await Promise.all([
    findReview(deps.sql, ref),
    listApprovers(deps.sql, ref.workspaceId),
  ])
  if (!before) return 'gone'
  if (!mayDecide(approvers, { userId: actor.userId, editor: before.editor })) return 'forbidden'
  return signaling(deps, (unsent) => {
    // The name of the event is known only once it happened.
    let event = `review.${decision}`
    return onPost(
      deps,
      actor,
      seen,
      () => event,
      async (t, post) => {
        const review = await findReview(t, ref)
        const result = review && (await carryOut({ t, post, review }))
        if (!review || !result) return null
        event = result.event
        const { round, stage } = review
        await recordDecision(t, { ...ref, round, stage, decision, userId: actor.userId, words })
        if (result.told && review.editor !== actor.userId)
          await notify(t, {
            workspaceId: ref.workspaceId,
            kind: result.told,
            cause: `${result.told}:${post.id}:${round}:${stage}:${deps.now()}`,
            postId: post.id,
            facts: { due: post.dueAt?.toISOString() ?? null, stage },
            to: 'author',
          })
        unsent.push(...(await listUnsent(t, post)))
        return result.outcome ?? nothing
      },
    )
  })
}

/**
 * Signals the workflows of the post's targets after the commit, so that a post that is approved a
 * second before its time goes out on time.
 */
const signaling = async (
  deps: WebDeps,
  act: (unsent: string[]) => Promise<Done>,
): Promise<Done> => {
  const unsent: string[] = []
  const done = await act(unsent)
  if (typeof done === 'object') deps.temporal.signalTargets(unsent)
  return done
}
