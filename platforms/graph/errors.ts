import { PlatformError, type Problem } from '../errors.ts'
import type { JsonRecord } from '../json.ts'
import { hidden } from './error-rows/codes.ts'
import { generalRows } from './error-rows/general.ts'
import { instagramRows } from './error-rows/instagram.ts'
import { loginRows } from './error-rows/login.ts'
import { pageRows } from './error-rows/pages.ts'
import type { ErrorRow } from './error-rows/row.ts'
import { isRecord, numberAt, textAt } from './json.ts'
import type { Usage } from './usage.ts'

/**
 * What a call does. `repeatable`: it is safe to repeat, so a missing answer is only `unavailable`.
 * `send`: it publishes, so anything but a clear yes or no is `unknown_outcome`.
 */
export type Effect = 'repeatable' | 'send'

export const errorRows: ErrorRow[] = [...generalRows, ...loginRows, ...pageRows, ...instagramRows]

const rowsByKey = new Map(errorRows.map((row) => [`${row.code}/${row.subcode}`, row]))
const rowsBySubcode = new Map(
  errorRows.flatMap((row) => (row.subcode === null ? [] : [[row.subcode, row] as const])),
)

/** The row for the code and subcode. Ignores the HTTP status and the message, because both vary. */
export const findRow = (code: number, subcode: number | null): ErrorRow | undefined =>
  rowsByKey.get(`${code}/${subcode}`) ??
  rowsByKey.get(`null/${subcode}`) ??
  rowsByKey.get(`${code}/null`) ??
  (code >= 200 && code <= 299 ? rowsByKey.get('200/null') : undefined)

/** The error in Meta's envelope as a PlatformError. Null if the body contains none. */
export const errorIn = (body: JsonRecord, effect: Effect, usage: Usage): PlatformError | null => {
  const error = body.error
  if (!isRecord(error)) return null
  const code = numberAt(error, 'code')
  if (code === null) return unreadable(effect, 'no_code')
  const subcode = numberAt(error, 'error_subcode') || null
  const row = findRow(code, subcode) ?? unlisted(error.is_transient === true)
  const kind = kindOf(row, effect)
  return new PlatformError({
    kind,
    code: String(code),
    subcode: subcode === null ? null : String(subcode),
    words:
      kind === 'unknown_outcome' ? unknownWords : wordsOf(row, textAt(error, 'error_user_msg')),
    traceId: textAt(error, 'fbtrace_id'),
    ...(row.limited ? { limited: row.limited } : {}),
    retryAfterMs:
      row.kind === 'rate_limited' && row.limited !== 'posts'
        ? (usage.regainMs ?? row.waitMs ?? null)
        : (row.waitMs ?? null),
  })
}

/** The error for a subcode alone, as containers and videos report their failures. */
export const errorOfSubcode = (subcode: number | null, otherwise: string): PlatformError => {
  const row = subcode === null ? undefined : rowsBySubcode.get(subcode)
  return new PlatformError({
    kind: row?.kind ?? 'rejected',
    code: row?.code == null ? 'status' : String(row.code),
    subcode: subcode === null ? null : String(subcode),
    words: row?.words ?? otherwise,
    ...(row?.limited ? { limited: row.limited } : {}),
    retryAfterMs: row?.waitMs ?? null,
  })
}

export const isHidden = ({ problem }: { problem: Pick<Problem, 'code' | 'subcode'> }): boolean =>
  problem.code === String(hidden.code) && problem.subcode === String(hidden.subcode)

/**
 * The error for a response that isn't from the Graph API: an HTML page, truncated JSON, or an error
 * without a code.
 */
export const unreadable = (effect: Effect, code: string): PlatformError =>
  effect === 'send'
    ? new PlatformError({ kind: 'unknown_outcome', code, words: unknownWords })
    : new PlatformError({ kind: 'unavailable', code, words: 'Meta’s answer couldn’t be read.' })

/** For no answer, or an answer that is neither a clear yes nor a clear no. */
const unknownWords = 'Meta’s answer doesn’t say whether the post was published.'

const kindOf = (row: ErrorRow, effect: Effect) => {
  if (effect === 'repeatable') return row.kind === 'unknown_outcome' ? 'unavailable' : row.kind
  const sent = row.sent ?? (row.kind === 'unavailable' ? 'unknown' : 'no')
  return sent === 'unknown' ? 'unknown_outcome' : row.kind
}

/** For a code that is in no table. After a publishing call, it doesn't count as a clear no. */
const unlisted = (transient: boolean): ErrorRow => ({
  code: null,
  subcode: null,
  kind: transient ? 'unavailable' : 'rejected',
  words: 'Meta rejected the request with a code that CrateSocial doesn’t know.',
  sent: 'unknown',
})

/**
 * Meta's own message is meant to be shown. It explains a refusal or a missing permission better
 * than ours. For all other kinds, our message says what to do.
 */
const wordsOf = (row: ErrorRow, userMessage: string | null): string => {
  const theirsHelps = row.kind === 'rejected' || row.kind === 'permission'
  return theirsHelps && userMessage && isSafe(userMessage) ? userMessage : row.words
}

// promise: S3, D4 (media URLs and tokens in Meta's messages are never shown)
const isSafe = (text: string): boolean =>
  text.length <= 400 &&
  !/[<>]|:\/\/|access_token|appsecret|\bEAA\w{8}|\bIG[A-Z]{2}\w{8}|\|\w{16}/i.test(text)
