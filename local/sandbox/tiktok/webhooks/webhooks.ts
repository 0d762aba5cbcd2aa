import type { TikTok } from '../context.ts'
import type { Delivery, Publish } from '../state.ts'
import { webhookSignature } from './webhook-signature.ts'

/** Reasons why a creator's authorization ended (fact sheet 8). */
export const removalReasons = {
  unknown: 0,
  disconnected: 1,
  accountDeleted: 2,
  ageChanged: 3,
  accountBanned: 4,
  revoked: 5,
} as const

const retryForMs = 72 * 3_600_000
const answerTimeoutMs = 10_000
const holdBackMs = 5_000

/**
 * Queues one event for the app's callback URL. Without a URL, webhooks are off and nothing is
 * stored.
 */
export function sendEvent(
  tiktok: TikTok,
  openId: string,
  event: string,
  content: Record<string, unknown>,
): void {
  if (!tiktok.settings.tiktokWebhookUrl) return
  const now = tiktok.world.clock.now()
  const id = (tiktok.state.deliveries.at(-1)?.id ?? 0) + 1
  const heldBack = tiktok.settings.tiktokWebhookReorder && id % 2 === 1 ? holdBackMs : 0
  const body = JSON.stringify({
    client_key: tiktok.app.key,
    event,
    create_time: Math.floor(now / 1000),
    user_openid: openId,
    content: JSON.stringify(content),
  })
  const nextAtMs = now + tiktok.settings.tiktokWebhookDelayMs + heldBack
  const delivery: Delivery = { id, event, openId, body, firstAtMs: now, nextAtMs, tries: [] }
  tiktok.state.deliveries.push(delivery)
  tiktok.changed()
  armDelivery(tiktok, delivery)
}

/** Sends an event about a publish. `publish_type` has the values of captured payloads. */
export function sendPublishEvent(
  tiktok: TikTok,
  publish: Publish,
  event: string,
  more: Record<string, unknown> = {},
): void {
  const publishType = publish.mode === 'direct' ? 'DIRECT_PUBLISH' : 'INBOX_SHARE'
  sendEvent(tiktok, publish.openId, `post.publish.${event}`, {
    publish_id: publish.id,
    publish_type: publishType,
    ...more,
  })
}

/** Schedules the next try. Also called after a restart. */
export function armDelivery(tiktok: TikTok, delivery: Delivery): void {
  if (delivery.nextAtMs === null) return
  tiktok.world.clock.after(Math.max(0, delivery.nextAtMs - tiktok.world.clock.now()), () =>
    tryDelivery(tiktok, delivery),
  )
}

async function tryDelivery(tiktok: TikTok, delivery: Delivery): Promise<void> {
  const url = tiktok.settings.tiktokWebhookUrl
  // A reset has removed the delivery.
  if (!tiktok.state.deliveries.includes(delivery)) return
  const outcome = url
    ? await post(tiktok, url, delivery.body)
    : { status: null, error: 'The webhook URL was removed.' }
  delivery.tries.push({ atMs: tiktok.world.clock.now(), ...outcome })
  delivery.nextAtMs = url ? nextTry(tiktok, delivery) : null
  tiktok.changed()
  armDelivery(tiktok, delivery)
}

/**
 * `t` is real time, because the receiver compares it with its own clock, which testers don't
 * change.
 */
async function post(
  tiktok: TikTok,
  url: string,
  body: string,
): Promise<{ status: number | null; error: string | null }> {
  const signature = webhookSignature(tiktok.app.secret, Math.floor(Date.now() / 1000), body)
  const headers = { 'content-type': 'application/json', 'tiktok-signature': signature }
  try {
    const signal = AbortSignal.timeout(answerTimeoutMs)
    const response = await fetch(url, { method: 'POST', headers, body, redirect: 'manual', signal })
    await response.body?.cancel()
    return { status: response.status, error: null }
  } catch (error) {
    return {
      status: null,
      error: error instanceof Error ? String(error.cause ?? error.message) : String(error),
    }
  }
}

/** Exponential backoff for 72 hours of sandbox time. Then the event is dropped. */
function nextTry(tiktok: TikTok, delivery: Delivery): number | null {
  const now = tiktok.world.clock.now()
  const taken = delivery.tries.filter((attempt) => attempt.status === 200).length
  if (taken > 0) return tiktok.settings.tiktokWebhookDuplicates && taken < 2 ? now : null
  const nextAtMs = now + tiktok.settings.tiktokWebhookRetryMs * 2 ** (delivery.tries.length - 1)
  return nextAtMs - delivery.firstAtMs > retryForMs ? null : nextAtMs
}
