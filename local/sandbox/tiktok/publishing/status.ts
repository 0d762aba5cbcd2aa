import { z } from 'zod'
import { apiEndpoint, readJson, refuseCaller } from '../api/endpoint.ts'
import { answer, refuse } from '../api/envelope.ts'
import type { Refusal } from '../api/errors.ts'
import { findPublish, findToken, type TikTok } from '../context.ts'
import type { Publish } from '../state.ts'
import { noteForReview } from './audit-log.ts'
import { cancelPublish } from './publishing.ts'

const publishIdBody = z.object({ publish_id: z.string().min(1).max(64) })
const cancelsPerMinute = 30

/** POST /v2/post/publish/status/fetch/ (fact sheet 4.7). */
export const statusFetch = (tiktok: TikTok) =>
  apiEndpoint(tiktok, 'status/fetch', async (c) => {
    const found = await findAsked(tiktok, c, 'status', tiktok.settings.tiktokStatusPerMinute)
    if ('code' in found) {
      if (found.code === 'rate_limit_exceeded')
        notePollingTooFast(tiktok, c.req.header('authorization'))
      return refuse(tiktok, c, found)
    }
    const { publish } = found
    Object.assign(c.get('call').facts, { publishId: publish.id, status: publish.status })
    return answer(tiktok, c, {
      status: publish.status,
      fail_reason: publish.failReason ?? '',
      // JSON integers above 2^53, as TikTok sends them (fact sheet 0.3).
      publicaly_available_post_id: listedIds(tiktok, publish).map(BigInt),
      uploaded_bytes: publish.upload?.receivedBytes ?? 0,
      downloaded_bytes: publish.downloadedBytes,
    })
  })

/** POST /v2/post/publish/cancel/ (fact sheet 4.8): only until the download ends. */
export const cancel = (tiktok: TikTok) =>
  apiEndpoint(tiktok, 'cancel', async (c) => {
    const found = await findAsked(tiktok, c, 'cancel', cancelsPerMinute)
    if ('code' in found) return refuse(tiktok, c, found)
    c.get('call').facts.publishId = found.publish.id
    if (!cancelPublish(tiktok, found.publish))
      return refuse(tiktok, c, { code: 'publish_not_cancellable' })
    return answer(tiktok, c, null)
  })

type Ctx = Parameters<typeof readJson>[0]

async function findAsked(
  tiktok: TikTok,
  c: Ctx,
  bucket: string,
  perMinute: number,
): Promise<{ publish: Publish } | Refusal> {
  const caller = refuseCaller(tiktok, c, {
    anyScope: ['video.publish', 'video.upload'],
    bucket,
    perMinute,
  })
  if ('code' in caller) return caller
  const body = publishIdBody.safeParse(await readJson(c))
  if (!body.success)
    return { code: 'invalid_params', message: 'The request parameter publish_id is invalid.' }
  const publish = findPublish(tiktok, body.data.publish_id)
  if (!publish || isNotYetKnown(tiktok, publish)) return { code: 'invalid_publish_id' }
  return publish.openId === caller.token.openId
    ? { publish }
    : { code: 'token_not_authorized_for_specified_publish_id' }
}

const isNotYetKnown = (tiktok: TikTok, publish: Publish) =>
  tiktok.world.clock.now() < publish.initAtMs + tiktok.settings.tiktokUnknownPublishIdMs

/** Ids of approved public posts. All others never get one. */
function listedIds(tiktok: TikTok, publish: Publish): string[] {
  if (tiktok.settings.tiktokNeverListPublicId) return []
  const listed = tiktok.state.posts
    .filter((post) => post.publishId === publish.id && post.approved)
    .map((post) => post.id)
  return tiktok.settings.tiktokListPublicIdTwice ? [...listed, ...listed] : listed
}

function notePollingTooFast(tiktok: TikTok, authorization: string | undefined): void {
  const token = findToken(tiktok, authorization)
  if (token)
    noteForReview(
      tiktok,
      token.openId,
      'polling_too_fast',
      `more than ${tiktok.settings.tiktokStatusPerMinute} in a minute`,
    )
}
