import { PlatformError } from './errors.ts'
import { callForBytes } from './http.ts'

export type Avatar = { contentType: AvatarType; picture: Buffer }
type AvatarType = 'image/jpeg' | 'image/png' | 'image/webp'

/** Platforms send 100 to 640 pixels, a few kilobytes. The table refuses more than this. */
export const avatarMaxBytes = 512 * 1024
const timeoutMs = 5_000

/**
 * Downloads the profile picture from a URL that the platform has just given. Such URLs are signed
 * and expire within hours or days. The type is detected from the bytes; they are never decoded
 * here. Throws PlatformError if there is no picture.
 */
export const fetchAvatar = async (url: string, signal?: AbortSignal): Promise<Avatar> => {
  if (!isFetchable(url)) throw unusable('no_address')
  const answer = await callForBytes({
    method: 'GET',
    url,
    timeoutMs,
    maxBytes: avatarMaxBytes,
    ...(signal ? { signal } : {}),
  })
  if (answer.status !== 200) throw unusable(String(answer.status))
  const contentType = typeOf(answer.bytes)
  if (!contentType) throw unusable('no_picture')
  return { contentType, picture: answer.bytes }
}

/** Plain HTTP only on this machine, for the sandbox. */
const isFetchable = (text: string): boolean => {
  if (!URL.canParse(text)) return false
  const { protocol, hostname } = new URL(text)
  return (
    protocol === 'https:' ||
    (protocol === 'http:' && /^(localhost|127\.0\.0\.1|\[::1\])$/.test(hostname))
  )
}

const typeOf = (bytes: Buffer): AvatarType | null => {
  if (bytes.subarray(0, 3).equals(Buffer.from([0xff, 0xd8, 0xff]))) return 'image/jpeg'
  if (bytes.subarray(0, 8).equals(Buffer.from('\x89PNG\r\n\x1a\n', 'latin1'))) return 'image/png'
  if (bytes.toString('latin1', 0, 4) === 'RIFF' && bytes.toString('latin1', 8, 12) === 'WEBP')
    return 'image/webp'
  return null
}

const unusable = (code: string): PlatformError =>
  new PlatformError({ kind: 'unavailable', code, words: 'The profile picture couldn’t be loaded.' })
