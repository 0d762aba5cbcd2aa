import type { Meta } from '../meta.ts'
import type { Photo } from '../state.ts'

/**
 * The photo, or undefined if there is none. An unpublished photo that no post uses is deleted after
 * a day.
 */
export function livingPhoto(meta: Meta, id: string): Photo | undefined {
  const photo = meta.state.photos[id]
  if (!photo || photo.published || photo.postId) return photo
  if (photo.createdAtMs + meta.settings.unpublishedPhotoLifeMs > meta.world.clock.now())
    return photo
  delete meta.state.photos[id]
  return undefined
}
