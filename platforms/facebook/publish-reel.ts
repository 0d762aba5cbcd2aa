import { PlatformError } from '../errors.ts'
import type { Graph } from '../graph/client.ts'
import { succeeded, textAt } from '../graph/json.ts'
import { uploadBytes } from '../graph/rupload.ts'
import type { MediaToSend, Prepared, Publication, Sent } from '../platform.ts'
import { notPrepared, onlyVideo, pageToken, unclearAnswer } from './page.ts'
import { lookAgain } from './publish-video.ts'
import { forgetUpload, readUpload, saveUpload, type Upload, uploadOf } from './upload.ts'
import { hasAllBytes } from './video-status.ts'

/**
 * Starts a reel, sends its bytes (Facebook's own fetching by address is reported to fail at times) and leaves `finish`.
 * The video id is saved before the bytes go; a repeat asks first whether they arrived, since Facebook takes them once.
 */
export const prepareReel = async (graph: Graph, publication: Publication): Promise<Prepared> => {
  const video = onlyVideo(publication)
  const begun = uploadOf(publication, video)
  if (begun?.uploaded) return lookAgain(graph, publication, begun)
  if (begun && (await hasAllBytes(graph, publication, begun.videoId))) {
    await saveUpload(publication, { ...begun, uploaded: true })
    return { ready: true }
  }
  const upload = begun ?? (await start(graph, publication, video))
  try {
    const url = upload.uploadUrl ?? fallbackUrl(graph, upload.videoId)
    await uploadBytes(url, pageToken(publication), video, publication.signal)
  } catch (error) {
    if (error instanceof PlatformError && error.problem.code === 'OffsetInvalidError') await forgetUpload(publication)
    throw error
  }
  await saveUpload(publication, { ...upload, uploaded: true })
  return { ready: true }
}

/** `finish` makes the reel public once Facebook has processed it. */
export const sendReel = async (graph: Graph, publication: Publication): Promise<Sent> => {
  const upload = readUpload(publication.handles)
  if (!upload?.uploaded) throw notPrepared()
  if (upload.finished) return { state: 'processing', waitingFor }
  const description = publication.text || null
  const params = { upload_phase: 'finish', video_id: upload.videoId, video_state: 'PUBLISHED', description }
  const path = `${publication.account.id}/video_reels`
  const body = await graph.send(path, pageToken(publication), params, publication)
  if (!succeeded(body)) throw unclearAnswer('finish')
  return { state: 'processing', waitingFor }
}

const waitingFor = 'Facebook is processing the reel.'

const start = async (graph: Graph, publication: Publication, video: MediaToSend): Promise<Upload> => {
  const path = `${publication.account.id}/video_reels`
  const body = await graph.post(path, pageToken(publication), { upload_phase: 'start' }, publication.signal)
  const videoId = textAt(body, 'video_id')
  if (!videoId) throw new PlatformError({ kind: 'unavailable', code: 'no_video_id', words: 'Facebook gave no id for the reel.' })
  return saveUpload(publication, {
    mediaId: video.id,
    videoId,
    begunAtMs: publication.now(),
    uploaded: false,
    finished: false,
    uploadUrl: textAt(body, 'upload_url'),
    sessionId: null,
    startOffset: 0,
    endOffset: 0,
  })
}

const fallbackUrl = ({ settings }: Graph, videoId: string): string =>
  `${settings.ruploadUrl}/video-upload/${settings.apiVersion}/${videoId}`
