import { type MarkedView, view } from '../calls/view.ts'
import { graphTime } from '../ids.ts'
import { reception } from '../insights/audience.ts'
import type { Meta } from '../meta.ts'
import { commentsOf } from '../pages/post-view.ts'
import type { InstagramMedia } from '../state.ts'

/** An Instagram media object with the fields of fact sheet 3.7. */
export function mediaView(meta: Meta, media: InstagramMedia): MarkedView {
  const account = meta.state.instagram[media.accountId]
  return view({
    type: 'InstagramMedia',
    id: media.id,
    defaults: [],
    fields: {
      caption: () => media.caption || undefined,
      media_type: () => media.type,
      media_product_type: () => media.product,
      media_url: () => fileUrl(meta, media),
      thumbnail_url: () =>
        media.type === 'VIDEO'
          ? `${meta.world.baseUrl('/instagram')}/thumbnail/${media.id}.png`
          : undefined,
      permalink: () => mediaPermalink(meta, media),
      shortcode: () => media.shortcode,
      timestamp: () => graphTime(media.createdAtMs),
      username: () => account?.username,
      owner: () => ({ id: media.accountId }),
      like_count: () => reception(meta, media, meta.world.clock.now()).likes,
      comments_count: () => reception(meta, media, meta.world.clock.now()).comments,
      comments: (field) => commentsOf(meta, media, field),
      children: () =>
        media.childIds.length > 0
          ? { data: childrenOf(meta, media).map((child) => mediaView(meta, child)) }
          : undefined,
      is_shared_to_feed: () => (media.product === 'REELS' ? media.shareToFeed : undefined),
      is_ai_generated: () => media.isAiGenerated ?? false,
      is_comment_enabled: () => media.commentsOn,
      alt_text: () => media.altText ?? undefined,
    },
  })
}

const childrenOf = (meta: Meta, media: InstagramMedia): InstagramMedia[] =>
  media.childIds.map((id) => meta.state.media[id]).filter((child) => child !== undefined)

export function mediaPermalink(meta: Meta, media: InstagramMedia): string {
  const site = meta.world.baseUrl('/instagram')
  if (media.product === 'STORY')
    return `${site}/stories/${meta.state.instagram[media.accountId]?.username}/${media.id}`
  return `${site}/${media.product === 'REELS' ? 'reel' : 'p'}/${media.shortcode}/`
}

function fileUrl(meta: Meta, media: InstagramMedia): string | undefined {
  const sha256 = media.sha256s[0] ?? childrenOf(meta, media)[0]?.sha256s[0]
  return sha256
    ? meta.world.baseUrl('/instagram').replace(/\/instagram$/, meta.world.mediaUrl(sha256))
    : undefined
}
