import { PlatformError } from '../errors.ts'
import type { AttemptToReconcile, Publication, Reconciled } from '../platform.ts'
import { videosSchema } from './answers.ts'
import { choicesOf } from './choices.ts'
import type { TiktokClient } from './client.ts'
import { readTiktokHandles, type TiktokHandles } from './handles.ts'
import { failureOf, fetchStatus, type Status } from './status.ts'

/**
 * Read-only: whether an attempt with an unknown outcome took effect. With a publish id, the
 * evidence is TikTok's status. Without one (the answer to an init of photos or a fetched video was
 * lost), it is the account's public posts and our access log.
 */
export const reconcilePublish = async (
  client: TiktokClient,
  publication: Publication,
  attempt: AttemptToReconcile,
): Promise<Reconciled> => {
  const handles = readTiktokHandles(publication)
  if (!handles.publishId) return await searchTraces(client, publication, attempt)
  try {
    return judge(publication, await fetchStatus(client, publication, handles.publishId), handles)
  } catch (error) {
    if (!(error instanceof PlatformError) || error.kind !== 'rejected') throw error
    return await searchTraces(client, publication, { ...attempt, mediaFetched: null })
  }
}

/** What the status of a known publish id proves. */
const judge = (publication: Publication, answer: Status, handles: TiktokHandles): Reconciled => {
  switch (answer.status) {
    case 'PUBLISH_COMPLETE':
      return {
        outcome: 'found',
        platformPostId: answer.postId,
        proof: 'TikTok reports the post as published.',
      }
    case 'FAILED':
      return { outcome: 'refused', problem: failureOf(publication, answer) }
    case 'SEND_TO_USER_INBOX':
    case 'PROCESSING_DOWNLOAD':
      return { outcome: 'processing', proof: 'TikTok has the post and is processing it.' }
    case 'PROCESSING_UPLOAD':
      return judgeUpload(answer.uploadedBytes, handles, publication.now())
  }
}

/**
 * A video with missing bytes can't have been published. Once its upload URL has expired, they can
 * no longer arrive.
 */
const judgeUpload = (
  uploadedBytes: number | null,
  handles: TiktokHandles,
  nowMs: number,
): Reconciled => {
  const total = handles.totalBytes ?? 0
  if (uploadedBytes === null)
    return { outcome: 'unclear', proof: 'TikTok is still waiting for the rest of the video.' }
  if (uploadedBytes >= total)
    return {
      outcome: 'processing',
      proof: 'TikTok has the whole video and is processing it.',
    }
  const proof = `TikTok has ${uploadedBytes} of ${total} bytes of the video; without the rest nothing is published.`
  return {
    outcome: 'absent',
    certain: nowMs > (handles.uploadEndsAtMs ?? Number.POSITIVE_INFINITY),
    proof,
  }
}

const searchTraces = async (
  client: TiktokClient,
  publication: Publication,
  attempt: AttemptToReconcile,
): Promise<Reconciled> => {
  const found = await findInList(client, publication, attempt)
  if (found)
    return {
      outcome: 'found',
      platformPostId: found,
      proof: 'The account’s list of public posts holds it.',
    }
  if (attempt.mediaFetched === false) {
    return {
      outcome: 'absent',
      certain: false,
      proof: 'TikTok never fetched the files of this attempt.',
    }
  }
  const seen = attempt.mediaFetched
    ? 'The files of this attempt were fetched'
    : 'TikTok doesn’t report the outcome of the attempt'
  return { outcome: 'unclear', proof: `${seen}, and the account’s public posts do not show it.` }
}

/** TikTok's lists return at most 150 characters of a title, according to its documentation. */
const titleLength = 150
/** Clocks may differ, and `create_time` is in whole seconds. */
const clockSlackMs = 5_000

/**
 * Only public posts are listed. A match needs the right time, caption and duration, and must not
 * belong to another target.
 */
const findInList = async (
  client: TiktokClient,
  publication: Publication,
  attempt: AttemptToReconcile,
): Promise<string | null> => {
  if (choicesOf(publication.settings).privacyLevel !== 'PUBLIC_TO_EVERYONE') return null
  const caption = captionOf(publication)
  const durationSec =
    publication.kind === 'video' ? (publication.media[0]?.durationMs ?? 0) / 1000 : null
  const candidates = (await listVideos(client, publication)).filter(
    (video) =>
      video.create_time * 1000 >= attempt.sentAtMs - clockSlackMs &&
      !attempt.boundIds.includes(video.id) &&
      [video.title, video.video_description].some((title) => normal(title ?? '') === caption) &&
      (durationSec === null || Math.abs((video.duration ?? durationSec) - durationSec) < 1.5),
  )
  return candidates.length === 1 ? (candidates[0]?.id ?? null) : null
}

const captionOf = (publication: Publication): string =>
  normal(
    publication.kind === 'photos'
      ? choicesOf(publication.settings).photoTitle || publication.text
      : publication.text,
  )

const normal = (text: string): string =>
  text.normalize('NFC').replace(/\s+/g, ' ').trim().slice(0, titleLength).trim()

/** Without the permission to list posts, the list proves nothing. */
const listVideos = async (client: TiktokClient, publication: Publication) => {
  try {
    const fields = 'id,create_time,title,video_description,duration'
    const answer = await client.ask({
      path: `/v2/video/list/?fields=${fields}`,
      token: publication.account.grantToken,
      body: { max_count: 20 },
      schema: videosSchema,
      stakes: 'read',
      signal: publication.signal,
    })
    return answer.videos ?? []
  } catch (error) {
    if (error instanceof PlatformError && error.kind === 'permission') return []
    throw error
  }
}
