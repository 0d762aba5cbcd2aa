import { listDecisions } from '../../db/posts/reviews/decisions.ts'
import { findReview, type Review } from '../../db/posts/reviews/reviews.ts'
import {
  type Approver,
  getReviewSettings,
  listApprovers,
  type ReviewSettings,
} from '../../db/posts/reviews/settings.ts'
import { isUnsent } from '../../db/posts/target-states.ts'
import type { TargetRow } from '../../db/posts/targets.ts'
import type { WebDeps, Workspace } from '../http/env.ts'
import type { View } from '../http/render.ts'
import { reviewPills } from '../posts/post-state.ts'
import type { Formats } from '../time/formats.ts'
import { mayDecide } from './acts.ts'
import { contentDifference } from './difference.ts'

type Of = { postId: string; userId: string; targets: TargetRow[]; fmt: Formats }

/** The review of a post for its page, and what this person can do about it. Null if there is none. */
export const loadPostReview = async (
  deps: WebDeps,
  workspace: Workspace,
  { postId, userId, targets, fmt }: Of,
): Promise<View | null> => {
  const ref = { workspaceId: workspace.id, postId }
  const [review, settings, approvers] = await Promise.all([
    findReview(deps.sql, ref),
    getReviewSettings(deps.sql, workspace.id),
    listApprovers(deps.sql, workspace.id),
  ])
  if (!review) return noReview(settings, approvers, userId, targets)
  const decisions = await listDecisions(deps.sql, ref)
  const may = mayDecide(approvers, { userId, editor: review.editor })
  const open = isOpen(targets)
  const late = isLate(review, targets)
  return {
    isNone: false,
    review,
    pill: reviewPills[late && review.state === 'approved' ? 'held' : review.state],
    words: wordsOf(review, late, fmt),
    askers: approvers.filter((one) => one.userId !== review.editor).map(({ name }) => name),
    decisions,
    difference:
      review.content && contentDifference(review.content, review.current, namer(deps, targets)),
    can: {
      approve: may && open && review.state !== 'approved',
      publish: may && open && (late || review.state === 'held'),
      changes: may && open && review.state !== 'changes' && review.state !== 'approved',
      revoke: may && review.state === 'approved' && open,
      ask: open && ['changes', 'edited', 'held'].includes(review.state),
      share: open && mayShare(settings, approvers, userId),
      withdraw: open && !review.isRequired && review.state !== 'approved',
    },
  }
}

/** Nobody asked for approval yet. Null in a workspace where nobody needs to. */
const noReview = (
  settings: ReviewSettings,
  approvers: Approver[],
  userId: string,
  targets: TargetRow[],
): View | null =>
  settings.reviewOf === 'off' && settings.reviewStages === 'team'
    ? null
    : {
        isNone: true,
        canAsk: isOpen(targets),
        canShare: mayShare(settings, approvers, userId),
      }

/** Whoever may approve posts can hand that to a client, if clients are asked at all. */
const mayShare = (settings: ReviewSettings, approvers: Approver[], userId: string): boolean =>
  settings.reviewStages !== 'team' && approvers.some((one) => one.userId === userId)

/** Nothing is scheduled yet, or something hasn't gone out. */
const isOpen = (targets: TargetRow[]): boolean =>
  targets.length === 0 || targets.some(({ state }) => isUnsent(state))

/** Approved only after its time on some account, where it waits for a person. */
const isLate = ({ heldAt }: Review, targets: TargetRow[]): boolean =>
  heldAt !== null && targets.some(({ state, dueAt }) => isUnsent(state) && dueAt <= heldAt)

const wordsOf = (review: Review, late: boolean, fmt: Formats): string => {
  const who = review.stage === 'client' ? 'the client’s approval' : 'approval'
  const asked = `${review.askedBy ?? 'Someone'} asked ${fmt.when(review.askedAt)}.`
  if (late && review.state === 'approved')
    return 'Approved after its time, so nothing was sent. Publish it now, or move it to another time.'
  switch (review.state) {
    case 'waiting':
      return `Waiting for ${who}. ${asked} It won’t be published without it.`
    case 'changes':
      return 'Changes were requested. Edit the post, then send it again.'
    case 'edited':
      return 'Edited since it was approved, so it needs approval again.'
    case 'held':
      return 'On hold: not approved in time. Nothing was sent.'
    case 'approved':
      return 'It’s published exactly like this. If anyone edits it, it needs approval again. You can move it to another time.'
  }
}

const namer =
  (deps: WebDeps, targets: TargetRow[]) =>
  (id: string): string =>
    targets.find(({ channelId }) => channelId === id)?.channelName ??
    deps.platforms.platforms.get(id)?.label ??
    'an account'
