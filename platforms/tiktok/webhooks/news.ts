import { z } from 'zod'
import type { CallbackNews } from '../../grant.ts'
import { readJson } from '../../json-input.ts'
import { readSignature } from './webhook.ts'

/** TikTok retries for 72 hours and doesn't say if it signs each retry again. */
const oldestMs = 73 * 3_600_000
const clockSkewMs = 5 * 60_000

const envelope = z.object({
  client_key: z.string(),
  event: z.string(),
  /** Unix seconds. */
  create_time: z.number().int().min(0).max(4_102_444_800),
  user_openid: z.string().default(''),
  /** JSON as a string. */
  content: z.string().default('{}'),
})
const removal = z.object({ reason: z.number().default(0) })
const publication = z.object({ publish_id: z.string().min(1) })

/** TikTok's reason code if we revoked the authorization ourselves. */
const revokedByUs = 5
/** Reasons of `authorization.removed` (TikTok: webhook events). */
const removalWords: Record<number, string> = {
  1: 'The person who connected it removed CrateSocial in the TikTok app.',
  2: 'The TikTok account was deleted.',
  3: 'TikTok ended the connection because the age of the account holder changed.',
  4: 'TikTok banned the account.',
  5: 'CrateSocial revoked the connection at TikTok. Reconnect the account to continue.',
}

/**
 * The content of one webhook. Null if it isn't signed with our secret, is older than TikTok's
 * retries, or is from the future. Unknown events are `nothing`.
 */
export const readWebhook = (
  settings: { clientKey: string; clientSecret: string },
  request: { body: Uint8Array; header(name: string): string | undefined },
  nowMs: number,
): CallbackNews | null => {
  const signedAtMs = readSignature(
    settings.clientSecret,
    request.header('tiktok-signature'),
    request.body,
  )
  if (signedAtMs === null || signedAtMs < nowMs - oldestMs || signedAtMs > nowMs + clockSkewMs)
    return null
  const said = envelope.safeParse(parse(Buffer.from(request.body).toString('utf8')))
  if (!said.success || said.data.client_key !== settings.clientKey) return { about: 'nothing' }
  return newsOf(said.data)
}

const newsOf = ({
  event,
  create_time: createdAt,
  user_openid: openId,
  content,
}: z.infer<typeof envelope>): CallbackNews => {
  if (event === 'authorization.removed' && openId) {
    const told = removal.safeParse(parse(content))
    const reason = told.success ? told.data.reason : 0
    const words = removalWords[reason] ?? 'TikTok ended the connection without saying why.'
    return {
      about: 'grant',
      by: reason === revokedByUs ? 'us' : 'them',
      issuerUserId: openId,
      atMs: createdAt * 1000,
      words,
    }
  }
  const told = event.startsWith('post.publish.') ? publication.safeParse(parse(content)) : null
  return told?.success
    ? { about: 'publication', handle: 'publishId', value: told.data.publish_id }
    : { about: 'nothing' }
}

const parse = (text: string): unknown => {
  try {
    return readJson(text)
  } catch {
    return null
  }
}
