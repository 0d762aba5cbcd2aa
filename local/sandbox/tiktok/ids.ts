import { randomBytes, randomInt } from 'node:crypto'

const unreserved = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789'

/**
 * A post id in TikTok's format: 19 digits, with the time in the upper half. Always odd, so that a
 * JavaScript number can't represent it.
 */
export function newPostId(nowMs: number): string {
  const upper = BigInt(Math.floor(nowMs / 1000)) << 32n
  return String(upper | BigInt(randomInt(0, 2 ** 31) * 2 + 1))
}

const publishIdPrefixes = {
  video: {
    direct: { file: 'v_pub_file~v2-1.', url: 'v_pub_url~v2-1.' },
    inbox: { file: 'v_inbox_file~v2.', url: 'v_inbox_url~v2.' },
  },
  photo: {
    direct: { file: '', url: 'p_pub_url~v2.' },
    inbox: { file: '', url: 'p_inbox_url~v2.' },
  },
} as const

/**
 * At most 64 characters (fact sheet 4.2). Photos are always pulled, so they have no `file` prefix.
 */
export function newPublishId(
  kind: 'video' | 'photo',
  mode: 'direct' | 'inbox',
  source: 'file' | 'url',
  nowMs: number,
): string {
  const prefix = publishIdPrefixes[kind][mode][source]
  if (prefix === '') throw new Error('Photos are pulled from URLs, never uploaded.')
  return prefix + newPostId(nowMs)
}

/** Opaque, with the leading dash and the underscore of real ones. */
export const newOpenId = () => `-000${randomText(24)}_${randomText(8)}`

export const newUnionId = () => `${randomText(8)}-${randomText(8)}-${randomText(8)}`

/**
 * For `mark`, see the setting `tokenMark`. A code contains `*`, `!` and `.`, so that clients that
 * encode or truncate it fail.
 */
export const newCode = (mark: string) =>
  `${mark}${randomText(40)}${mark}*v!${randomInt(1000, 9999)}.s1`

export const newAccessToken = (mark: string) =>
  `act.${mark}${randomText(60)}${mark}!${randomInt(1000, 9999)}.s1`

export const newRefreshToken = (mark: string) =>
  `rft.${mark}${randomText(60)}${mark}!${randomInt(1000, 9999)}.s1`

export const newUploadId = () => randomBytes(16).toString('hex')

export const newUploadToken = (mark: string) => `${mark}${randomBytes(16).toString('hex')}${mark}`

/** In TikTok's format: the UTC time to the second, then random hex digits. */
export function newLogId(nowMs: number): string {
  const second = new Date(nowMs).toISOString().replace(/\D/g, '').slice(0, 14)
  return second + randomBytes(10).toString('hex').toUpperCase()
}

function randomText(length: number): string {
  return Array.from(randomBytes(length), (byte) => unreserved[byte % unreserved.length]).join('')
}
