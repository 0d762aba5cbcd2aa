import { z } from 'zod'
import { newId, shortcodeOf } from './ids.ts'
import { mediaPermalink } from './instagram/media-view.ts'
import { recordPost } from './ledger-post.ts'
import type { Meta } from './meta.ts'
import { postPermalink } from './pages/post.ts'
import type { Commit, InstagramMedia, PagePost } from './state.ts'

/** A post from before the sandbox started: its time, content and final numbers. */
export const olderPost = z.strictObject({
  platform: z.enum(['facebook', 'instagram']),
  account: z.string(),
  kind: z.enum(['text', 'photo', 'image', 'carousel', 'reel']),
  text: z.string(),
  createdAtMs: z.number(),
  /** Hashes of files that were uploaded to this control port. */
  media: z.array(z.string()),
  audience: z.strictObject({
    views: z.int().min(0),
    likes: z.int().min(0),
    comments: z.int().min(0),
    saved: z.int().min(0),
    shares: z.int().min(0),
  }),
})
export type OlderPost = z.infer<typeof olderPost>

/** No call created it, because the post is older than the sandbox. */
const noCall = (post: OlderPost): Commit => ({ callId: 0, realAtMs: post.createdAtMs })

/** Adds an older post to a Page or an Instagram account. Returns its id and URL. */
export function addOlderPost(meta: Meta, post: OlderPost): { id: string; permalink: string } {
  const added = post.platform === 'facebook' ? addToPage(meta, post) : addToInstagram(meta, post)
  meta.state.audiences[added.id] = post.audience
  recordPost(meta, {
    platform: post.platform,
    account: post.account,
    ...added,
    kind: post.kind,
    text: post.text,
    link: null,
    media: post.media.map((sha256) => ({ sha256 })),
    commit: noCall(post),
    settings: {},
  })
  return added
}

function addToPage(meta: Meta, older: OlderPost): { id: string; permalink: string } {
  const photoIds = older.media.map((sha256) => {
    const id = newId(meta.state, 'photo')
    const shown = {
      sha256,
      caption: older.text,
      altText: null,
      published: true,
      createdAtMs: older.createdAtMs,
    }
    meta.state.photos[id] = { id, pageId: older.account, postId: null, ...shown }
    return id
  })
  const post: PagePost = {
    id: `${older.account}_${newId(meta.state, 'post')}`,
    pageId: older.account,
    message: older.text,
    link: null,
    photoIds,
    videoId: null,
    statusType: photoIds.length > 0 ? 'added_photos' : 'mobile_status_update',
    published: true,
    scheduledAtMs: null,
    createdAtMs: older.createdAtMs,
    commit: noCall(older),
  }
  meta.state.posts[post.id] = post
  for (const id of photoIds) Object.assign(meta.state.photos[id] ?? {}, { postId: post.id })
  return { id: post.id, permalink: postPermalink(meta, post) }
}

function addToInstagram(meta: Meta, older: OlderPost): { id: string; permalink: string } {
  const id = newId(meta.state, 'media')
  const media: InstagramMedia = {
    id,
    accountId: older.account,
    containerId: newId(meta.state, 'container'),
    shortcode: shortcodeOf(id),
    type: older.kind === 'reel' ? 'VIDEO' : older.kind === 'carousel' ? 'CAROUSEL_ALBUM' : 'IMAGE',
    product: older.kind === 'reel' ? 'REELS' : 'FEED',
    caption: older.text,
    altText: null,
    sha256s: older.media,
    childIds: [],
    isChild: false,
    shareToFeed: true,
    commentsOn: true,
    createdAtMs: older.createdAtMs,
  }
  meta.state.media[id] = media
  return { id, permalink: mediaPermalink(meta, media) }
}
