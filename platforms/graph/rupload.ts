import { PlatformError } from '../errors.ts'
import type { Json } from '../json.ts'
import { readJson } from '../json-input.ts'
import type { MediaToSend } from '../platform.ts'
import { answerOf } from './client.ts'
import { errorIn, unreadable } from './errors.ts'
import { at, isRecord, succeeded, textAt } from './json.ts'
import { readUsage } from './usage.ts'

/**
 * Uploads a file from its first byte to the URL that Meta returned. Publishes nothing, so it can be
 * repeated. The header uses `OAuth`, not `Bearer`. Throws `unavailable` or `rejected`. With code
 * `OffsetInvalidError`, the upload session is unusable.
 */
export const uploadBytes = async (
  url: string,
  token: string,
  media: MediaToSend,
  signal: AbortSignal,
): Promise<void> => {
  const size = String(media.sizeBytes)
  const answer = await answerOf(
    {
      method: 'POST',
      url,
      headers: {
        authorization: `OAuth ${token}`,
        offset: '0',
        file_size: size,
        'content-length': size,
      },
      body: media.open(),
      timeoutMs: uploadTimeoutMs(media.sizeBytes),
      signal,
    },
    'repeatable',
  )
  const body = parse(answer.text)
  if (!isRecord(body)) throw unreadable('repeatable', `http_${answer.status}`)
  if (succeeded(body)) return
  throw errorIn(body, 'repeatable', readUsage(answer.headers)) ?? debugError(body)
}

/** One minute, plus the time that the bytes take at 250 KB per second. */
export const uploadTimeoutMs = (sizeBytes: number): number => Math.ceil(60_000 + sizeBytes / 250)

/** rupload errors have their own format: `{"debug_info":{"retriable","type","message"}}`. */
const debugError = (body: Json): PlatformError => {
  const code = textAt(body, 'debug_info', 'type') ?? 'upload'
  const final = at(body, 'debug_info', 'retriable') === false && code === 'ProcessingFailedError'
  return final
    ? new PlatformError({
        kind: 'rejected',
        code,
        words: 'Meta could not process the video. Use MP4 with H.264 and AAC.',
      })
    : new PlatformError({
        kind: 'unavailable',
        code,
        words: 'Meta couldn’t accept the video upload.',
      })
}

const parse = (text: string): Json | undefined => {
  try {
    return readJson(text) as Json
  } catch {
    return undefined
  }
}
