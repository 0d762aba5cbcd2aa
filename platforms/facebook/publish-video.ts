import { buffer } from 'node:stream/consumers'
import { PlatformError } from '../errors.ts'
import type { Graph } from '../graph/client.ts'
import { numberAt, succeeded, textAt } from '../graph/json.ts'
import { uploadTimeoutMs } from '../graph/rupload.ts'
import type { JsonRecord } from '../json.ts'
import type { MediaToSend, Prepared, Publication, Sent } from '../platform.ts'
import { setCover } from './cover.ts'
import { notPrepared, onlyVideo, pageToken, unclearAnswer } from './page.ts'
import { type FacebookUpload, forgetUpload, readUpload, saveUpload, uploadOf } from './upload.ts'
import { readVideo } from './video-status.ts'

/**
 * The time after which a prepare step ends, in milliseconds, so that a large video shows its
 * progress and survives a restart.
 */
const stepMs = 60_000

/**
 * Uploads the video in the chunks that Facebook asks for, but doesn't call `finish`. Each response
 * is saved, so a retry continues there.
 */
export const prepareVideo = async (graph: Graph, publication: Publication): Promise<Prepared> => {
  const video = onlyVideo(publication)
  const begun = uploadOf(publication, video)
  if (begun?.uploaded)
    return prepareUploaded(graph, publication, await setCover(graph, publication, begun))
  const untilMs = publication.now() + stepMs
  try {
    let upload = begun ?? (await start(graph, publication, video))
    while (!upload.uploaded) {
      if (publication.now() > untilMs)
        return { ready: false, againInMs: 0, waitingFor: progress(upload, video) }
      upload = await transfer(graph, publication, video, upload)
    }
    await setCover(graph, publication, upload)
    return { ready: true }
  } catch (error) {
    if (error instanceof PlatformError && isSpoilt(error)) await forgetUpload(publication)
    throw error
  }
}

/** `finish` publishes the video as soon as Facebook has processed it. */
export const sendVideo = async (graph: Graph, publication: Publication): Promise<Sent> => {
  const upload = readUpload(publication.handles)
  if (!upload?.uploaded) throw notPrepared()
  if (upload.finished) return { state: 'processing', waitingFor }
  const params = {
    upload_phase: 'finish',
    upload_session_id: upload.sessionId,
    description: publication.text || null,
  }
  const path = `${publication.account.id}/videos`
  const body = await graph.send(path, pageToken(publication), params, publication, 'video')
  if (!succeeded(body)) throw unclearAnswer('finish')
  return { state: 'processing', waitingFor }
}

const waitingFor = 'Facebook is processing the video.'

/**
 * For an upload that an earlier step completed. If Facebook is already publishing the video, it is
 * never finished again. If Facebook couldn't use it, the next step uploads it again.
 */
export const prepareUploaded = async (
  graph: Graph,
  publication: Publication,
  upload: FacebookUpload,
): Promise<Prepared> => {
  const video = await readVideo(graph, publication, upload.videoId)
  if (video.state === 'published' || video.state === 'publishing')
    await saveUpload(publication, { ...upload, finished: true })
  if (video.state !== 'failed') return { ready: true }
  await forgetUpload(publication)
  throw new PlatformError(video.problem)
}

const start = async (
  graph: Graph,
  publication: Publication,
  video: MediaToSend,
): Promise<FacebookUpload> => {
  const body = await post(graph, publication, {
    upload_phase: 'start',
    file_size: String(video.sizeBytes),
  })
  const videoId = textAt(body, 'video_id')
  const sessionId = textAt(body, 'upload_session_id')
  if (!videoId || !sessionId) throw noProgress('no_session')
  const upload = {
    mediaId: video.id,
    videoId,
    sessionId,
    begunAtMs: publication.now(),
    finished: false,
    uploadUrl: null,
  }
  return saveUpload(publication, { ...upload, ...offsetsIn(body) })
}

const transfer = async (
  graph: Graph,
  publication: Publication,
  video: MediaToSend,
  upload: FacebookUpload,
): Promise<FacebookUpload> => {
  const { sessionId, startOffset, endOffset } = upload
  const chunk = await buffer(
    video.open({ start: startOffset, end: Math.min(endOffset, video.sizeBytes) - 1 }),
  )
  const params = {
    upload_phase: 'transfer',
    upload_session_id: sessionId ?? '',
    start_offset: String(startOffset),
  }
  const body = await post(graph, publication, params, new Blob([new Uint8Array(chunk)]))
  const offsets = offsetsIn(body)
  if (!offsets.uploaded && offsets.startOffset <= startOffset) throw noProgress('no_progress')
  return saveUpload(publication, { ...upload, ...offsets })
}

const post = async (
  graph: Graph,
  publication: Publication,
  params: Record<string, string>,
  chunk?: Blob,
): Promise<JsonRecord> => {
  const { body } = await graph.request({
    method: 'POST',
    host: 'video',
    path: `${publication.account.id}/videos`,
    token: pageToken(publication),
    params,
    ...(chunk ? { file: { field: 'video_file_chunk', name: 'chunk', bytes: chunk } } : {}),
    effect: 'repeatable',
    timeoutMs: uploadTimeoutMs(chunk?.size ?? 0),
    signal: publication.signal,
  })
  return body
}

/** Equal offsets mean that the upload is complete. */
const offsetsIn = (
  body: JsonRecord,
): Pick<FacebookUpload, 'startOffset' | 'endOffset' | 'uploaded'> => {
  const startOffset = numberAt(body, 'start_offset')
  const endOffset = numberAt(body, 'end_offset')
  if (startOffset === null || endOffset === null) throw noProgress('no_offsets')
  return { startOffset, endOffset, uploaded: startOffset >= endOffset }
}

const progress = (upload: FacebookUpload, video: MediaToSend): string =>
  `Uploading the video to Facebook: ${Math.floor((100 * upload.startOffset) / video.sizeBytes)} %.`

/**
 * 6000 and 6001: the upload failed. 1363041: its session has expired. Nothing was published, and a
 * new session is needed.
 */
const isSpoilt = ({ problem }: PlatformError): boolean =>
  ['6000', '6001', 'no_progress'].includes(problem.code) || problem.subcode === '1363041'

const noProgress = (code: string): PlatformError =>
  new PlatformError({
    kind: 'unavailable',
    code,
    words: 'Facebook didn’t say how to continue the video upload.',
  })
