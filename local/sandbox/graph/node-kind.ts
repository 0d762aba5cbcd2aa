import type { Meta } from './meta.ts'

export type NodeKind = 'page' | 'post' | 'photo' | 'video' | 'instagram' | 'container' | 'media' | 'unknown'

/** What an id stands for. */
export function nodeKind({ state }: Meta, id: string): NodeKind {
  if (state.pages[id]) return 'page'
  if (state.posts[id]) return 'post'
  if (state.photos[id]) return 'photo'
  if (state.videos[id]) return 'video'
  if (state.instagram[id]) return 'instagram'
  if (state.containers[id]) return 'container'
  return state.media[id] ? 'media' : 'unknown'
}

/** The Page or Instagram account that an object belongs to: whose budget a call uses. */
export function nodeOwner({ state }: Meta, id: string): string | null {
  if (state.pages[id] || state.instagram[id]) return id
  const ofPage = state.posts[id] ?? state.photos[id] ?? state.videos[id]
  return ofPage?.pageId ?? (state.containers[id] ?? state.media[id])?.accountId ?? null
}
