import { join } from 'node:path'
import type { Call } from '../../ledger.ts'
import { findPublish, getCreator, type TikTok } from '../context.ts'
import { newPublishId, newUploadId, newUploadToken } from '../ids.ts'
import type { FailReason, Publish, Upload } from '../state.ts'
import { createPost } from '../videos/posts.ts'
import { sendPublishEvent } from '../webhooks/webhooks.ts'
import type { InitRequest } from './init-body.ts'
import { judgePhoto, judgeVideo, largestPhotoBytes, largestVideoBytes } from './media-rules.ts'

const userAgent = 'TikTokSandbox/1.0'

/**
 * Starts a publish after a successful init. A pull starts by itself; an upload waits for its bytes.
 */
export function beginPublish(
  tiktok: TikTok,
  openId: string,
  request: InitRequest,
  call: Call,
): Publish {
  const now = tiktok.world.clock.now()
  const publish: Publish = {
    id: newPublishId(request.kind, request.mode, request.plan ? 'file' : 'url', now),
    openId,
    kind: request.kind,
    mode: request.mode,
    initAtMs: now,
    status: request.plan ? 'PROCESSING_UPLOAD' : 'PROCESSING_DOWNLOAD',
    failReason: null,
    downloadedBytes: 0,
    upload: request.plan ? newUpload(tiktok, request.plan, now) : null,
    urls: request.urls,
    coverIndex: request.coverIndex,
    title: request.title,
    description: request.description,
    visibility: request.privacyLevel ?? '',
    settings: request.settings,
    media: [],
    commit: request.plan ? null : { callId: call.id, realAtMs: call.atMs },
    next: request.plan ? null : { step: 'pull', atMs: now + tiktok.settings.tiktokPullDelayMs },
    postIds: [],
  }
  tiktok.state.publishes.push(publish)
  tiktok.changed()
  armPublish(tiktok, publish)
  return publish
}

/** The last chunk has arrived, which is the irreversible call of an upload. */
export function commitUpload(tiktok: TikTok, publish: Publish, call: Call): void {
  publish.commit = { callId: call.id, realAtMs: call.atMs }
  scheduleVerdict(tiktok, publish)
}

/** The file that collects an upload's bytes until they are checked. */
export const uploadPath = (tiktok: TikTok, upload: Upload): string =>
  join(tiktok.world.dir, 'tiktok-uploads', upload.id)

/** Possible only before and during a download. Returns false otherwise. */
export function cancelPublish(tiktok: TikTok, publish: Publish): boolean {
  if (publish.next?.step !== 'pull') return false
  fail(tiktok, publish, 'publish_cancelled')
  return true
}

/** Schedules the publish's next step. Also called after a restart. */
export function armPublish(tiktok: TikTok, publish: Publish): void {
  if (!publish.next) return
  tiktok.world.clock.after(Math.max(0, publish.next.atMs - tiktok.world.clock.now()), () =>
    takeStep(tiktok, publish.id),
  )
}

async function takeStep(tiktok: TikTok, publishId: string): Promise<void> {
  const publish = findPublish(tiktok, publishId)
  if (!publish?.next || publish.next.atMs > tiktok.world.clock.now()) return
  if (publish.next.step === 'pull') {
    await pull(tiktok, publish)
    return
  }
  publish.next = null
  if (publish.upload)
    publish.media = [await tiktok.world.media.keep(uploadPath(tiktok, publish.upload))]
  tiktok.changed()
  if (!tiktok.settings.tiktokEndlessProcessing) decide(tiktok, publish)
}

async function pull(tiktok: TikTok, publish: Publish): Promise<void> {
  const maxBytes = publish.kind === 'photo' ? largestPhotoBytes : largestVideoBytes
  publish.media = []
  for (const url of publish.urls) {
    const outcome = await tiktok.world.fetchMedia(url, { userAgent, maxBytes })
    // A tester or the client may have canceled it in the meantime.
    if (publish.next?.step !== 'pull') return
    if (!outcome.ok) {
      fail(tiktok, publish, publish.kind === 'photo' ? 'photo_pull_failed' : 'video_pull_failed')
      return
    }
    publish.media.push(outcome.media)
    publish.downloadedBytes += outcome.media.sizeBytes
  }
  scheduleVerdict(tiktok, publish)
}

function scheduleVerdict(tiktok: TikTok, publish: Publish): void {
  publish.next = {
    step: 'judge',
    atMs: tiktok.world.clock.now() + tiktok.settings.tiktokProcessingMs,
  }
  tiktok.changed()
  armPublish(tiktok, publish)
}

/** Media is checked late: a publish can fail after a successful init and upload. */
function decide(tiktok: TikTok, publish: Publish): void {
  const reason = whyFailed(tiktok, publish)
  if (reason) {
    fail(tiktok, publish, reason)
  } else if (publish.mode === 'inbox') {
    publish.status = 'SEND_TO_USER_INBOX'
    tiktok.changed()
    sendPublishEvent(tiktok, publish, 'inbox_delivered')
  } else {
    createPost(tiktok, publish, publish.visibility)
  }
}

function whyFailed(tiktok: TikTok, publish: Publish): FailReason | null {
  if (tiktok.settings.tiktokFailReason) return tiktok.settings.tiktokFailReason as FailReason
  const creator = getCreator(tiktok, publish.openId)
  const tokens = tiktok.state.tokens.filter((token) => token.openId === publish.openId)
  if (tokens.every((token) => token.accessDead && token.refreshDead)) return 'auth_removed'
  if (creator.banned) return 'spam_risk_user_banned_from_posting'
  const judge = (media: Publish['media'][number]) =>
    publish.kind === 'photo'
      ? judgePhoto(media)
      : judgeVideo(media, publish.mode, creator.maxDurationSec)
  return publish.media.map(judge).find((reason) => reason !== null) ?? null
}

export function fail(tiktok: TikTok, publish: Publish, reason: FailReason): void {
  publish.status = 'FAILED'
  publish.failReason = reason
  publish.next = null
  tiktok.changed()
  sendPublishEvent(tiktok, publish, 'failed', { reason })
}

const newUpload = (tiktok: TikTok, plan: Upload['plan'], now: number): Upload => ({
  id: newUploadId(),
  token: tiktok.world.ledger.handOut(newUploadToken(tiktok.settings.tokenMark)),
  plan,
  expiresAtMs: now + tiktok.settings.tiktokUploadUrlLifetimeMs,
  receivedBytes: 0,
})
