import { z } from 'zod'
import { findByUsername, type TikTok } from './context.ts'
import { newPostId, newPublishId } from './ids.ts'
import type { Post } from './state.ts'
import { permalinkOf } from './videos/posts.ts'

/** A public video from before the sandbox started: its time and its final numbers. */
export const olderVideo = z.strictObject({
  username: z.string(),
  title: z.string(),
  createdAtMs: z.number(),
  /** Hash of a file that was uploaded to this control port. */
  media: z.string(),
  audience: z.strictObject({
    views: z.int().min(0),
    likes: z.int().min(0),
    comments: z.int().min(0),
    shares: z.int().min(0),
  }),
})

/** @throws if the account or the file is unknown */
export function addOlderVideo(
  tiktok: TikTok,
  older: z.infer<typeof olderVideo>,
): { id: string; permalink: string } {
  const { username, title, createdAtMs } = older
  const creator = findByUsername(tiktok, username)
  const video = tiktok.world.media.find(older.media)
  if (!creator || !video)
    throw new Error(
      `There is no ${creator ? `file ${older.media}` : `TikTok account @${username}`}.`,
    )
  const post: Post = {
    id: newPostId(createdAtMs),
    publishId: newPublishId('video', 'direct', 'file', createdAtMs),
    openId: creator.openId,
    kind: 'video',
    title,
    description: '',
    visibility: 'PUBLIC_TO_EVERYONE',
    media: [video],
    coverIndex: 0,
    settings: {},
    createdAtMs,
    moderationAtMs: null,
    approved: true,
  }
  tiktok.state.posts.push(post)
  tiktok.state.audiences[post.id] = older.audience
  const permalink = permalinkOf(tiktok, creator, post)
  const { sha256, contentType, sizeBytes } = video
  tiktok.world.ledger.addPost({
    platform: 'tiktok',
    account: creator.openId,
    id: post.id,
    kind: 'video',
    text: title,
    link: null,
    media: [{ sha256, contentType, sizeBytes, altText: null, url: tiktok.world.mediaUrl(sha256) }],
    createdAtMs,
    callId: 0,
    commitCallAtMs: createdAtMs,
    permalink,
    visibility: post.visibility,
    settings: {},
  })
  tiktok.changed()
  return { id: post.id, permalink }
}
