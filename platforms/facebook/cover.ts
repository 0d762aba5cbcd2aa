import { buffer } from 'node:stream/consumers'
import type { Graph } from '../graph/client.ts'
import { uploadTimeoutMs } from '../graph/rupload.ts'
import type { Publication } from '../platform.ts'
import { pageToken } from './page.ts'
import { type FacebookUpload, saveUpload } from './upload.ts'

/**
 * Uploads the picture of a video or reel as its cover. Publishes nothing, so it can be repeated.
 * Records that the cover is set.
 */
export const setCover = async (
  graph: Graph,
  publication: Publication,
  upload: FacebookUpload,
): Promise<FacebookUpload> => {
  const picture = publication.media.find(({ kind }) => kind === 'image')
  if (!picture || upload.coverSet) return upload
  const bytes = new Blob([new Uint8Array(await buffer(picture.open()))], {
    type: picture.contentType,
  })
  await graph.request({
    method: 'POST',
    path: `${upload.videoId}/thumbnails`,
    token: pageToken(publication),
    params: { is_preferred: 'true' },
    file: { field: 'source', name: 'cover', bytes },
    effect: 'repeatable',
    timeoutMs: uploadTimeoutMs(picture.sizeBytes),
    signal: publication.signal,
  })
  return saveUpload(publication, { ...upload, coverSet: true })
}
