import { lookup } from 'node:dns/promises'
import { isOwnHost } from '../../../config/operator.ts'
import { isLoopback } from '../../../config/values.ts'
import { emptyCall } from '../../../web/channels/callback-routes.ts'
import {
  listPlatformAddresses,
  type PlatformAddress,
} from '../../../web/channels/platform-addresses.ts'
import { type AddressVerdict, askAddress, provesOnly } from './asking.ts'
import type { DoctorDeps } from './deps.ts'
import type { DoctorCheck, Finding } from './finding.ts'
import { checkMedia } from './media-address.ts'

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
      await Promise.all(
        addresses.map(async (address) => report(await checkAddress(deps, address, signal))),
      )
    },
  },
  { name: 'Media address', run: async (report, signal) => report(await checkMedia(deps, signal)) },
]

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
  const said = await askAddress({ method: 'GET', url: `${publicUrl}/health/live`, signal })
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

const checkName = async (
  check: string,
  hostname: string,
  report: (finding: Finding) => void,
): Promise<void> => {
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

const checkAddress = async (
  deps: DoctorDeps,
  address: PlatformAddress,
  signal: AbortSignal,
): Promise<Finding> => {
  const check = `${address.issuer} ${lowerFirst(address.use)}`
  if (address.use === 'OAuth redirect') return { check, ...judgeRedirect(address) }
  if (address.usedAt === undefined) return { check, ...(await trySiteFile(deps, address, signal)) }
  return { check, ...(await tryCallback(address, signal)) }
}

/** Doesn't change acronyms such as OAuth. */
const lowerFirst = (use: string): string =>
  /^[A-Z][a-z]/.test(use) ? use.charAt(0).toLowerCase() + use.slice(1) : use

/** Only a consent shows whether the URL is registered, because no API lists the registered URLs. */
const judgeRedirect = ({ issuer, url, usedAt }: PlatformAddress): AddressVerdict =>
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

const tryCallback = async (
  { issuer, url, usedAt }: PlatformAddress,
  signal: AbortSignal,
): Promise<AddressVerdict> => {
  const said = await askAddress({ method: 'POST', url, body: '', signal })
  if ('finding' in said) return said.finding
  const { status, text } = said.answer
  if (status !== 400 || !isJson(text, { error: emptyCall }))
    return {
      result: 'problem',
      words: `${url} is not answered by this installation (${status}).`,
      todo: 'Make the reverse proxy pass POST requests to /callbacks/ to the server, without its own sign-in.',
    }
  const called = usedAt
    ? `${issuer} last called it on ${day(usedAt)}.`
    : `${issuer} has not called it yet. ${provesOnly}`
  return { result: 'ok', words: `${url} answers. ${called}` }
}

const trySiteFile = async (
  { platforms }: DoctorDeps,
  { url }: PlatformAddress,
  signal: AbortSignal,
): Promise<AddressVerdict> => {
  const files = [...platforms.issuers.values()].flatMap(({ siteFiles }) => siteFiles)
  const wanted = files.find(({ name }) => url.endsWith(`/${name}`))?.text
  const said = await askAddress({ method: 'GET', url, signal })
  if ('finding' in said) return said.finding
  const { status, text } = said.answer
  if (status === 200 && text === wanted) return { result: 'ok', words: `${url} answers.` }
  return {
    result: 'problem',
    words: `${url} doesn’t return the file (${status}).`,
    todo: 'Make MEDIA_PUBLIC_URL lead to this installation’s server.',
  }
}

const day = (date: Date): string => date.toISOString().slice(0, 10)

const isJson = (text: string, wanted: Record<string, unknown>): boolean => {
  try {
    const found: unknown = JSON.parse(text)
    return Object.entries(wanted).every(
      ([name, value]) => (found as Record<string, unknown> | null)?.[name] === value,
    )
  } catch {
    return false // a page of another server
  }
}
