import { notify } from '../../db/notifications/notifications.ts'
import { type Db, tx } from '../../db/postgres/connect.ts'
import {
  type CommentAttempt,
  markCommented,
  markCommentFailed,
  markCommentUnconfirmed,
  recordCommentOutcome,
} from '../../db/posts/comments/comments.ts'
import type { TargetRow } from '../../db/posts/targets.ts'
import type { Problem } from '../../platforms/errors.ts'
import { recordTargetEvent } from './outcomes.ts'
import type { PublishingDeps } from './platform-calls.ts'

type Result = Pick<CommentAttempt, 'id' | 'outcome' | 'sentAt' | 'problem'>

/** The comment exists. `result` closes the attempt that wrote it, if one is open. */
export const settleCommentWritten = async (
  deps: PublishingDeps,
  target: TargetRow,
  commentId: string,
  proof: string,
  result: Result | undefined,
): Promise<void> => {
  await tx(deps.sql, async (t) => {
    if (result) await recordCommentOutcome(t, result.id, result)
    const at = result?.sentAt ?? new Date(deps.now())
    if (await markCommented(t, target, { commentId, proof, at }))
      await recordTargetEvent(t, target, 'comment.published')
  })
}

/** The comment can't be added: a person decides. The post stays published. */
export const failComment = async (
  deps: PublishingDeps,
  target: TargetRow,
  problem: Problem,
): Promise<void> => {
  await tx(deps.sql, async (t) => {
    if (await markCommentFailed(t, target, problem))
      await notifyAboutComment(t, target, 'failed', problem)
  })
}

/** Whether the comment exists couldn't be found out: a person decides. */
export const leaveCommentUnconfirmed = async (
  deps: PublishingDeps,
  target: TargetRow,
  proof: string,
): Promise<void> => {
  await tx(deps.sql, async (t) => {
    if (await markCommentUnconfirmed(t, target, proof))
      await notifyAboutComment(t, target, 'unconfirmed')
  })
}

// promise: U4
const notifyAboutComment = async (
  t: Db,
  target: TargetRow,
  outcome: 'failed' | 'unconfirmed',
  problem?: Problem,
): Promise<void> => {
  const eventId = await recordTargetEvent(t, target, `comment.${outcome}`, problem)
  await notify(t, {
    workspaceId: target.workspaceId,
    kind: 'comment',
    cause: `comment:${target.id}:${eventId}`,
    targetId: target.id,
    facts: { outcome },
    to: 'both',
  })
}
