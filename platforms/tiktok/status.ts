import { PlatformError, type Problem } from '../errors.ts'
import type { Checked, Publication } from '../platform.ts'
import { statusSchema } from './answers.ts'
import { choicesOf } from './choices.ts'
import { type TiktokClient, waitOf } from './client.ts'
import { failReasons, findTiktokRow } from './errors.ts'
import { readTiktokHandles, saveTiktokHandles, type TiktokHandles } from './handles.ts'

export type Status = {
  status:
    | 'PROCESSING_UPLOAD'
    | 'PROCESSING_DOWNLOAD'
    | 'SEND_TO_USER_INBOX'
    | 'PUBLISH_COMPLETE'
    | 'FAILED'
  failReason: string
  /**
   * Only for public, approved posts. Moderation can take hours. Posts for friends or “Only me”
   * never get one.
   */
  postId: string | null
  uploadedBytes: number | null
}

/** POST status/fetch, 30 per minute per token. Read-only. Throws PlatformError. */
export const fetchStatus = async (
  client: TiktokClient,
  publication: Publication,
  publishId: string,
): Promise<Status> => {
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

/**
 * How many times to ask again before believing that TikTok doesn't know a publish id, which can
 * happen in its first seconds.
 */
const unknownAnswersMax = 4
const unknownCodes = new Set(['invalid_publish_id', 'invalid_param', 'invalid_params'])

/** Checks once on a publish that TikTok accepted. The caller decides how long to continue. */
export const checkPublish = async (
  client: TiktokClient,
  publication: Publication,
): Promise<Checked> => {
  const handles = readTiktokHandles(publication)
  if (!handles.publishId) throw statusLost('no_publish_id')
  const sinceMs = handles.checkedSinceMs ?? publication.now()
  if (handles.checkedSinceMs === undefined)
    await saveTiktokHandles(publication, { ...handles, checkedSinceMs: sinceMs })
  try {
    const status = await fetchStatus(client, publication, handles.publishId)
    const isDraft = choicesOf(publication.settings).inbox && status.status === 'SEND_TO_USER_INBOX'
    return isDraft
      ? await waitInInbox(publication)
      : readStatus(publication, status, publication.now() - sinceMs)
  } catch (error) {
    if (!(error instanceof PlatformError) || error.kind !== 'rejected') throw error
    return await notKnown(publication, { ...handles, checkedSinceMs: sinceMs }, error)
  }
}

/**
 * How long the creator has to post a draft, in milliseconds. After that, a person here is asked
 * what happened.
 */
export const inboxMs = 7 * 24 * 3_600_000

/** The creator has to post it now. Webhooks report that sooner. */
const inInbox: Checked = {
  state: 'processing',
  inInbox: true,
  againInMs: 15 * 60_000,
  waitingFor:
    'It is in the TikTok inbox of the account. Open the TikTok app, tap the notification and post it there.',
}

/** Remembers that the draft arrived, because it must never be sent a second time after that. */
const waitInInbox = async (publication: Publication): Promise<Checked> => {
  const handles = readTiktokHandles(publication)
  if (!handles.inInbox) await saveTiktokHandles(publication, { ...handles, inInbox: true })
  return inInbox
}

/**
 * An error of the status call says nothing about the post. After several tries, the outcome counts
 * as unknown, never as failed.
 */
const notKnown = async (
  publication: Publication,
  handles: TiktokHandles,
  error: PlatformError,
): Promise<Checked> => {
  const unknownAnswers = (handles.unknownAnswers ?? 0) + 1
  if (!unknownCodes.has(error.problem.code) || unknownAnswers > unknownAnswersMax)
    throw statusLost(error.problem.code, error.problem)
  await saveTiktokHandles(publication, { ...handles, unknownAnswers })
  return {
    state: 'processing',
    againInMs: 3_000 * unknownAnswers,
    waitingFor: 'TikTok hasn’t registered the post yet.',
  }
}

const statusLost = (code: string, problem?: Problem): PlatformError =>
  new PlatformError({
    kind: 'unknown_outcome',
    code,
    words: 'TikTok accepted the post but doesn’t report its status.',
    traceId: problem?.traceId ?? null,
  })

const readStatus = (publication: Publication, answer: Status, elapsedMs: number): Checked => {
  switch (answer.status) {
    case 'PUBLISH_COMPLETE':
      return {
        state: 'published',
        platformPostId: answer.postId,
        confirmedBy: 'TikTok reports the post as published',
      }
    case 'FAILED':
      return { state: 'failed', problem: failureOf(publication, answer) }
    case 'SEND_TO_USER_INBOX':
      return {
        state: 'draft',
        words:
          'TikTok put it into the creator’s inbox: open the TikTok app there and finish the post.',
      }
    case 'PROCESSING_DOWNLOAD':
      return {
        state: 'processing',
        againInMs: nextLookMs(elapsedMs),
        waitingFor: 'TikTok is fetching and processing the media.',
      }
    case 'PROCESSING_UPLOAD':
      return {
        state: 'processing',
        againInMs: nextLookMs(elapsedMs),
        waitingFor: 'TikTok is processing the video.',
      }
  }
}

/**
 * The wait before the next check: 3, 5, 10 and 20 s, then 30 s until 10 minutes have passed, then 5
 * minutes. This stays far below 30 calls per minute.
 */
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

/**
 * Why a publish with the status FAILED failed. TikTok doesn't document what it answers for a draft
 * that was deleted in the inbox. So `internal`, which may be retried for a post, may mean that the
 * creator threw the draft away. Only a failure that proves that no draft was delivered is
 * `unavailable`, and may be sent again without asking a person.
 */
export const failureOf = (publication: Publication, answer: Status): Problem => {
  const problem = failProblem(answer.failReason)
  const handles = readTiktokHandles(publication)
  if (!choicesOf(publication.settings).inbox || isUndelivered(handles, answer)) return problem
  if (problem.kind === 'rejected' && !handles.inInbox) return problem
  const words = handles.inInbox ? draftGone : draftMayBeGone
  return {
    ...problem,
    kind: 'rejected',
    code: 'draft_gone',
    subcode: problem.code,
    words,
    retryAfterMs: null,
  }
}

const draftGone =
  'The draft is no longer in the TikTok inbox. It was deleted there, or TikTok dropped it. Nothing was published.'
const draftMayBeGone =
  'TikTok gave up the draft and does not say if it was in the inbox before. Check the TikTok app before you try again.'

/** TikTok never had the whole file, so no draft can have been in the inbox. */
const isUndelivered = (handles: TiktokHandles, { failReason, uploadedBytes }: Status): boolean => {
  if (handles.inInbox) return false
  // TikTok counts the bytes from 1, so 0 says nothing.
  const isPartial =
    uploadedBytes !== null && uploadedBytes > 0 && uploadedBytes < (handles.totalBytes ?? 0)
  return isPartial || failReason === 'video_pull_failed' || failReason === 'photo_pull_failed'
}

export const failProblem = (reason: string): Problem => {
  const row = findTiktokRow(failReasons, reason)
  const words =
    row?.words ??
    `TikTok did not publish the post${reason ? ` (${reason})` : ' and gave no reason'}.`
  return {
    kind: row?.kind ?? 'rejected',
    code: reason || 'FAILED',
    subcode: null,
    words,
    traceId: null,
    retryAfterMs: row ? waitOf(row) : null,
  }
}
