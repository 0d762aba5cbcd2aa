import { createHmac, timingSafeEqual } from 'node:crypto'
import type { Json } from '../../json.ts'
import { readJson } from '../../json-input.ts'
import { isRecord, numberAt, textAt } from '../json.ts'

/** The content of Meta's data deletion and deauthorize callbacks. */
export type SignedRequest = { userId: string; issuedAtMs: number }

/** One hour. Meta delivers immediately, so older requests may be replays. */
const freshMs = 3_600_000

// promise: E5
/**
 * Reads `signed_request`: base64url(HMAC-SHA256 of the payload text) "." base64url(JSON). Null if
 * it isn't signed with our app secret, is older than an hour, is from the future, or has no user
 * id.
 */
export const readSignedRequest = (
  signed: string,
  appSecret: string,
  nowMs: number,
): SignedRequest | null => {
  const [signature, payload, ...rest] = signed.split('.')
  if (!signature || !payload || rest.length > 0 || !isSignedWith(appSecret, payload, signature))
    return null
  const content = parse(payload)
  if (!isRecord(content) || textAt(content, 'algorithm')?.toUpperCase() !== 'HMAC-SHA256')
    return null
  const userId = textAt(content, 'user_id')
  const issuedAt = numberAt(content, 'issued_at')
  if (
    !userId ||
    !/^\d{1,40}$/.test(userId) ||
    issuedAt === null ||
    Math.abs(nowMs - issuedAt * 1000) > freshMs
  )
    return null
  return { userId, issuedAtMs: issuedAt * 1000 }
}

const isSignedWith = (appSecret: string, payload: string, signature: string): boolean => {
  const expected = createHmac('sha256', appSecret).update(payload).digest()
  const given = Buffer.from(signature, 'base64url')
  return given.length === expected.length && timingSafeEqual(given, expected)
}

const parse = (payload: string): Json | undefined => {
  try {
    return readJson(Buffer.from(payload, 'base64url').toString('utf8')) as Json
  } catch {
    return undefined
  }
}
