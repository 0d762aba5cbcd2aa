import { PlatformError, prepareAgain } from '../errors.ts'
import type { HttpAnswer } from '../http.ts'
import type { Publication, Sent } from '../platform.ts'
import type { TiktokClient } from './client.ts'
import { readTiktokHandles, saveTiktokHandles } from './handles.ts'
import { initTurn, publishByUrl, publishPhotos } from './init.ts'
import { lastChunkStart, planChunks, resumeAt } from './upload/chunks.ts'
import { isOver, lost, putChunk, uploadError } from './upload/upload.ts'

/** If TikTok fetches the media, the init is the irreversible call. Saves the publish id first. */
export const sendByUrl = async (client: TiktokClient, publication: Publication): Promise<Sent> => {
  const before = readTiktokHandles(publication)
  const start = publication.kind === 'photos' ? publishPhotos : publishByUrl
  await publication.takeTurn(initTurn)
  publication.leaving()
  const { publishId } = await start(client, publication)
  await saveTiktokHandles(publication, { username: before.username, publishId })
  return {
    state: 'processing',
    waitingFor: 'TikTok is fetching the media. This can take a few minutes.',
  }
}

/** For an uploaded video, the last chunk is the irreversible call: TikTok then publishes it. */
export const sendLastChunk = async (publication: Publication): Promise<Sent> => {
  const handles = readTiktokHandles(publication)
  const plan = planChunks(handles.totalBytes ?? 0)
  const start = lastChunkStart(plan)
  if (handles.nextByte !== start || !handles.sealedUploadUrl || isOver(handles, publication.now()))
    throw stale(null)
  const answer = await putChunk(publication, handles, plan, start, 'publish')
  switch (answer.status) {
    case 201:
      return {
        state: 'processing',
        waitingFor: 'TikTok is processing the video. This can take a few minutes.',
      }
    case 400:
      throw uploadError(answer)
    case 403:
    case 404:
      await saveTiktokHandles(publication, lost(handles))
      throw stale(answer)
    case 416:
      await saveTiktokHandles(publication, { ...handles, nextByte: readProgress(answer, plan) })
      throw stale(answer)
    default:
      throw unclear(answer)
  }
}

/**
 * If TikTok has fewer bytes than expected, nothing was published and prepare continues from there.
 * If it has all of them or doesn't say, the outcome is unknown.
 */
const readProgress = (answer: HttpAnswer, plan: ReturnType<typeof planChunks>): number => {
  const next = resumeAt(plan, answer.headers.get('content-range'))
  if (next === null || next >= plan.totalBytes) throw unclear(answer)
  return next
}

/** Nothing was published: the upload has expired at TikTok, or earlier chunks are missing. */
const stale = (answer: HttpAnswer | null): PlatformError =>
  new PlatformError({
    kind: 'unavailable',
    code: prepareAgain,
    subcode: answer && `upload_${answer.status}`,
    words: 'TikTok no longer has the file uploaded ahead of time. Uploading it again.',
    traceId: answer?.headers.get('x-tt-logid') ?? null,
  })

const unclear = (answer: HttpAnswer): PlatformError =>
  new PlatformError({
    kind: 'unknown_outcome',
    code: `upload_${answer.status}`,
    words: 'TikTok didn’t say clearly whether it received the last part of the video.',
    traceId: answer.headers.get('x-tt-logid'),
  })
