import { PlatformError } from '../errors.ts'
import { postNotShown } from '../first-comment.ts'
import type { JsonRecord } from '../json.ts'
import type { CommentLook, CommentWanted } from '../platform.ts'
import { isHidden } from './errors.ts'
import { textAt } from './json.ts'
import { normalizeText } from './text.ts'

/**
 * How many times a comment is tried, a few minutes apart, because a new post may not be visible
 * everywhere yet.
 */
const mostTries = 3
const notThereWaitMs = 90_000

/**
 * Facebook gives the same error for a post that is gone and one that isn't visible yet. Only time
 * tells them apart.
 */
export const notThereYet = (error: unknown, { number }: CommentWanted, label: string): unknown => {
  if (!(error instanceof PlatformError) || !isHidden(error) || number >= mostTries) return error
  return new PlatformError({
    ...error.problem,
    kind: 'unavailable',
    code: postNotShown,
    subcode: null,
    words: `${label} does not show the post yet.`,
    retryAfterMs: notThereWaitMs * number,
  })
}

export const noCommentId = (label: string): PlatformError =>
  new PlatformError({
    kind: 'unknown_outcome',
    code: 'no_comment_id',
    words: `${label} did not say clearly whether the comment was written.`,
  })

/**
 * The comments listed below a post. `isWhole`: the list contains every comment that can be ours.
 */
export type ListedComments = { comments: JsonRecord[]; isWhole: boolean }

/**
 * Finds our comment in the list. `isOurs` has to allow for Meta trimming and normalizing text.
 * @throws PlatformError `unavailable` if the comment isn't found and the list is incomplete
 */
export const lookAmong = (
  { comments, isWhole }: ListedComments,
  isOurs: (comment: JsonRecord) => boolean,
  label: string,
): CommentLook => {
  const ours = comments.find(isOurs)
  const commentId = ours && textAt(ours, 'id')
  if (commentId)
    return { outcome: 'found', commentId, proof: `${label} lists the comment below the post.` }
  if (!isWhole)
    throw new PlatformError({
      kind: 'unavailable',
      code: 'too_many_comments',
      words: `Not among the newest or oldest ${comments.length} comments; ${label} has more below the post.`,
    })
  return {
    outcome: 'absent',
    proof: `Not among the ${comments.length} comments that ${label} lists below the post.`,
  }
}

export const isSameText = (a: string | null, b: string): boolean =>
  normalizeText(a ?? '') === normalizeText(b)
