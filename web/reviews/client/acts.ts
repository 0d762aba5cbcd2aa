import type { TransactionSql } from 'postgres'
import { recordEvent } from '../../../db/notifications/events.ts'
import { notify } from '../../../db/notifications/notifications.ts'
import { tx } from '../../../db/postgres/connect.ts'
import { lockPost } from '../../../db/posts/post-locks.ts'
import { type LinkedReview, listLinkedReviews } from '../../../db/posts/review-links/link-posts.ts'
import { isLinkOpen } from '../../../db/posts/review-links/links.ts'
import {
  approveReview,
  type DecisionName,
  listUnsent,
  recordDecision,
  requestChanges,
  revokeApproval,
} from '../../../db/posts/reviews/decisions.ts'
import type { WebDeps } from '../../http/env.ts'

/** Who decides: a client, by a link. */
export type ByClient = { workspaceId: string; linkId: string; clientId: string }
/** What the client saw: the post, and exactly what it was and in which round. */
export type SeenPost = { postId: string; seen: string }
/** `undo`: takes the client's approval back. */
export type ClientDecision = { do: 'approve' | 'undo' } | { do: 'changes'; words: string }
/** `conflict`: the post isn't what the client saw any more. `gone`: there is nothing to decide. */
export type ClientOutcome = 'done' | 'conflict' | 'gone'

const names = { approve: 'approved', changes: 'changes', undo: 'revoked' } as const

/** Decides as a member does, about exactly what was shown. Each is one transaction. */
export const decideAsClient = async (
  deps: WebDeps,
  by: ByClient,
  { postId, seen }: SeenPost,
  decision: ClientDecision,
): Promise<ClientOutcome> => {
  const unsent: string[] = []
  const outcome = await tx(deps.sql, async (t): Promise<ClientOutcome> => {
    const ref = { workspaceId: by.workspaceId, postId }
    const post = await lockPost(t, ref)
    const [shown] = post ? await listLinkedReviews(t, by.linkId, postId) : []
    if (!post || !shown?.isOpen) return 'gone'
    if (!(await isLinkOpen(t, by.linkId, new Date(deps.now())))) return 'gone'
    if (shown.seen !== seen) return 'conflict'
    const carryOut = { approve: approveReview, changes: requestChanges, undo: revokeApproval }
    if (!mayDo(decision, shown) || !(await carryOut[decision.do](t, post))) return 'gone'
    const name = names[decision.do]
    await note(t, by, shown, name, 'words' in decision ? decision.words : '')
    if (name !== 'revoked')
      await notify(t, {
        ...ref,
        kind: name,
        cause: `${name}:${postId}:${shown.round}:client:${deps.now()}`,
        facts: { due: post.dueAt?.toISOString() ?? null, stage: 'client' },
        to: 'author',
      })
    unsent.push(...(await listUnsent(t, post)))
    return 'done'
  })
  if (outcome === 'done') deps.temporal.signalTargets(unsent)
  return outcome
}

const mayDo = (decision: ClientDecision, { state, decision: last, isHere }: LinkedReview) =>
  decision.do === 'undo'
    ? state === 'approved' && last === 'approved' && isHere
    : state !== 'approved'

const note = async (
  t: TransactionSql,
  by: ByClient,
  { postId, round }: LinkedReview,
  decision: DecisionName,
  words: string,
): Promise<void> => {
  const { workspaceId, clientId } = by
  await recordDecision(t, {
    workspaceId,
    postId,
    round,
    stage: 'client',
    decision,
    clientId,
    words,
  })
  await recordEvent(t, {
    name: `review.${decision}`,
    workspaceId,
    userId: null,
    subjectId: postId,
    facts: { client: clientId, link: by.linkId, changes: [] },
  })
}
