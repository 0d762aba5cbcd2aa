import { lookup } from 'node:dns/promises'
import { isOwnHost } from '../../../config/operator.ts'
import { isLoopback } from '../../../config/values.ts'
import { linkForTrial, removeTrialLink } from '../../../db/posts/media-links.ts'
import { PlatformError } from '../../../platforms/errors.ts'
import { call, type HttpAnswer, type HttpRequest } from '../../../platforms/http.ts'
import { emptyCall } from '../../../web/channels/callback-routes.ts'
import { listPlatformAddresses, type PlatformAddress } from '../../../web/channels/platform-addresses.ts'
import type { DoctorDeps } from './deps.ts'
import type { DoctorCheck, Finding } from './finding.ts'

const timeoutMs = 15_000

/**
 * Checks of the public URLs of this installation. It calls them itself, through any proxy in front
 * of it.
 */
export const checksOfAddresses = (deps: DoctorDeps): DoctorCheck[] => [
  { name: 'Public address', run: (report, signal) => checkPublicAddress(deps, report, signal) },
  {
    name: 'Addresses at the platforms',
    run: async (report, signal) => {
      const addresses = await listPlatformAddresses(deps)
      await Promise.all(addresses.map(async (address) => report(await checkAddress(deps, address, signal))))
    },
  },
  { name: 'Media address', run: async (report, signal) => report(await checkMedia(deps, signal)) },
]

type Spoken = { answer: HttpAnswer } | { finding: Pick<Finding, 'result' | 'words' | 'todo'> }

const ask = async (request: Omit<HttpRequest, 'timeoutMs'>): Promise<Spoken> => {
  try {
    return { answer: await call({ ...request, timeoutMs, maxBytes: 1_000_000 }) }
  } catch (error) {
    if (!(error instanceof PlatformError)) throw error
    return { finding: { result: 'problem', ...explain(error.problem.code, request.url) } }
  }
}

const explain = (code: string, url: string): Pick<Finding, 'words' | 'todo'> => {
  const { host, protocol } = new URL(url)
  if (code === 'ENOTFOUND' || code === 'EAI_AGAIN')
    return { words: `${host} was not found in DNS (${code}).`, todo: 'Add a DNS record for it.' }
  if (/CERT|SELF_SIGNED|ERR_TLS|UNABLE_TO_VERIFY/.test(code))
    return {
      words: `The certificate of ${host} is not valid (${code}). Platforms reject it.`,
      todo: 'Renew it, or have the reverse proxy get one.',
    }
  const port = new URL(url).port || (protocol === 'https:' ? '443' : '80')
  return {
    words: `Nothing answers at ${host} on port ${port} (${code}).`,
    todo: 'Check that the server and the reverse proxy run, and that the firewall lets this machine through.',
  }
}

/**
 * Not every network lets a machine reach itself by its public name. If it does, that doesn't prove
 * that others can reach it.
 */
const provesOnly = "It can be reached from this machine; this doesn't prove that others can reach it."

const checkPublicAddress = async (
  { config: { publicUrl } }: DoctorDeps,
  report: (finding: Finding) => void,
  signal: AbortSignal,
): Promise<void> => {
  const check = 'Public address'
  const { hostname, protocol } = new URL(publicUrl)
  if (protocol !== 'https:' || isLoopback(publicUrl))
    report({
      check,
      result: 'warning',
      words: `${publicUrl} can only be opened on this machine or without encryption. Platforms only call public HTTPS addresses.`,
      todo: 'Set PUBLIC_URL before you connect real accounts.',
    })
  else await checkName(check, hostname, report)
  const said = await ask({ method: 'GET', url: `${publicUrl}/health/live`, signal })
  if ('finding' in said) return report({ check, ...said.finding })
  const { status, text } = said.answer
  const isOurs = status === 200 && isJson(text, { live: true })
  report(
    isOurs
      ? { check, result: 'ok', words: `CrateSocial answers at ${publicUrl}. ${provesOnly}` }
      : {
          check,
          result: 'problem',
          words: `${publicUrl} is answered by something else (${status}).`,
          todo: 'Point the DNS record and the reverse proxy at this installation.',
        },
  )
}

const checkName = async (check: string, hostname: string, report: (finding: Finding) => void): Promise<void> => {
  // If the name can't be resolved, the request after this reports it.
  const found = await lookup(hostname.replace(/^\[|\]$/g, ''), { all: true }).catch(() => [])
  const own = found.map(({ address }) => address).filter(isOwnHost)
  if (own.length > 0)
    report({
      check,
      result: 'warning',
      words: `On this machine, ${hostname} resolves to ${own[0]}, an address of a private network.`,
      todo: 'Check that its public DNS record has a public address.',
    })
}

