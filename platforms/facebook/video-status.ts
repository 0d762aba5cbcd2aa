import { PlatformError, type Problem } from '../errors.ts'
import type { Graph } from '../graph/client.ts'
import { errorOfSubcode, isHidden } from '../graph/errors.ts'
import { numberAt, recordAt, recordsAt, textAt } from '../graph/json.ts'
import type { Checked, JsonRecord, Publication } from '../platform.ts'
import { notPrepared, pageToken } from './page.ts'
import { readUpload } from './upload.ts'

/** How far a video or reel is at Facebook. */
export type VideoState =
  /** Uploaded or uploading; nothing shows that `finish` was taken. */
  | { state: 'unfinished' }
  | { state: 'processing' }
  | { state: 'publishing' }
  /** `postId` joined with the Page's id, as Facebook's lists write it; null when it gave none. */
  | { state: 'published'; postId: string | null }
  | { state: 'failed'; problem: Problem }
  /** Facebook does not show it: not finished yet, or gone. */
  | { state: 'hidden' }

/** `finish` is only an acknowledgement: public is what `publishing_phase` says. */
export const checkVideo = async (graph: Graph, publication: Publication): Promise<Checked> => {
  const upload = readUpload(publication.handles)
  if (!upload) throw notPrepared()
  const video = await readVideo(graph, publication, upload.videoId)
  if (video.state === 'failed') return video
  if (video.state === 'published')
    return {
      state: 'published',
      platformPostId: video.postId ?? upload.videoId,
      confirmedBy: 'Facebook says that the video is published.',
    }
  const waitingFor = video.state === 'publishing' ? 'Facebook is publishing the video.' : 'Facebook is processing the video.'
  return { state: 'processing', againInMs: againInMs(publication), waitingFor }
}

export const readVideo = async (graph: Graph, publication: Publication, videoId: string): Promise<VideoState> => {
  const fields = 'status,published,post_id,permalink_url'
  try {
    return stateOf(await graph.get(videoId, pageToken(publication), { fields }, publication.signal), publication.account.id)
  } catch (error) {
    if (error instanceof PlatformError && isHidden(error)) return { state: 'hidden' }
    throw error
  }
}

/** Whether the upload ended, as Facebook itself says: its answer to the last byte may have been lost. */
export const hasAllBytes = async (graph: Graph, publication: Publication, videoId: string): Promise<boolean> => {
  try {
    const body = await graph.get(videoId, pageToken(publication), { fields: 'status' }, publication.signal)
    return textAt(body, 'status', 'uploading_phase', 'status') === 'complete'
  } catch (error) {
    if (error instanceof PlatformError && isHidden(error)) return false
    throw error
  }
}

/** Exported for its test: Facebook's phases → our state. */
export const stateOf = (video: JsonRecord, pageId: string): VideoState => {
  const status = recordAt(video, 'status')
  const phase = (name: string) => textAt(status, `${name}_phase`, 'status')
  const overall = textAt(status, 'video_status')
  const phases = ['uploading', 'processing', 'publishing']
  if (['error', 'upload_failed', 'expired'].includes(overall ?? '') || phases.some((name) => phase(name) === 'error'))
    return { state: 'failed', problem: problemIn(status).problem }
  if (isPublic(video, status)) return { state: 'published', postId: fullPostId(textAt(video, 'post_id'), pageId) }
  if (phase('publishing') === 'in_progress') return { state: 'publishing' }
  const working = phase('processing') ?? (overall === 'processing' || overall === 'ready' ? 'in_progress' : null)
  return { state: working === 'in_progress' || working === 'complete' ? 'processing' : 'unfinished' }
}

/** Videos without phases are old ones, of which only `published` tells. */
const isPublic = (video: JsonRecord, status: JsonRecord): boolean => {
  const { status: phase, publish_status: publish } = recordAt(status, 'publishing_phase')
  if (phase === undefined) return video.published === true && status.video_status === 'ready'
  return phase === 'complete' && (publish === undefined || publish === 'published')
}

/** `post_id` of a video is the bare suffix; lists and insights want `{page}_{post}`. */
export const fullPostId = (postId: string | null, pageId: string): string | null =>
  postId && !postId.includes('_') ? `${pageId}_${postId}` : postId

const problemIn = (status: JsonRecord): PlatformError => {
  const phases = ['uploading_phase', 'processing_phase', 'publishing_phase'].map((name) => recordAt(status, name))
  const errors = [status, ...phases].flatMap((part) => [...recordsAt(part, 'errors'), recordAt(part, 'error')])
  const code = errors.map((error) => numberAt(error, 'code')).find((found) => found !== null)
  return errorOfSubcode(code ?? null, 'Facebook could not process the video. Use MP4 with H.264 and AAC.')
}

/** A longer video is processed longer: 5 s for a short reel, up to half a minute. */
const againInMs = ({ media }: Publication): number =>
  Math.min(30_000, Math.max(5_000, Math.round((media[0]?.durationMs ?? 0) / 6)))
