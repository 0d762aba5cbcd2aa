import {
  listNumbersOfPost,
  listReadingsOfPost,
  type MeasuredPost,
  type Reading,
} from '../insights/post-numbers.ts'
import type { Db } from '../postgres/connect.ts'
import { read, together } from '../postgres/json-rows.ts'
import { type AttemptRow, listAttempts } from './attempts.ts'
import { type CommentAttempt, listCommentAttempts } from './comments/comments.ts'
import { type ComposedMedia, listComposedMedia } from './composed-media.ts'
import { type DiscussionComment, listDiscussion } from './discussion/comments.ts'
import { type Label, listPostLabels } from './labels/labels.ts'
import { type HistoryLine, listPostHistory } from './post-history.ts'
import { type PostRow, selectPost } from './posts.ts'
import { listTargets, type TargetRow } from './targets.ts'

/** A post with everything that its page shows. */
export type WholePost = {
  post: PostRow
  targets: TargetRow[]
  /** Newest first, of all targets. */
  attempts: AttemptRow[]
  comments: CommentAttempt[]
  media: ComposedMedia[]
  labels: Label[]
  discussion: DiscussionComment[]
  history: HistoryLine[]
  /** Its measured targets, and their readings. */
  measured: MeasuredPost[]
  readings: Reading[]
}

/** In one statement, because many people have this page open. Null if there is no such post. */
export const findWholePost = async (
  sql: Db,
  /** `userId`: who reads it. */
  ref: { workspaceId: string; postId: string; userId: string },
): Promise<WholePost | null> => {
  const { posts, ...parts } = await together(sql, {
    posts: read(selectPost(sql, ref), { dueAt: true, createdAt: true, updatedAt: true }),
    targets: read(listTargets(sql, ref), {
      ...{
        dueAt: true,
        stateAt: true,
        notBefore: true,
        inboxUntil: true,
        sentAt: true,
        publishedAt: true,
        finishedAt: true,
      },
      ...{ commentNotBefore: true, commentSince: true, commentedAt: true },
      ...{ deletionAskedAt: true, deletionNotBefore: true, deletionClaimedAt: true },
      ...{ deletionSentAt: true, deletionEndedAt: true },
    }),
    attempts: read(listAttempts(sql, ref), { claimedAt: true, sentAt: true, endedAt: true }),
    comments: read(listCommentAttempts(sql, ref), { claimedAt: true, sentAt: true, endedAt: true }),
    media: read(listComposedMedia(sql, ref), {
      uploadedAt: true,
      purgedAt: true,
      conversionBeganAt: true,
    }),
    labels: read(listPostLabels(sql, ref), {}),
    discussion: read(listDiscussion(sql, ref), { writtenAt: true, resolvedAt: true }),
    history: read(listPostHistory(sql, ref), { at: true }),
    measured: read(listNumbersOfPost(sql, ref), {
      publishedAt: true,
      takenAt: true,
      absentAt: true,
    }),
    readings: read(listReadingsOfPost(sql, ref), { takenAt: true }),
  })
  return posts[0] ? { post: posts[0], ...parts } : null
}
