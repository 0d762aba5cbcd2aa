import type { Field } from '../calls/fields.ts'
import { type MarkedView, view } from '../calls/view.ts'
import { commentView } from '../comments/comment-view.ts'
import { graphTime } from '../ids.ts'
import { reception } from '../insights/audience.ts'
import type { Meta } from '../meta.ts'
import type { PagePost } from '../state.ts'
import { photosOf, postPermalink } from './post.ts'

/** A Page's post with the fields of fact sheet 2.9. */
export const postView = (
  meta: Meta,
  post: PagePost,
  insights?: (field: Field) => unknown,
): MarkedView =>
  view({
    type: 'Post',
    id: post.id,
    defaults: ['created_time', 'message'],
    fields: {
      message: () => post.message || undefined,
      created_time: () => graphTime(post.createdAtMs),
      updated_time: () => graphTime(post.createdAtMs),
      permalink_url: () => postPermalink(meta, post),
      is_published: () => post.published,
      scheduled_publish_time: () =>
        post.scheduledAtMs === null ? undefined : Math.floor(post.scheduledAtMs / 1000),
      status_type: () => post.statusType,
      full_picture: () => fullPicture(meta, post),
      from: () => ({ name: meta.state.pages[post.pageId]?.name, id: post.pageId }),
      attachments: () => attachments(meta, post),
      shares: () => sharesOf(meta, post),
      comments: (field) => commentsOf(meta, post, field),
      reactions: (field) => reactionsOf(meta, post, field),
      ...(insights ? { insights } : {}),
    },
  })

function fullPicture(meta: Meta, post: PagePost): string | undefined {
  const [first] = photosOf(meta, post)
  return first
    ? meta.world.baseUrl('/facebook').replace(/\/facebook$/, meta.world.mediaUrl(first.sha256))
    : undefined
}

function attachments(meta: Meta, post: PagePost): { data: object[] } | undefined {
  const photos = photosOf(meta, post).map((photo) => ({
    media_type: 'photo',
    target: { id: photo.id },
    type: 'photo',
  }))
  if (photos.length === 1) return { data: photos }
  if (photos.length > 1)
    return {
      data: [
        {
          media_type: 'album',
          target: { id: post.id },
          type: 'album',
          subattachments: { data: photos },
        },
      ],
    }
  if (post.videoId)
    return { data: [{ media_type: 'video', target: { id: post.videoId }, type: 'video_inline' }] }
  return post.link
    ? {
        data: [
          {
            media_type: 'link',
            target: { url: post.link },
            type: 'share',
            unshimmed_url: post.link,
          },
        ],
      }
    : undefined
}

function sharesOf(meta: Meta, post: PagePost): { count: number } | undefined {
  const { shares } = reception(meta, post, meta.world.clock.now())
  return shares > 0 ? { count: shares } : undefined
}

/** Reactions are counted; the people aren't listed. */
function reactionsOf(meta: Meta, post: PagePost, field: Field): object {
  const { likes } = reception(meta, post, meta.world.clock.now())
  return {
    data: [],
    ...(wantsSummary(field) ? { summary: { total_count: likes, viewer_reaction: 'NONE' } } : {}),
  }
}

/** Lists the Page's own comments. Comments by visitors are only counted. */
export function commentsOf(
  meta: Meta,
  post: { id: string; createdAtMs: number },
  field: Field,
): object {
  const comments = Object.values(meta.state.comments).filter(
    (comment) => comment.objectId === post.id,
  )
  const shown = comments.slice(0, Number(field.modifiers.limit ?? 25))
  return {
    data: shown.map((comment) => commentView(meta, comment)),
    ...(wantsSummary(field)
      ? {
          summary: {
            order: 'ranked',
            total_count: reception(meta, post, meta.world.clock.now()).comments,
            can_comment: true,
          },
        }
      : {}),
  }
}

const wantsSummary = (field: Field): boolean =>
  ['true', '1', 'total_count'].includes(field.modifiers.summary ?? '')
