import { recordEvent } from '../../../db/notifications/events.ts'
import { type Db, tx } from '../../../db/postgres/connect.ts'
import {
  deleteDiscussionComment,
  findDiscussionComment,
  insertDiscussionComment,
  resolveThread,
} from '../../../db/posts/discussion/comments.ts'
import { listMentionable, notifyOfComment } from '../../../db/posts/discussion/people.ts'
import {
  type FormKey,
  keepFormKey,
  releaseFormKey,
  takeFormKey,
} from '../../../db/posts/form-keys.ts'
import { lockPost } from '../../../db/posts/post-locks.ts'
import { readMentions } from '../../../text/mentions.ts'
import type { WebDeps } from '../../http/env.ts'

/** In characters. */
export const commentMaxCharacters = 2_000
/** On one post, with replies. */
export const commentsMax = 500

/** Who acts, on which post. */
export type OnPost = { workspaceId: string; postId: string; userId: string }
type Typed = { text: string; mediaId: string | null; answers: string | null }

/**
 * Adds a comment once, however often its form is sent, and notifies those whom it concerns. `full`:
 * the post has no room, or what the comment is about is gone. `gone`: there is no such post.
 */
export const addComment = async (
  deps: WebDeps,
  { workspaceId, postId, userId }: OnPost,
  { text: typed, mediaId, answers }: Typed,
  key: FormKey | null,
): Promise<'added' | 'full' | 'gone'> => {
  const { text, userIds } = readMentions(typed, await listMentionable(deps.sql, workspaceId))
  return await tx(deps.sql, async (t) => {
    const before = key && (await takeFormKey(t, key))
    if (before?.isSame) return 'added'
    if (!(await lockPost(t, { workspaceId, postId }))) return 'gone'
    const comment = { workspaceId, postId, userId, answers, mediaId, text, mentioned: userIds }
    const id = await insertDiscussionComment(t, comment, commentsMax)
    if (id === null) {
      if (key) await releaseFormKey(t, key.key)
      return 'full'
    }
    if (key) await keepFormKey(t, key, { subjectId: id })
    await notifyOfComment(t, { ...comment, id })
    await record(t, { workspaceId, postId, userId }, answers ? 'replied' : 'added')
    return 'added'
  })
}

/** Returns whether that changed anything. */
export const resolve = (
  deps: WebDeps,
  on: OnPost,
  id: string,
  isResolved: boolean,
): Promise<boolean> =>
  tx(deps.sql, async (t) => {
    const by = isResolved ? { userId: on.userId, at: new Date(deps.now()) } : null
    const isDone = await resolveThread(t, { ...on, id }, by)
    if (isDone) await record(t, on, isResolved ? 'resolved' : 'reopened')
    return isDone
  })

/** People delete their own comments, and admins delete any. */
export const removeComment = (
  deps: WebDeps,
  on: OnPost & { isAdmin: boolean },
  id: string,
): Promise<'deleted' | 'forbidden' | 'gone'> =>
  tx(deps.sql, async (t) => {
    // A reply that is written now would be deleted with it.
    await lockPost(t, on)
    const found = await findDiscussionComment(t, { ...on, id })
    if (!found) return 'gone'
    if (!on.isAdmin && found.userId !== on.userId) return 'forbidden'
    if (!(await deleteDiscussionComment(t, { ...on, id }))) return 'gone'
    await record(t, on, 'deleted')
    return 'deleted'
  })

type Happened = 'added' | 'replied' | 'resolved' | 'reopened' | 'deleted'

const record = async (
  t: Db,
  { workspaceId, postId, userId }: OnPost,
  what: Happened,
): Promise<void> => {
  await recordEvent(t, { name: `discussion.${what}`, workspaceId, userId, subjectId: postId })
}
