import type { Config } from '../config/index.ts'
import { createDiskStore, type MediaStore } from './store.ts'

/** Creates the media store for MEDIA_URL: a folder (file:) or a bucket (s3:). */
export const createMediaStore = async (media: Config['media']): Promise<MediaStore> => {
  if (!media.url.startsWith('s3:')) return createDiskStore(media.url)
  const { createS3Store } = await import('./s3-store.ts') // the AWS SDK is loaded only when it is needed
  return createS3Store({ ...media.s3, url: media.url })
}
