import { PlatformError } from '../../errors.ts'
import type { HttpAnswer } from '../../http.ts'
import type { Publication } from '../../platform.ts'
import { callFor, type Stakes } from '../client.ts'
import { saveTiktokHandles, type TiktokHandles } from '../handles.ts'
import { type ChunkPlan, chunkAt, lastChunkStart, resumeAt } from './chunks.ts'

/**
 * At 5 Mbit/s, a chunk of at most 64 MB takes less than this. Reconciling relies on calls that take
 * less than two minutes.
 */
const putTimeoutMs = 110_000

/** Sends one chunk and returns the upload host's response. The URL never appears in an error. */
export const putChunk = async (
  publication: Publication,
  handles: TiktokHandles,
  plan: ChunkPlan,
  start: number,
  stakes: Stakes,
): Promise<HttpAnswer> => {
  const range = chunkAt(plan, start)
  const video = publication.media[0]
  if (!video || !handles.sealedUploadUrl) throw new Error('a chunk needs a video and an upload URL')
  const bytes = video.open(range)
  try {
    if (stakes === 'publish') publication.leaving()
    return await callFor(stakes, {
      method: 'PUT',
      url: publication.open(handles.sealedUploadUrl),
      headers: {
        'content-type': video.contentType,
        'content-length': String(range.end - range.start + 1),
        'content-range': `bytes ${range.start}-${range.end}/${plan.totalBytes}`,
      },
      body: bytes,
      timeoutMs: putTimeoutMs,
      signal: publication.signal,
    })
  } finally {
    bytes.destroy()
  }
}

/** How long one step uploads before it reports its progress. */
const sliceMs = 30_000

/**
 * Sends chunks in order until only the last one is left. Saves the progress after each one, so that
 * a retry continues there. Returns the handles as saved. `done` is false if the step's time is up,
 * or if the upload was lost and must start again.
 */
export const uploadAllButLast = async (
  publication: Publication,
  before: TiktokHandles,
  plan: ChunkPlan,
): Promise<{ done: boolean; handles: TiktokHandles }> => {
  const endsAtMs = publication.now() + sliceMs
  let handles = before
  while ((handles.nextByte ?? 0) < lastChunkStart(plan)) {
    if (publication.now() >= endsAtMs) return { done: false, handles }
    const answer = await putChunk(publication, handles, plan, handles.nextByte ?? 0, 'begin')
    handles = after(handles, plan, answer)
    await saveTiktokHandles(publication, handles)
    if (isOver(handles, publication.now())) return { done: false, handles }
  }
  return { done: true, handles }
}

/**
 * The new handles after the response to a chunk other than the last. Source: media transfer guide,
 * upload response codes.
 */
const after = (handles: TiktokHandles, plan: ChunkPlan, answer: HttpAnswer): TiktokHandles => {
  const start = handles.nextByte ?? 0
  switch (answer.status) {
    case 206:
      return { ...handles, nextByte: chunkAt(plan, start).end + 1 }
    case 416:
      return { ...handles, nextByte: progressOf(plan, answer) }
    case 403:
    case 404:
      return lost(handles)
    default:
      throw uploadError(answer)
  }
}

const progressOf = (plan: ChunkPlan, answer: HttpAnswer): number => {
  const next = resumeAt(plan, answer.headers.get('content-range'))
  if (next === null) throw uploadError(answer)
  return next
}

/** The upload's hour has passed, so TikTok accepts no more bytes. */
export const isOver = (handles: TiktokHandles, nowMs: number): boolean =>
  nowMs >= (handles.uploadEndsAtMs ?? 0)

/** The upload is gone (expired or unknown to TikTok). The next prepare step starts a new one. */
export const lost = (handles: TiktokHandles): TiktokHandles => ({ ...handles, uploadEndsAtMs: 0 })

export const uploadError = (answer: HttpAnswer): PlatformError => {
  const traceId = answer.headers.get('x-tt-logid')
  const code = `upload_${answer.status}`
  if (answer.status === 400)
    return new PlatformError({
      kind: 'rejected',
      code,
      traceId,
      words: 'TikTok didn’t accept the video upload.',
    })
  return new PlatformError({
    kind: 'unavailable',
    code,
    traceId,
    words: 'TikTok couldn’t accept the video upload right now.',
  })
}
