import { PlatformError, type Problem } from '../errors.ts'
import type { Checked, Publication } from '../platform.ts'
import { statusSchema } from './answers.ts'
import { type TiktokClient, waitOf } from './client.ts'
import { failReasons, findRow } from './errors.ts'
import { type Handles, readHandles, saveHandles } from './handles.ts'

export type Status = {
  status: 'PROCESSING_UPLOAD' | 'PROCESSING_DOWNLOAD' | 'SEND_TO_USER_INBOX' | 'PUBLISH_COMPLETE' | 'FAILED'
  failReason: string
  /** Of public and approved posts only; moderation can take hours, and posts for friends or oneself never get one. */
  postId: string | null
  uploadedBytes: number | null
}

/** POST status/fetch, 30 a minute per token; read-only. Throws PlatformError. */
export const fetchStatus = async (client: TiktokClient, publication: Publication, publishId: string): Promise<Status> => {
  const answer = await client.ask({
    path: '/v2/post/publish/status/fetch/',
    token: publication.account.grantToken,
    body: { publish_id: publishId },
    schema: statusSchema,
    stakes: 'read',
    signal: publication.signal,
  })
  return {
    status: answer.status,
    failReason: answer.fail_reason ?? '',
    postId: answer.publicaly_available_post_id?.[0] ?? null,
    uploadedBytes: answer.uploaded_bytes ?? null,
  }
}

/** TikTok may not know a publish id in its first seconds: so often it is asked again before that is believed. */
const unknownAnswersMax = 4
const unknownCodes = new Set(['invalid_publish_id', 'invalid_param', 'invalid_params'])

/** One look at a publish that TikTok accepted. It never ends by itself: the caller decides how long to go on. */
export const checkPublish = async (client: TiktokClient, publication: Publication): Promise<Checked> => {
  const handles = readHandles(publication)
  if (!handles.publishId) throw statusLost('no_publish_id')
  const sinceMs = handles.checkedSinceMs ?? publication.now()
  if (handles.checkedSinceMs === undefined) await saveHandles(publication, { ...handles, checkedSinceMs: sinceMs })
  try {
    return readStatus(await fetchStatus(client, publication, handles.publishId), publication.now() - sinceMs)
  } catch (error) {
    if (!(error instanceof PlatformError) || error.kind !== 'rejected') throw error
    return await notKnown(publication, { ...handles, checkedSinceMs: sinceMs }, error)
  }
}

/** A refusal of the question says nothing about the post: after some patience the outcome counts as unknown, never as failed. */
const notKnown = async (publication: Publication, handles: Handles, error: PlatformError): Promise<Checked> => {
  const unknownAnswers = (handles.unknownAnswers ?? 0) + 1
  if (!unknownCodes.has(error.problem.code) || unknownAnswers > unknownAnswersMax)
    throw statusLost(error.problem.code, error.problem)
  await saveHandles(publication, { ...handles, unknownAnswers })
  return { state: 'processing', againInMs: 3_000 * unknownAnswers, waitingFor: 'TikTok has not registered the post yet.' }
}

const statusLost = (code: string, problem?: Problem): PlatformError =>
  new PlatformError({
    kind: 'unknown_outcome',
    code,
    words: 'TikTok took the post and does not tell what became of it.',
    traceId: problem?.traceId ?? null,
  })

const readStatus = (answer: Status, elapsedMs: number): Checked => {
  switch (answer.status) {
    case 'PUBLISH_COMPLETE':
      return { state: 'published', platformPostId: answer.postId, confirmedBy: 'TikTok reports the post as published' }
    case 'FAILED':
      return { state: 'failed', problem: failProblem(answer.failReason) }
    case 'SEND_TO_USER_INBOX':
      return { state: 'draft', words: "TikTok put it into the creator's inbox: open the TikTok app there and finish the post." }
    case 'PROCESSING_DOWNLOAD':
      return { state: 'processing', againInMs: nextLookMs(elapsedMs), waitingFor: 'TikTok is fetching and processing the media.' }
    case 'PROCESSING_UPLOAD':
      return { state: 'processing', againInMs: nextLookMs(elapsedMs), waitingFor: 'TikTok is processing the video.' }
  }
}

/** 3, 5, 10 and 20 s, then every 30 s to 10 min, then every 5 min: far inside 30 a minute. */
export const nextLookMs = (elapsedMs: number): number => {
  const step = [
    { untilMs: 3_000, waitMs: 3_000 },
    { untilMs: 8_000, waitMs: 5_000 },
    { untilMs: 18_000, waitMs: 10_000 },
    { untilMs: 38_000, waitMs: 20_000 },
    { untilMs: 600_000, waitMs: 30_000 },
  ].find(({ untilMs }) => elapsedMs < untilMs)
  return step?.waitMs ?? 300_000
}

export const failProblem = (reason: string): Problem => {
  const row = findRow(failReasons, reason)
  const words = row?.words ?? `TikTok did not publish the post${reason ? ` (${reason})` : ' and gave no reason'}.`
  return {
    kind: row?.kind ?? 'rejected',
    code: reason || 'FAILED',
    subcode: null,
    words,
    traceId: null,
    retryAfterMs: row ? waitOf(row) : null,
  }
}
