import { newId } from '../ids.ts'
import { recordPost } from '../ledger-post.ts'
import type { Meta } from '../meta.ts'
import type { PagePost, Photo, Video } from '../state.ts'

type NewPost = Pick<PagePost, 'pageId' | 'message' | 'commit'> &
  Partial<Pick<PagePost, 'link' | 'photoIds' | 'videoId' | 'published' | 'scheduledAtMs'>>

/** Creates a Page's post. Published immediately by default. */
export function createPost(meta: Meta, wanted: NewPost): PagePost {
  const post: PagePost = {
    link: null,
    photoIds: [],
    videoId: null,
    published: true,
    scheduledAtMs: null,
    ...wanted,
    id: `${wanted.pageId}_${newId(meta.state, 'post')}`,
    statusType: statusTypeOf(wanted),
    createdAtMs: meta.world.clock.now(),
  }
  meta.state.posts[post.id] = post
  for (const photo of photosOf(meta, post)) photo.postId = post.id
  if (post.published) showPost(meta, post)
  else if (post.scheduledAtMs !== null) armScheduled(meta, post)
  return post
}

function statusTypeOf({ photoIds = [], videoId, link }: NewPost): PagePost['statusType'] {
  if (videoId) return 'added_video'
  if (photoIds.length > 0) return 'added_photos'
  return link ? 'shared_story' : 'mobile_status_update'
}

/** Publishes a scheduled post at its time. */
export function armScheduled(meta: Meta, post: PagePost): void {
  if (post.published || post.scheduledAtMs === null) return
  meta.world.clock.after(post.scheduledAtMs - meta.world.clock.now(), () => {
    if (!meta.state.posts[post.id] || post.published) return
    post.published = true
    post.createdAtMs = meta.world.clock.now()
    showPost(meta, post)
  })
}

function showPost(meta: Meta, post: PagePost): void {
  for (const photo of photosOf(meta, post)) photo.published = true
  const video = post.videoId ? meta.state.videos[post.videoId] : undefined
  recordPost(meta, {
    platform: 'facebook',
    account: post.pageId,
    id: post.id,
    kind: kindOf(post, video?.kind),
    text: post.message,
    link: post.link,
    media: video?.sha256 ? [{ sha256: video.sha256 }] : photosOf(meta, post),
    permalink: postPermalink(meta, post),
    commit: post.commit,
    settings: video ? videoSettings(video) : {},
  })
}

const videoSettings = (video: Video): Record<string, unknown> => ({
  videoId: video.id,
  title: video.title,
  isAiGenerated: video.isAiGenerated ?? false,
  placeId: video.placeId ?? null,
  coverSha256: video.coverSha256 ?? null,
  collaborators: (video.collaborators ?? []).map(({ pageId }) => pageId),
})

function kindOf(post: PagePost, video: Video['kind'] | undefined): string {
  if (video) return video
  if (post.photoIds.length > 0) return post.photoIds.length === 1 ? 'photo' : 'photos'
  return post.link ? 'link' : 'text'
}

export function deletePost(meta: Meta, post: PagePost): void {
  delete meta.state.posts[post.id]
  for (const photoId of post.photoIds) delete meta.state.photos[photoId]
  if (post.videoId) delete meta.state.videos[post.videoId]
  meta.world.ledger.removePost('facebook', post.id)
}

/** The photos of a post, in the post's order. */
export const photosOf = (meta: Meta, post: PagePost): Photo[] =>
  post.photoIds.map((id) => meta.state.photos[id]).filter((photo) => photo !== undefined)

/** The part of `{page}_{post}` after the underscore. */
export const postSuffix = (post: PagePost): string => post.id.slice(post.id.indexOf('_') + 1)

export function postPermalink(meta: Meta, post: PagePost): string {
  const site = meta.world.baseUrl('/facebook')
  const video = post.videoId ? meta.state.videos[post.videoId] : undefined
  if (video)
    return (
      site + (video.kind === 'reel' ? `/reel/${video.id}/` : `/${post.pageId}/videos/${video.id}/`)
    )
  return `${site}/${post.pageId}/posts/${postSuffix(post)}`
}
