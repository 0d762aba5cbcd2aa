import { createHash } from 'node:crypto'
import type { TargetRow } from '../../db/posts/targets.ts'
import { firstCommentOf } from '../../platforms/first-comment.ts'
import type { Commenter, CommentWanted } from '../../platforms/platform.ts'
import { type PublishingDeps, platformOf } from './platform-calls.ts'

/** The comment to write below the post, or to look for there. */
export const wantedOf = (target: TargetRow, platformPostId: string): CommentWanted => ({
  text: firstCommentOf(target.settings),
  platformPostId,
  number: target.commentNumber,
  sinceMs: (target.sentAt ?? target.publishedAt ?? target.stateAt).getTime(),
})

/** The same for each attempt to write the same text below the same post. */
export const commentFingerprint = (
  target: TargetRow,
  { text, platformPostId }: CommentWanted,
): Buffer =>
  createHash('sha256')
    .update(JSON.stringify([target.channelId, platformPostId, text]))
    .digest()

/** How the platform of a target takes first comments. Throws if it doesn't. */
export const commenterOf = (deps: PublishingDeps, target: TargetRow): Commenter => {
  const { comment } = platformOf(deps, target).publish
  if (!comment) throw new Error(`${target.platform} takes no first comments`)
  return comment
}
