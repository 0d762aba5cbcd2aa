import { lookup } from 'node:dns/promises'
import { open, rm } from 'node:fs/promises'
import { BlockList, isIP } from 'node:net'
import type { MediaStore, StoredMedia } from './media-store.ts'
import { newUploadPath } from './request-body.ts'
import { mayFetch } from './robots.ts'
import type { CoreSettings } from './settings.ts'

type FetchFailure = {
  ok: false
  reason:
    | 'bad_url'
    | 'private_host'
    | 'robots'
    | 'unreachable'
    | 'timeout'
    | 'redirect'
    | 'status'
    | 'html'
    | 'too_large'
  status: number | null
  detail: string
}

type FetchOutcome = { ok: true; media: StoredMedia; servedAs: string } | FetchFailure

type FetchOptions = { userAgent: string; maxBytes: number; timeoutMs?: number; robots?: boolean }

/**
 * Downloads a file as the platforms do: from a public http(s) URL, without cookies, login or
 * redirects, and respecting robots.txt if `robots` is set. Stores the file and detects its type
 * from its bytes. Never throws for anything the server does.
 */
export type FetchMedia = (url: string, options: FetchOptions) => Promise<FetchOutcome>

export function createFetchMedia(
  dir: string,
  store: MediaStore,
  settings: CoreSettings,
): FetchMedia {
  return async (text, options) => {
    const url = readMediaUrl(text)
    if (!url)
      return failure('bad_url', `Not a plain http(s) address in ASCII: ${text.slice(0, 200)}`)
    if (!settings.allowPrivateHosts && (await isPrivateHost(url.hostname)))
      return failure('private_host', `${url.hostname} is not public.`)
    const signal = AbortSignal.timeout(options.timeoutMs ?? settings.fetchTimeoutMs)
    try {
      if (options.robots && !(await mayFetch(url, options.userAgent, signal)))
        return failure('robots', 'Restricted by robots.txt')
      const response = await fetch(url, {
        redirect: 'manual',
        signal,
        headers: { 'user-agent': options.userAgent, accept: '*/*' },
      })
      return await receive(response, { dir, store, maxBytes: options.maxBytes })
    } catch (error) {
      if (signal.aborted) return failure('timeout', 'The download took too long.')
      return failure(
        'unreachable',
        error instanceof Error ? String(error.cause ?? error.message) : String(error),
      )
    }
  }
}

/** Null unless it is an ASCII http or https URL without credentials. */
export function readMediaUrl(text: string): URL | null {
  if (!/^https?:\/\/[\x21-\x7e]+$/i.test(text) || !URL.canParse(text)) return null
  const url = new URL(text)
  return url.username || url.password ? null : url
}

type Reception = { dir: string; store: MediaStore; maxBytes: number }

async function receive(
  response: Response,
  { dir, store, maxBytes }: Reception,
): Promise<FetchOutcome> {
  const servedAs = response.headers.get('content-type') ?? ''
  const refused = refusal(response, servedAs, maxBytes)
  if (refused || !response.body) {
    await response.body?.cancel()
    return refused ?? failure('status', 'The answer has no body.', response.status)
  }
  const path = await newUploadPath(dir)
  const sizeBytes = await save(response.body, path, maxBytes)
  if (sizeBytes === null) return failure('too_large', `More than ${maxBytes} bytes.`)
  const media = await store.keep(path)
  return media.facts.kind === 'html'
    ? failure('html', 'The answer is an HTML page.')
    : { ok: true, media, servedAs }
}

function refusal(response: Response, servedAs: string, maxBytes: number): FetchFailure | null {
  if (response.status >= 300 && response.status < 400)
    return failure('redirect', 'Redirects are not followed.', response.status)
  if (response.status !== 200)
    return failure('status', `The server answered ${response.status}.`, response.status)
  if (servedAs.startsWith('text/html')) return failure('html', 'The answer is an HTML page.')
  if (Number(response.headers.get('content-length') ?? 0) > maxBytes)
    return failure('too_large', `More than ${maxBytes} bytes.`)
  return null
}

/** Returns the size in bytes. Null if it is over the limit; then the file is deleted. */
async function save(
  body: AsyncIterable<Uint8Array>,
  path: string,
  maxBytes: number,
): Promise<number | null> {
  const file = await open(path, 'w')
  let sizeBytes = 0
  let finished = false
  try {
    for await (const chunk of body) {
      sizeBytes += chunk.length
      if (sizeBytes > maxBytes) return null
      await file.write(chunk)
    }
    finished = true
    return sizeBytes
  } finally {
    await file.close()
    if (!finished) await rm(path, { force: true })
  }
}

/** True for addresses that platforms can't reach: loopback, private and link-local. */
export async function isPrivateHost(hostname: string): Promise<boolean> {
  const bare = hostname.replace(/^\[|\]$/g, '')
  const addresses = isIP(bare)
    ? [bare]
    : await lookup(bare, { all: true }).then(
        (found) => found.map(({ address }) => address),
        () => [],
      )
  return addresses.some((address) =>
    privateAddresses.check(address, isIP(address) === 6 ? 'ipv6' : 'ipv4'),
  )
}

const privateAddresses = new BlockList()
for (const [network, bits] of [
  ['0.0.0.0', 8],
  ['10.0.0.0', 8],
  ['127.0.0.0', 8],
  ['169.254.0.0', 16],
  ['172.16.0.0', 12],
  ['192.168.0.0', 16],
  ['100.64.0.0', 10],
] as const) {
  privateAddresses.addSubnet(network, bits, 'ipv4')
}
for (const [network, bits] of [
  ['::1', 128],
  ['fc00::', 7],
  ['fe80::', 10],
] as const)
  privateAddresses.addSubnet(network, bits, 'ipv6')

const failure = (
  reason: FetchFailure['reason'],
  detail: string,
  status: number | null = null,
): FetchFailure => ({
  ok: false,
  reason,
  status,
  detail,
})
