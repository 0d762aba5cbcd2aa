import { numberAt, recordAt, textAt } from '../graph/json.ts'
import type { JsonRecord, MediaToSend, Publication } from '../platform.ts'

/** An upload of a video or reel that is begun and not finished: what a repeat needs to go on. */
export type Upload = {
  mediaId: string
  videoId: string
  begunAtMs: number
  uploaded: boolean
  /** Facebook was seen publishing it: `finish` must not be called any more. */
  finished: boolean
  /** Of a reel. */
  uploadUrl: string | null
  /** Of a video: the session and the bytes that Facebook wants next, the end exclusive. */
  sessionId: string | null
  startOffset: number
  endOffset: number
}

/** How long an unfinished upload is trusted; Facebook does not say how long it keeps one. */
const uploadKeepMs = 20 * 3_600_000

/** The upload of this very file, when it is young enough to go on with. */
export const uploadOf = (publication: Publication, media: MediaToSend): Upload | null => {
  const upload = readUpload(publication.handles)
  const usable = upload?.mediaId === media.id && upload.begunAtMs > publication.now() - uploadKeepMs
  return usable ? upload : null
}

export const readUpload = (handles: JsonRecord): Upload | null => {
  const upload = recordAt(handles, 'upload')
  const [mediaId, videoId] = [textAt(upload, 'mediaId'), textAt(upload, 'videoId')]
  if (!mediaId || !videoId) return null
  return {
    mediaId,
    videoId,
    begunAtMs: numberAt(upload, 'begunAtMs') ?? 0,
    uploaded: upload.uploaded === true,
    finished: upload.finished === true,
    uploadUrl: textAt(upload, 'uploadUrl'),
    sessionId: textAt(upload, 'sessionId'),
    startOffset: numberAt(upload, 'startOffset') ?? 0,
    endOffset: numberAt(upload, 'endOffset') ?? 0,
  }
}

export const saveUpload = async (publication: Publication, upload: Upload): Promise<Upload> => {
  await publication.save({ ...publication.handles, upload })
  return upload
}

/** Facebook does not want this upload any more: the next prepare begins anew. */
export const forgetUpload = async ({ handles, save }: Publication): Promise<void> => {
  const { upload: _, ...others } = handles
  await save(others)
}
