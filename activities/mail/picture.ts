import { buffer } from 'node:stream/consumers'
import type { NoticePicture } from '../../db/notifications/notice-mails.ts'
import { makeMailPicture } from '../../media/image.ts'
import type { MediaStore } from '../../media/store.ts'

/**
 * The picture of a post as a small JPEG. Null if it can't be read, for whatever reason: an alert
 * never waits for its picture, and a store that is away is often what the alert is about.
 */
export const pictureForMail = async (
  store: Pick<MediaStore, 'open'>,
  { thumbnailKey, kind, edits }: NoticePicture,
): Promise<Buffer | null> => {
  try {
    return await makeMailPicture(await buffer(store.open(thumbnailKey)), kind, edits)
  } catch {
    return null
  }
}