const checkAddress = async (deps: DoctorDeps, address: PlatformAddress, signal: AbortSignal): Promise<Finding> => {
  const check = `${address.issuer} ${lowerFirst(address.use)}`
  if (address.use === 'OAuth redirect') return { check, ...judgeRedirect(address) }
  if (address.usedAt === undefined) return { check, ...(await trySiteFile(deps, address, signal)) }
  return { check, ...(await tryCallback(address, signal)) }
}

/** Doesn't change acronyms such as OAuth. */
const lowerFirst = (use: string): string => (/^[A-Z][a-z]/.test(use) ? use.charAt(0).toLowerCase() + use.slice(1) : use)

type Judged = Pick<Finding, 'result' | 'words' | 'todo'>

/** Only a consent shows whether the URL is registered, because no API lists the registered URLs. */
const judgeRedirect = ({ issuer, url, usedAt }: PlatformAddress): Judged =>
  usedAt
    ? {
        result: 'ok',
        words:
          `${issuer} accepted the address when an account was last connected, on ${day(usedAt)}. ` +
          `Keep exactly ${url} registered, also when PUBLIC_URL changes.`,
      }
    : {
        result: 'warning',
        words: `Nobody has connected an account yet, and only that shows whether ${issuer} accepts the address.`,
        todo: `Register exactly ${url}.`,
      }

const tryCallback = async ({ issuer, url, usedAt }: PlatformAddress, signal: AbortSignal): Promise<Judged> => {
  const said = await ask({ method: 'POST', url, body: '', signal })
  if ('finding' in said) return said.finding
  const { status, text } = said.answer
  if (status !== 400 || !isJson(text, { error: emptyCall }))
    return {
      result: 'problem',
      words: `${url} is not answered by this installation (${status}).`,
      todo: 'Make the reverse proxy pass POST requests to /callbacks/ to the server, without its own sign-in.',
    }
  const called = usedAt ? `${issuer} last called it on ${day(usedAt)}.` : `${issuer} has not called it yet. ${provesOnly}`
  return { result: 'ok', words: `${url} answers. ${called}` }
}

const trySiteFile = async ({ platforms }: DoctorDeps, { url }: PlatformAddress, signal: AbortSignal): Promise<Judged> => {
  const files = [...platforms.issuers.values()].flatMap(({ siteFiles }) => siteFiles)
  const wanted = files.find(({ name }) => url.endsWith(`/${name}`))?.text
  const said = await ask({ method: 'GET', url, signal })
  if ('finding' in said) return said.finding
  const { status, text } = said.answer
  if (status === 200 && text === wanted) return { result: 'ok', words: `${url} answers.` }
  return {
    result: 'problem',
    words: `${url} doesn't return the file (${status}).`,
    todo: "Make MEDIA_PUBLIC_URL lead to this installation's server.",
  }
}

/**
 * Requests the first byte of the newest file, as a platform would, with a link made for this check.
 */
const checkMedia = async ({ sql, config }: DoctorDeps, signal: AbortSignal): Promise<Finding> => {
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
    const said = await ask({ method: 'GET', url: `${base}/${link.name}`, headers: { range: 'bytes=0-0' }, signal })
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
): Judged => {
  const problem = (words: string, todo: string): Judged => ({ result: 'problem', words, todo })
  if (status === 404 || status === 410 || status >= 300)
    return problem(
      `A file of this installation cannot be fetched at ${base} (${status}).`,
      "Make MEDIA_PUBLIC_URL lead to this installation's server, without its own sign-in.",
    )
  const type = headers.get('content-type') ?? 'none'
  if (type !== contentType)
    return problem(`A file of type ${contentType} arrives as ${type}.`, 'Make the reverse proxy keep the content type.')
  if (status !== 206 || headers.get('content-range') !== `bytes 0-0/${sizeBytes}`)
    return problem(
      "A byte range of a file can't be fetched: the answer is the whole file or another range.",
      'Make the reverse proxy pass on the Range header.',
    )
  if (!base.startsWith('https:') || isLoopback(base))
    return {
      result: 'warning',
      words: `${base} serves files with the right type and byte ranges, but platforms only fetch from public HTTPS addresses.`,
      todo: 'Set PUBLIC_URL, or MEDIA_PUBLIC_URL, before you connect real accounts.',
    }
  return { result: 'ok', words: `${base} serves a file of this installation, with its type and byte ranges. ${provesOnly}` }
}

const day = (date: Date): string => date.toISOString().slice(0, 10)

const isJson = (text: string, wanted: Record<string, unknown>): boolean => {
  try {
    const found: unknown = JSON.parse(text)
    return Object.entries(wanted).every(([name, value]) => (found as Record<string, unknown> | null)?.[name] === value)
  } catch {
    return false // a page of another server
  }
}
