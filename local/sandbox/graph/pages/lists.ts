import { fieldsOf } from '../accounts/me.ts'
import type { GraphCall } from '../calls/call.ts'
import { requirePageAccess, requireScopes } from '../calls/caller.ts'
import { parseFields } from '../calls/fields.ts'
import { paginate } from '../calls/paging.ts'
import { show } from '../calls/view.ts'
import type { Meta } from '../meta.ts'
import { videoView } from '../videos/view.ts'
import { viewOf } from './post-node.ts'
import { postView } from './post-view.ts'

/**
 * /published_posts, /posts and /feed of a Page: its own published posts, without reels (fact sheet
 * 2.9).
 */
export function listPublishedPosts(call: GraphCall): object {
  const { meta } = call
  const pageId = requireReadablePage(call)
  const posts = Object.values(meta.state.posts).filter(
    (post) =>
      post.pageId === pageId &&
      post.published &&
      !isReel(meta, post.videoId) &&
      isListed(call, post.createdAtMs),
  )
  const fields = fieldsOf(call)
  return paginate(call, newestFirst(posts), (post) => show(viewOf(call, post), fields))
}

/** /scheduled_posts: posts that are waiting for their time. */
export function listScheduledPosts(call: GraphCall): object {
  const { meta } = call
  const pageId = requireReadablePage(call)
  const posts = Object.values(meta.state.posts).filter(
    (post) => post.pageId === pageId && !post.published && post.scheduledAtMs !== null,
  )
  const fields = fieldsOf(call)
  return paginate(call, newestFirst(posts), (post) => show(postView(meta, post), fields))
}

/** /videos and /video_reels: each kind has its own list. */
export const listVideos =
  (kind: 'video' | 'reel') =>
  (call: GraphCall): object => {
    const { meta } = call
    const pageId = requireReadablePage(call)
    const videos = Object.values(meta.state.videos).filter(
      (video) =>
        video.pageId === pageId &&
        video.kind === kind &&
        video.publishedAtMs !== null &&
        isListed(call, video.publishedAtMs),
    )
    const fields = fieldsOf(call) ?? parseFields('description,created_time')
    return paginate(call, newestFirst(videos), (video) => show(videoView(meta, video), fields))
  }

function requireReadablePage(call: GraphCall): string {
  const { page, caller } = requirePageAccess(
    call.meta,
    call.caller,
    call.c.req.param('id') ?? '',
    'get',
  )
  requireScopes(caller, ['pages_read_engagement'])
  return page.id
}

/** Lists lag by `listLagMs` and respect `since` and `until` (Unix seconds or a date). */
export function isListed({ meta, parameters }: GraphCall, createdAtMs: number): boolean {
  const since = moment(parameters.text('since')) ?? 0
  const until = moment(parameters.text('until')) ?? Number.POSITIVE_INFINITY
  const lagMs = meta.settings.listLagMs
  return (
    createdAtMs + lagMs <= meta.world.clock.now() && createdAtMs >= since && createdAtMs <= until
  )
}

function moment(text: string | undefined): number | undefined {
  if (text === undefined) return undefined
  return /^\d+$/.test(text) ? Number(text) * 1000 : Date.parse(text)
}

export const newestFirst = <T extends { createdAtMs: number; id: string }>(items: T[]): T[] =>
  items.toSorted((a, b) => b.createdAtMs - a.createdAtMs || b.id.localeCompare(a.id))

const isReel = (meta: Meta, videoId: string | null): boolean =>
  videoId !== null && meta.state.videos[videoId]?.kind === 'reel'
