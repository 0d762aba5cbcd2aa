import { randomBytes } from 'node:crypto'
import type { MetaState } from './state.ts'

const bases = {
  photo: 122_100_000_000_000n,
  post: 122_000_000_000_000n,
  video: 900_000_000_000_000n,
  container: 17_889_000_000_000_000n,
  media: 17_920_000_000_000_000n,
  comment: 122_300_000_000_000n,
  person: 10_200_000_000_100_000n,
  page: 106_700_000_100_000n,
  instagram: 17_841_400_000_100_000n,
}

/** A new numeric id. Ids of different kinds never collide. */
export const newId = (state: MetaState, kind: keyof typeof bases): string =>
  String(bases[kind] + BigInt(state.counter++))

/** For `mark`, see the setting `tokenMark`. */
export const newTokenText = (mark: string): string => `EAA${mark}${randomText(60)}${mark}`

export const newCode = (mark: string): string => `AQB${mark}${randomText(60)}${mark}`

const randomText = (bytes: number): string =>
  randomBytes(bytes).toString('base64url').replace(/[-_]/g, 'Z')

export const newTraceId = (): string => `A${randomBytes(15).toString('base64url')}`

const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'

/** Instagram's shortcode: the media id in base 64. */
export function shortcodeOf(mediaId: string): string {
  let rest = BigInt(mediaId)
  let code = ''
  while (rest > 0n) {
    code = alphabet.charAt(Number(rest % 64n)) + code
    rest /= 64n
  }
  return code
}

/** Such as `2026-11-23T01:02:03+0000`. */
export const graphTime = (ms: number): string => `${new Date(ms).toISOString().slice(0, 19)}+0000`
