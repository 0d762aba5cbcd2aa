import { isLoopback } from '../../../config/values.ts'
import { linkForTrial, removeTrialLink } from '../../../db/posts/media-links.ts'
import type { HttpAnswer } from '../../../platforms/http.ts'
import { type AddressVerdict, askAddress, provesOnly } from './asking.ts'
import type { DoctorDeps } from './deps.ts'
import type { Finding } from './finding.ts'

/**
 * Requests the first byte of the newest file, as a platform would, with a link made for this check.
 */
export const checkMedia = async (
  { sql, config }: DoctorDeps,
  signal: AbortSignal,
): Promise<Finding> => {
  const check = 'Media address'
  const base = config.media.publicUrl
  const link = await linkForTrial(sql)
  if (!link)
    return {
      check,
      result: 'warning',
      words: `No file has been uploaded yet, so ${base} could not be tried.`,
      todo: 'Upload a photo and run this again.',
    }
  try {
    const said = await askAddress({
      method: 'GET',
      url: `${base}/${link.name}`,
      headers: { range: 'bytes=0-0' },
      signal,
    })
    if ('finding' in said) return { check, ...said.finding }
    return { check, ...judgeMedia(said.answer, link, base) }
  } finally {
    await removeTrialLink(sql, link.name)
  }
}

const judgeMedia = (
  { status, headers }: HttpAnswer,
  { contentType, sizeBytes }: { contentType: string; sizeBytes: number },
  base: string,
): AddressVerdict => {
  const problem = (words: string, todo: string): AddressVerdict => ({
    result: 'problem',
    words,
    todo,
  })
  if (status === 404 || status === 410 || status >= 300)
    return problem(
      `A file of this installation cannot be fetched at ${base} (${status}).`,
      'Make MEDIA_PUBLIC_URL lead to this installation’s server, without its own sign-in.',
    )
  const type = headers.get('content-type') ?? 'none'
  if (type !== contentType)
    return problem(
      `A file of type ${contentType} arrives as ${type}.`,
      'Make the reverse proxy keep the content type.',
    )
  if (status !== 206 || headers.get('content-range') !== `bytes 0-0/${sizeBytes}`)
    return problem(
      'A byte range of a file can’t be fetched: the answer is the whole file or another range.',
      'Make the reverse proxy pass on the Range header.',
    )
  if (!base.startsWith('https:') || isLoopback(base))
    return {
      result: 'warning',
      words: `${base} serves files with the right type and byte ranges, but platforms only fetch from public HTTPS addresses.`,
      todo: 'Set PUBLIC_URL, or MEDIA_PUBLIC_URL, before you connect real accounts.',
    }
  return {
    result: 'ok',
    words: `${base} serves a file of this installation, with its type and byte ranges. ${provesOnly}`,
  }
}
