import type { Meta } from './meta.ts'
import type { Video } from './state.ts'

export type NodeKind =
  | 'page'
  | 'post'
  | 'photo'
  | 'video'
  | 'instagram'
  | 'container'
  | 'media'
  | 'comment'
  | 'person'
  | 'business'
  | 'unknown'

/** The kind of object that an id belongs to. */
export function nodeKind({ state }: Meta, id: string): NodeKind {
  if (state.pages[id]) return 'page'
  if (state.posts[id]) return 'post'
  if (state.photos[id]) return 'photo'
  if (state.videos[id]) return 'video'
  if (state.instagram[id]) return 'instagram'
  if (state.containers[id]) return 'container'
  if (state.media[id]) return 'media'
  if (state.comments[id]) return 'comment'
  if (state.people[id]) return 'person'
  return Object.values(state.pages).some(({ business }) => business?.id === id)
    ? 'business'
    : 'unknown'
}

/** The id of the post of a video or reel. Null before it is published. */
export const postIdOfVideo = ({
  pageId,
  postId,
}: Pick<Video, 'pageId' | 'postId'>): string | null =>
  postId === null ? null : `${pageId}_${postId}`

/** The Page or Instagram account that owns an object. Its rate limit applies to the call. */
export function nodeOwner(meta: Meta, id: string): string | null {
  const { state } = meta
  const comment = state.comments[id]
  if (comment) return nodeOwner(meta, comment.objectId)
  if (state.pages[id] || state.instagram[id]) return id
  const ofPage = state.posts[id] ?? state.photos[id] ?? state.videos[id]
  return ofPage?.pageId ?? (state.containers[id] ?? state.media[id])?.accountId ?? null
}
