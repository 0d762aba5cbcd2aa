import { numberAt, recordAt, textAt } from '../graph/json.ts'
import type { JsonRecord } from '../json.ts'
import type { MediaToSend, Publication } from '../platform.ts'

/** An upload of a video or reel, stored so that a retry can continue it. */
export type FacebookUpload = {
  mediaId: string
  videoId: string
  begunAtMs: number
  uploaded: boolean
  /** True if Facebook was seen publishing it: `finish` must not be called again. */
  finished: boolean
  /** For reels. */
  uploadUrl: string | null
  /**
   * For videos: the session, and the range of bytes that Facebook wants next (`endOffset`
   * exclusive).
   */
  sessionId: string | null
  startOffset: number
  endOffset: number
  /** True if the picture next to the video was set as its cover. */
  coverSet?: boolean
}

/** How long an unfinished upload is reused. Facebook doesn't say how long it keeps one. */
const uploadKeepMs = 20 * 3_600_000

/** The upload of this file, if it is recent enough to continue. Null otherwise. */
export const uploadOf = (publication: Publication, media: MediaToSend): FacebookUpload | null => {
  const upload = readUpload(publication.handles)
  const usable = upload?.mediaId === media.id && upload.begunAtMs > publication.now() - uploadKeepMs
  return usable ? upload : null
}

export const readUpload = (handles: JsonRecord): FacebookUpload | null => {
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
    coverSet: upload.coverSet === true,
  }
}

export const saveUpload = async (
  publication: Publication,
  upload: FacebookUpload,
): Promise<FacebookUpload> => {
  await publication.save({ ...publication.handles, upload })
  return upload
}

/** Forgets an upload that Facebook no longer accepts. The next prepare step starts a new one. */
export const forgetUpload = async ({ handles, save }: Publication): Promise<void> => {
  const { upload: _, ...others } = handles
  await save(others)
}
