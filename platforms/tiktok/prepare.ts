import { PlatformError } from '../errors.ts'
import type { Prepared, Publication } from '../platform.ts'
import { choicesOf } from './choices.ts'
import { type TiktokClient, unreadableAnswer } from './client.ts'
import { askCreator, type Creator } from './creator.ts'
import { readTiktokHandles, saveTiktokHandles, type TiktokHandles } from './handles.ts'
import { initTurn, startUpload } from './init.ts'
import { checkOffered } from './rules.ts'
import { failureOf, fetchStatus, type Status } from './status.ts'
import { type ChunkPlan, lastChunkStart, planChunks } from './upload/chunks.ts'
import { isOver, uploadAllButLast } from './upload/upload.ts'

/** TikTok requires an upload to be complete one hour after its init. */
const uploadLivesMs = 3_600_000
/** An upload with less time left than this isn't continued. */
const uploadMarginMs = 15 * 60_000

/** Checks again what TikTok offers. If we upload the video, also sends every chunk but the last. */
export const preparePublish = async (
  client: TiktokClient,
  publication: Publication,
  sendsBytes: boolean,
): Promise<Prepared> => {
  requireConsent(publication)
  const before = { ...readTiktokHandles(publication), ...(await usernameOf(client, publication)) }
  if (!sendsBytes) return await prepareUrl(client, publication, before)

  const plan = planChunks(publication.media[0]?.sizeBytes ?? 0)
  const handles = isAlive(before, plan, publication.now())
    ? before
    : await beginUpload(client, publication, before, plan)
  const upload = await uploadAllButLast(publication, handles, plan)
  if (upload.done) return { ready: true }
  return isOver(upload.handles, publication.now())
    ? {
        ready: false,
        againInMs: 10_000,
        waitingFor: 'TikTok ended the upload. Starting a new one.',
      }
    : {
        ready: false,
        againInMs: 100,
        waitingFor: `Uploading to TikTok: ${progress(upload.handles, plan)} sent.`,
      }
}

/** A draft doesn't need the creator's options, because they are chosen in TikTok's app. */
const usernameOf = async (
  client: TiktokClient,
  publication: Publication,
): Promise<Pick<TiktokHandles, 'username'>> => {
  if (choicesOf(publication.settings).inbox) return {}
  const creator = await askCreator(client, publication.account.grantToken, publication.signal)
  requireStillOffered(publication, creator)
  return { username: creator.username }
}

/** promise: D7: nothing is sent to TikTok before the person's express consent. */
const requireConsent = (publication: Publication): void => {
  if (choicesOf(publication.settings).consentAt !== '') return
  const words =
    'Nobody has agreed to TikTok’s terms for this post yet. Open it and select the box next to the button.'
  throw new PlatformError({ kind: 'rejected', code: 'consent_missing', words })
}

/**
 * TikTok's options may have changed since the post was composed. Then the person has to choose
 * again.
 */
const requireStillOffered = (publication: Publication, creator: Creator): void => {
  const fault = checkOffered(publication.kind, choicesOf(publication.settings), creator)[0]
  if (fault) throw new PlatformError({ kind: 'rejected', code: fault.rule, words: fault.words })
  const durationMs = publication.media[0]?.durationMs ?? 0
  if (publication.kind === 'video' && durationMs > creator.maxDurationSec * 1000) {
    const words = `This account can now post videos of up to ${creator.maxDurationSec} seconds. This one is longer.`
    throw new PlatformError({ kind: 'rejected', code: 'duration', words })
  }
}

/** If TikTok fetches the media, nothing can be sent in advance: the init is the send. */
const prepareUrl = async (
  client: TiktokClient,
  publication: Publication,
  before: TiktokHandles,
): Promise<Prepared> => {
  if (before.publishId) await requireFailed(client, publication, before)
  await saveTiktokHandles(publication, { username: before.username })
  return { ready: true }
}

const isAlive = (handles: TiktokHandles, plan: ChunkPlan, nowMs: number): boolean =>
  handles.publishId !== undefined &&
  handles.totalBytes === plan.totalBytes &&
  (handles.nextByte ?? plan.totalBytes) <= lastChunkStart(plan) &&
  nowMs < (handles.uploadEndsAtMs ?? 0) - uploadMarginMs

/** A new init is safe only if the last bytes of the previous upload never arrived. */
const beginUpload = async (
  client: TiktokClient,
  publication: Publication,
  before: TiktokHandles,
  plan: ChunkPlan,
): Promise<TiktokHandles> => {
  if (before.publishId && lastMayHaveArrived(before))
    await requireUnfinished(client, publication, before)
  await publication.takeTurn(initTurn)
  const startedAtMs = publication.now()
  const started = await startUpload(client, publication, plan)
  if (started.uploadUrl === null) throw unreadableAnswer('begin', null)
  const handles = {
    username: before.username,
    publishId: started.publishId,
    sealedUploadUrl: publication.seal(started.uploadUrl),
    uploadEndsAtMs: startedAtMs + uploadLivesMs,
    nextByte: 0,
    totalBytes: plan.totalBytes,
  }
  await saveTiktokHandles(publication, handles)
  return handles
}

const lastMayHaveArrived = (handles: TiktokHandles): boolean =>
  (handles.nextByte ?? 0) >= lastChunkStart(planChunks(handles.totalBytes ?? 0))

const requireUnfinished = async (
  client: TiktokClient,
  publication: Publication,
  before: TiktokHandles,
): Promise<void> => {
  const former = await fetchStatus(client, publication, before.publishId ?? '')
  const sentBytes = former.status === 'PROCESSING_UPLOAD' ? former.uploadedBytes : null
  if (sentBytes !== null && sentBytes < (before.totalBytes ?? 0)) return
  requireNothingOut(publication, former, before)
}

const requireFailed = async (
  client: TiktokClient,
  publication: Publication,
  before: TiktokHandles,
): Promise<void> =>
  requireNothingOut(
    publication,
    await fetchStatus(client, publication, before.publishId ?? ''),
    before,
  )

/**
 * The last guard before a new init. A draft that may have been in the inbox is sent
 * again only if a person asks.
 */
const requireNothingOut = (
  publication: Publication,
  former: Status,
  before: TiktokHandles,
): void => {
  const isDraft = choicesOf(publication.settings).inbox
  if (isDraft && before.askedAgain && former.status !== 'PUBLISH_COMPLETE') return
  if (former.status !== 'FAILED') throw mayBeOut()
  const problem = failureOf(publication, former)
  if (isDraft && problem.kind !== 'unavailable') throw new PlatformError(problem)
}

const mayBeOut = (): PlatformError =>
  new PlatformError({
    kind: 'unknown_outcome',
    code: 'publish_id_exists',
    words: 'TikTok already has this post from an earlier attempt. We won’t send it again.',
  })

const progress = (handles: TiktokHandles, plan: ChunkPlan): string =>
  `${Math.floor((handles.nextByte ?? 0) / 1_000_000)} of ${Math.ceil(plan.totalBytes / 1_000_000)} MB`
