import type { LedgerPost } from '../../ledger.ts'
import { getCreator, type TikTok } from '../context.ts'
import { newPostId } from '../ids.ts'
import type { Creator, Post, Publish } from '../state.ts'
import { sendPublishEvent } from '../webhooks/webhooks.ts'

/** Publishes a post. A creator can publish several from one inbox draft. */
export function createPost(tiktok: TikTok, publish: Publish, visibility: string): Post {
  const now = tiktok.world.clock.now()
  const isPublic = visibility === 'PUBLIC_TO_EVERYONE'
  const post: Post = {
    id: newPostId(now),
    publishId: publish.id,
    openId: publish.openId,
    kind: publish.kind,
    title: publish.title,
    description: publish.description,
    visibility,
    media: publish.media,
    coverIndex: publish.coverIndex,
    settings: publish.settings,
    createdAtMs: now,
    moderationAtMs: isPublic ? now + tiktok.settings.tiktokModerationMs : null,
    approved: false,
  }
  publish.status = 'PUBLISH_COMPLETE'
  publish.postIds.push(post.id)
  tiktok.state.posts.push(post)
  tiktok.world.ledger.addPost(ledgerPost(tiktok, publish, post))
  tiktok.changed()
  sendPublishEvent(tiktok, publish, 'complete')
  armModeration(tiktok, post)
  return post
}

/** Schedules moderation. Also called after a restart. */
export function armModeration(tiktok: TikTok, post: Post): void {
  if (post.moderationAtMs === null) return
  tiktok.world.clock.after(Math.max(0, post.moderationAtMs - tiktok.world.clock.now()), () =>
    approve(tiktok, post.id),
  )
}

/**
 * The creator changes a post's visibility in TikTok's app. A post that becomes public has to pass
 * moderation.
 */
export function changeVisibility(tiktok: TikTok, post: Post, visibility: string): void {
  const wasListed = post.approved
  post.visibility = visibility
  post.approved = false
  post.moderationAtMs =
    visibility === 'PUBLIC_TO_EVERYONE'
      ? tiktok.world.clock.now() + tiktok.settings.tiktokModerationMs
      : null
  tiktok.world.ledger.updatePost('tiktok', post.id, { visibility, permalink: null })
  tiktok.changed()
  if (wasListed) tellNoLongerPublic(tiktok, post)
  armModeration(tiktok, post)
}

/** The creator deletes the post in TikTok's app. The API has no such call. */
export function deletePost(tiktok: TikTok, post: Post): void {
  tiktok.state.posts = tiktok.state.posts.filter((other) => other !== post)
  tiktok.world.ledger.removePost('tiktok', post.id)
  tiktok.changed()
  if (post.approved) tellNoLongerPublic(tiktok, post)
}

/** Posts that anyone can see: public and approved by moderation. */
export const publicPosts = (tiktok: TikTok, openId: string): Post[] =>
  tiktok.state.posts.filter((post) => post.openId === openId && post.approved)

export const permalinkOf = (tiktok: TikTok, creator: Creator, post: Post): string =>
  `${tiktok.world.baseUrl('/tiktok')}/@${creator.username}/${post.kind}/${post.id}`

function approve(tiktok: TikTok, postId: string): void {
  const post = tiktok.state.posts.find((post) => post.id === postId)
  if (!post || post.moderationAtMs === null || post.moderationAtMs > tiktok.world.clock.now())
    return
  post.moderationAtMs = null
  post.approved = true
  tiktok.world.ledger.updatePost('tiktok', post.id, {
    permalink: permalinkOf(tiktok, getCreator(tiktok, post.openId), post),
  })
  tiktok.changed()
  const publish = publishOf(tiktok, post)
  sendPublishEvent(tiktok, publish, 'publicly_available', { post_id: post.id })
}

function tellNoLongerPublic(tiktok: TikTok, post: Post): void {
  sendPublishEvent(tiktok, publishOf(tiktok, post), 'no_longer_publicaly_available', {
    post_id: post.id,
  })
}

function publishOf(tiktok: TikTok, post: Post): Publish {
  const publish = tiktok.state.publishes.find((publish) => publish.id === post.publishId)
  if (!publish)
    throw new Error(`The sandbox lost the publish ${post.publishId} of post ${post.id}.`)
  return publish
}

function ledgerPost(tiktok: TikTok, publish: Publish, post: Post): LedgerPost {
  if (!publish.commit)
    throw new Error(`The publish ${publish.id} became a post before its bytes were there.`)
  return {
    platform: 'tiktok',
    account: post.openId,
    id: post.id,
    kind: post.kind,
    text: [post.title, post.description].filter(Boolean).join('\n'),
    link: null,
    media: post.media.map(({ sha256, contentType, sizeBytes }) => ({
      sha256,
      contentType,
      sizeBytes,
      altText: null,
      url: tiktok.world.mediaUrl(sha256),
    })),
    createdAtMs: Date.now(),
    callId: publish.commit.callId,
    commitCallAtMs: publish.commit.realAtMs,
    permalink: null,
    visibility: post.visibility,
    settings: {
      publishId: publish.id,
      mode: publish.mode,
      coverIndex: post.coverIndex,
      coverMs: coverMs(post),
      ...post.settings,
    },
  }
}

/**
 * Position of a video's cover frame in milliseconds. A position outside the video means the first
 * frame (fact sheet 4.2).
 */
function coverMs({ kind, settings, media }: Post): number | null {
  if (kind !== 'video') return null
  const asked = settings.video_cover_timestamp_ms
  const facts = media[0]?.facts
  const lengthMs = facts?.kind === 'video' ? facts.durationMs : 0
  return typeof asked === 'number' && asked >= 0 && asked <= lengthMs ? asked : 0
}
