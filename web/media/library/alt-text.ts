import { enqueue } from '../../../db/notifications/outbox.ts'
import { tx } from '../../../db/postgres/connect.ts'
import {
  copyAltText,
  lockUnsentPostsWith,
  setAltText,
} from '../../../db/posts/library/alt-texts.ts'
import { findMedia } from '../../../db/posts/media.ts'
import { lockPosts } from '../../../db/posts/post-locks.ts'
import { askForReview, noteEdit, readContent } from '../../../db/posts/reviews/reviews.ts'
import { transition } from '../../../db/posts/target-transitions.ts'
import type { WebDeps } from '../../http/env.ts'

/** What Instagram takes; the other platforms take at least as many. */
export const altTextMaxCharacters = 1_000

type Given = {
  workspaceId: string
  userId: string
  mediaId: string
  altText: string
  /** The text when the person began. Null: whatever it is. */
  was: string | null
}

/**
 * Saves the alt text of a file, and of every post with it of which nothing was sent: an edit of
 * these posts, which ends their approval. Those that are scheduled are prepared and reviewed again.
 * `changed`: someone else saved this text meanwhile, and nothing was done.
 */
export const saveAltText = (
  deps: Pick<WebDeps, 'sql'>,
  { workspaceId, userId, mediaId, altText, was }: Given,
): Promise<'saved' | 'gone' | { changed: string }> =>
  tx(deps.sql, async (t) => {
    const postIds = await lockUnsentPostsWith(t, workspaceId, mediaId)
    const media = await findMedia(t, workspaceId, mediaId)
    if (!media) return 'gone'
    if (was !== null && media.altText !== was && media.altText !== altText)
      return { changed: media.altText }
    if (!(await setAltText(t, workspaceId, mediaId, { altText, userId }))) return 'gone'
    const before = new Map<string, string>()
    for (const id of postIds) before.set(id, await readContent(t, { workspaceId, id }))
    const changed = await copyAltText(t, mediaId, postIds, altText)
    const targets = await transition(t, 'prepareAnew', {
      where: t`t.post_id = any(${changed}::uuid[])`,
    })
    for (const { id } of targets) await enqueue(t, 'target', id)
    for (const post of (await lockPosts(t, workspaceId, changed)).values()) {
      await noteEdit(t, { workspaceId, postId: post.id, userId }, before.get(post.id) ?? '{}')
      // Their authors still have to do something else.
      const isBack = post.review === 'changes' || post.review === 'held'
      if (post.state === 'scheduled' && !isBack) await askForReview(t, post, { isAsked: false })
    }
    return 'saved'
  })
