import type { TikTok } from '../context.ts'
import type { Creator, Post } from '../state.ts'
import { signedImageUrl } from './images.ts'
import { countersOf } from './post-counters.ts'
import { permalinkOf } from './posts.ts'

export const videoFields = [
  'id',
  'create_time',
  'title',
  'video_description',
  'duration',
  'height',
  'width',
  'cover_image_url',
  'share_url',
  'embed_link',
  'embed_html',
  'like_count',
  'comment_count',
  'share_count',
  'view_count',
]

const coverLifeMs = 6 * 3_600_000
const longestTitle = 150

/**
 * The requested fields of one post (fact sheet 6.2). Times are in seconds, titles are truncated,
 * and the cover's URL is signed for six hours.
 */
export function videoRecord(
  tiktok: TikTok,
  creator: Creator,
  post: Post,
  fields: string[],
): Record<string, unknown> {
  const counters = countersOf(tiktok, creator, post)
  const facts = post.media[post.coverIndex]?.facts
  const permalink = permalinkOf(tiktok, creator, post)
  const all: Record<string, unknown> = {
    id: post.id,
    create_time: Math.floor(post.createdAtMs / 1000),
    title: post.title.slice(0, longestTitle),
    video_description: (post.description || post.title).slice(0, longestTitle),
    duration: facts?.kind === 'video' ? Math.round(facts.durationMs / 1000) : 0,
    height: facts && 'height' in facts ? facts.height : 0,
    width: facts && 'width' in facts ? facts.width : 0,
    cover_image_url: signedImageUrl(tiktok, 'cover', post.id, coverLifeMs),
    share_url: `${permalink}?utm_campaign=tt4d_open_api&utm_source=${tiktok.app.key}`,
    embed_link: permalink,
    embed_html: `<blockquote cite="${permalink}"></blockquote>`,
    like_count: counters.likes,
    comment_count: counters.comments,
    share_count: counters.shares,
    view_count: counters.views,
  }
  return Object.fromEntries(fields.map((field) => [field, all[field]]))
}
