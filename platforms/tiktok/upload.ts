import { PlatformError } from '../errors.ts'
import type { HttpAnswer } from '../http.ts'
import type { Publication } from '../platform.ts'
import { type ChunkPlan, chunkAt, lastChunkStart, resumeAt } from './chunks.ts'
import { callFor, type Stakes } from './client.ts'
import { type Handles, saveHandles } from './handles.ts'

/** A chunk is at most 64 MB; a line of 5 Mbit/s carries it in this time. Who reconciles counts on calls under two minutes. */
const putTimeoutMs = 110_000

/** Sends one chunk and gives back what the upload host said; nothing of the URL appears in an error. */
export const putChunk = async (
  publication: Publication,
  handles: Handles,
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

/** How long one step uploads before it reports where it stands. */
const sliceMs = 30_000

/**
 * Sends chunks in order until only the last is left, and saves the progress after each, so that it goes on where it stopped.
 * Returns the handles as saved; `done` false after a slice of time or when the upload was lost and must begin anew.
 */
export const uploadAllButLast = async (
  publication: Publication,
  before: Handles,
  plan: ChunkPlan,
): Promise<{ done: boolean; handles: Handles }> => {
  const endsAtMs = publication.now() + sliceMs
  let handles = before
  while ((handles.nextByte ?? 0) < lastChunkStart(plan)) {
    if (publication.now() >= endsAtMs) return { done: false, handles }
    const answer = await putChunk(publication, handles, plan, handles.nextByte ?? 0, 'begin')
    handles = after(handles, plan, answer)
    await saveHandles(publication, handles)
    if (isOver(handles, publication.now())) return { done: false, handles }
  }
  return { done: true, handles }
}

/** What an answer to a chunk that is not the last means. Source: media transfer guide, upload response codes. */
const after = (handles: Handles, plan: ChunkPlan, answer: HttpAnswer): Handles => {
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

/** Its hour has passed: TikTok takes no more bytes. */
export const isOver = (handles: Handles, nowMs: number): boolean => nowMs >= (handles.uploadEndsAtMs ?? 0)

/** The upload is gone (expired or unknown to TikTok): the next prepare begins a new one. */
export const lost = (handles: Handles): Handles => ({ ...handles, uploadEndsAtMs: 0 })

export const uploadError = (answer: HttpAnswer): PlatformError => {
  const traceId = answer.headers.get('x-tt-logid')
  const code = `upload_${answer.status}`
  if (answer.status === 400)
    return new PlatformError({ kind: 'rejected', code, traceId, words: 'TikTok did not accept the bytes of the video.' })
  return new PlatformError({
    kind: 'unavailable',
    code,
    traceId,
    words: 'TikTok could not take the bytes of the video at the moment.',
  })
}
