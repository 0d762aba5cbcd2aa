import { PlatformError } from '../errors.ts'
import type { Graph, Params } from '../graph/client.ts'
import { succeeded, textAt } from '../graph/json.ts'
import { uploadBytes } from '../graph/rupload.ts'
import type { MediaToSend, Prepared, Publication, Sent } from '../platform.ts'
import { uploadAddress } from '../upload-address.ts'
import { setCover } from './cover.ts'
import { notPrepared, onlyVideo, pageToken, unclearAnswer } from './page.ts'
import { prepareUploaded } from './publish-video.ts'
import { type FacebookUpload, forgetUpload, readUpload, saveUpload, uploadOf } from './upload.ts'
import { hasAllBytes } from './video-status.ts'

/**
 * Starts a reel and uploads its bytes, but doesn't call `finish`. It sends bytes because Facebook's
 * fetching from a URL is reported to fail sometimes. The video id is saved before the upload.
 * Facebook accepts the bytes only once, so a retry first checks if they have arrived.
 */
export const prepareReel = async (graph: Graph, publication: Publication): Promise<Prepared> => {
  const video = onlyVideo(publication)
  const begun = uploadOf(publication, video)
  if (begun?.uploaded)
    return prepareUploaded(graph, publication, await setCover(graph, publication, begun))
  if (begun && (await hasAllBytes(graph, publication, begun.videoId))) {
    await setCover(graph, publication, await saveUpload(publication, { ...begun, uploaded: true }))
    return { ready: true }
  }
  const upload = begun ?? (await start(graph, publication, video))
  try {
    const { ruploadUrl } = graph.settings
    const url = upload.uploadUrl
      ? uploadAddress(upload.uploadUrl, [ruploadUrl], 'Facebook')
      : fallbackUrl(graph, upload.videoId)
    await uploadBytes(url, pageToken(publication), video, publication.signal)
  } catch (error) {
    if (error instanceof PlatformError && error.problem.code === 'OffsetInvalidError')
      await forgetUpload(publication)
    throw error
  }
  await setCover(graph, publication, await saveUpload(publication, { ...upload, uploaded: true }))
  return { ready: true }
}

/** `finish` publishes the reel as soon as Facebook has processed it. */
export const sendReel = async (graph: Graph, publication: Publication): Promise<Sent> => {
  const upload = readUpload(publication.handles)
  if (!upload?.uploaded) throw notPrepared()
  if (upload.finished) return { state: 'processing', waitingFor }
  const params = { upload_phase: 'finish', video_id: upload.videoId, ...paramsOf(publication) }
  const path = edgeOf(publication)
  const body = await graph.send(path, pageToken(publication), params, publication)
  if (!succeeded(body)) throw unclearAnswer('finish')
  return { state: 'processing', waitingFor }
}

/** A video story uses the same three phases as a reel, on its own edge. It has no text. */
const edgeOf = ({ account, kind }: Publication): string =>
  `${account.id}/${kind === 'story' ? 'video_stories' : 'video_reels'}`

const paramsOf = ({ kind, text, settings }: Publication): Params => {
  const label = { is_ai_generated: settings.is_ai_generated === true ? 'true' : null }
  if (kind === 'story') return label
  const place = typeof settings.place_id === 'string' ? settings.place_id : null
  return { video_state: 'PUBLISHED', description: text || null, place, ...label }
}

const waitingFor = 'Facebook is processing the video.'

const start = async (
  graph: Graph,
  publication: Publication,
  video: MediaToSend,
): Promise<FacebookUpload> => {
  const body = await graph.post(
    edgeOf(publication),
    pageToken(publication),
    { upload_phase: 'start' },
    publication.signal,
  )
  const videoId = textAt(body, 'video_id')
  if (!videoId)
    throw new PlatformError({
      kind: 'unavailable',
      code: 'no_video_id',
      words: 'Facebook didn’t return an ID for the reel.',
    })
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
