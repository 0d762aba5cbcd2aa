import { randomBytes, randomInt } from 'node:crypto'

const unreserved = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789'

/** A post id as TikTok makes them: 19 digits, the second in the upper half; always odd, so that a JavaScript number can not hold it. */
export function newPostId(nowMs: number): string {
  const upper = BigInt(Math.floor(nowMs / 1000)) << 32n
  return String(upper | BigInt(randomInt(0, 2 ** 31) * 2 + 1))
}

const publishIdPrefixes = {
  video: {
    direct: { file: 'v_pub_file~v2-1.', url: 'v_pub_url~v2-1.' },
    inbox: { file: 'v_inbox_file~v2.', url: 'v_inbox_url~v2.' },
  },
  photo: { direct: { file: '', url: 'p_pub_url~v2.' }, inbox: { file: '', url: 'p_inbox_url~v2.' } },
} as const

/** At most 64 characters (fact sheet 4.2). Photos are only ever pulled, so they have no `file` prefix. */
export function newPublishId(kind: 'video' | 'photo', mode: 'direct' | 'inbox', source: 'file' | 'url', nowMs: number): string {
  const prefix = publishIdPrefixes[kind][mode][source]
  if (prefix === '') throw new Error('Photos are pulled from URLs, never uploaded.')
  return prefix + newPostId(nowMs)
}

/** Opaque, with the leading dash and the underscore that live ones have. */
export const newOpenId = () => `-000${randomText(24)}_${randomText(8)}`

export const newUnionId = () => `${randomText(8)}-${randomText(8)}-${randomText(8)}`

/** Of codes, tokens and secrets, `mark`: see the setting `tokenMark`. A code holds `*`, `!` and `.`, so that a client which encodes or cuts it wrongly shows. */
export const newCode = (mark: string) => `${mark}${randomText(40)}${mark}*v!${randomInt(1000, 9999)}.s1`

export const newAccessToken = (mark: string) => `act.${mark}${randomText(60)}${mark}!${randomInt(1000, 9999)}.s1`

export const newRefreshToken = (mark: string) => `rft.${mark}${randomText(60)}${mark}!${randomInt(1000, 9999)}.s1`

export const newUploadId = () => randomBytes(16).toString('hex')

export const newUploadToken = (mark: string) => `${mark}${randomBytes(16).toString('hex')}${mark}`

/** As TikTok's: the UTC second, then random hex. */
export function newLogId(nowMs: number): string {
  const second = new Date(nowMs).toISOString().replace(/\D/g, '').slice(0, 14)
  return second + randomBytes(10).toString('hex').toUpperCase()
}

function randomText(length: number): string {
  return Array.from(randomBytes(length), (byte) => unreserved[byte % unreserved.length]).join('')
}
