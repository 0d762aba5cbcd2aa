import { PlatformError, type Problem } from '../errors.ts'
import type { Graph } from '../graph/client.ts'
import { errorOfSubcode, isHidden } from '../graph/errors.ts'
import { numberAt, recordAt, recordsAt, textAt } from '../graph/json.ts'
import type { JsonRecord } from '../json.ts'
import type { Checked, Publication } from '../platform.ts'
import { notPrepared, pageToken } from './page.ts'
import { readUpload } from './upload.ts'

/** The state of a video or reel at Facebook. */
export type VideoState =
  /** Uploading or uploaded. Nothing shows that Facebook accepted `finish`. */
  | { state: 'unfinished' }
  | { state: 'processing' }
  | { state: 'publishing' }
  /** `postId` as in Facebook's lists: `{page}_{post}`. Null if Facebook returned none. */
  | { state: 'published'; postId: string | null }
  | { state: 'failed'; problem: Problem }
  /** Facebook doesn't show it: not finished yet, or gone. */
  | { state: 'hidden' }

/**
 * The response to `finish` is only an acknowledgment. `publishing_phase` shows if the video is
 * public.
 */
export const checkVideo = async (graph: Graph, publication: Publication): Promise<Checked> => {
  const upload = readUpload(publication.handles)
  if (!upload) throw notPrepared()
  const video = await readVideo(graph, publication, upload.videoId)
  if (video.state === 'failed') return video
  if (video.state === 'published')
    return {
      state: 'published',
      platformPostId: postIdOf(publication, video.postId) ?? upload.videoId,
      confirmedBy: 'Facebook reports the video as published.',
    }
  const waitingFor =
    video.state === 'publishing'
      ? 'Facebook is publishing the video.'
      : 'Facebook is processing the video.'
  return { state: 'processing', againInMs: againInMs(publication), waitingFor }
}

export const readVideo = async (
  graph: Graph,
  publication: Publication,
  videoId: string,
): Promise<VideoState> => {
  const fields = 'status,published,post_id,permalink_url'
  try {
    return stateOf(
      await graph.get(videoId, pageToken(publication), { fields }, publication.signal),
      publication.account.id,
    )
  } catch (error) {
    if (error instanceof PlatformError && isHidden(error)) return { state: 'hidden' }
    throw error
  }
}

/** The list of stories uses the bare post id. All other lists use `{page}_{post}`. */
export const postIdOf = ({ kind }: Publication, postId: string | null): string | null =>
  kind === 'story' ? (postId?.split('_').at(-1) ?? null) : postId

/**
 * Whether Facebook has received the whole file. Its response to the last byte may have been lost.
 */
export const hasAllBytes = async (
  graph: Graph,
  publication: Publication,
  videoId: string,
): Promise<boolean> => {
  try {
    const body = await graph.get(
      videoId,
      pageToken(publication),
      { fields: 'status' },
      publication.signal,
    )
    return textAt(body, 'status', 'uploading_phase', 'status') === 'complete'
  } catch (error) {
    if (error instanceof PlatformError && isHidden(error)) return false
    throw error
  }
}

/** Converts Facebook's phases to our state. Exported for its test. */
export const stateOf = (video: JsonRecord, pageId: string): VideoState => {
  const status = recordAt(video, 'status')
  const phase = (name: string) => textAt(status, `${name}_phase`, 'status')
  const overall = textAt(status, 'video_status')
  const phases = ['uploading', 'processing', 'publishing']
  if (
    ['error', 'upload_failed', 'expired'].includes(overall ?? '') ||
    phases.some((name) => phase(name) === 'error')
  )
    return { state: 'failed', problem: problemIn(status).problem }
  if (isPublic(video, status))
    return { state: 'published', postId: fullPostId(textAt(video, 'post_id'), pageId) }
  if (phase('publishing') === 'in_progress') return { state: 'publishing' }
  const working =
    phase('processing') ?? (overall === 'processing' || overall === 'ready' ? 'in_progress' : null)
  return {
    state: working === 'in_progress' || working === 'complete' ? 'processing' : 'unfinished',
  }
}

/** Old videos have no phases, so only `published` shows if they are public. */
const isPublic = (video: JsonRecord, status: JsonRecord): boolean => {
  const { status: phase, publish_status: publish } = recordAt(status, 'publishing_phase')
  if (phase === undefined) return video.published === true && status.video_status === 'ready'
  return phase === 'complete' && (publish === undefined || publish === 'published')
}

/** A video's `post_id` has no Page id. Lists and insights use `{page}_{post}`. */
export const fullPostId = (postId: string | null, pageId: string): string | null =>
  postId && !postId.includes('_') ? `${pageId}_${postId}` : postId

const problemIn = (status: JsonRecord): PlatformError => {
  const phases = ['uploading_phase', 'processing_phase', 'publishing_phase'].map((name) =>
    recordAt(status, name),
  )
  const errors = [status, ...phases].flatMap((part) => [
    ...recordsAt(part, 'errors'),
    recordAt(part, 'error'),
  ])
  const code = errors.map((error) => numberAt(error, 'code')).find((found) => found !== null)
  return errorOfSubcode(
    code ?? null,
    'Facebook could not process the video. Use MP4 with H.264 and AAC.',
  )
}

/** Longer videos take longer to process: 5 s for a short reel, at most 30 s. */
const againInMs = ({ media }: Publication): number =>
  Math.min(
    30_000,
    Math.max(5_000, Math.round((media.find(({ kind }) => kind === 'video')?.durationMs ?? 0) / 6)),
  )
