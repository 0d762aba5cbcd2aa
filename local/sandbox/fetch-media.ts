import { lookup } from 'node:dns/promises'
import { open, rm } from 'node:fs/promises'
import { BlockList, isIP } from 'node:net'
import type { MediaStore, StoredMedia } from './media-store.ts'
import { newUploadPath } from './request-body.ts'
import { mayFetch } from './robots.ts'
import type { CoreSettings } from './settings.ts'

export type FetchFailure = {
  ok: false
  reason: 'bad_url' | 'private_host' | 'robots' | 'unreachable' | 'timeout' | 'redirect' | 'status' | 'html' | 'too_large'
  status: number | null
  detail: string
}

export type FetchOutcome = { ok: true; media: StoredMedia; servedAs: string } | FetchFailure

export type FetchOptions = { userAgent: string; maxBytes: number; timeoutMs?: number; robots?: boolean }

/**
 * Loads a file the way the platforms do: public http(s) address, no cookies, no login, no redirect, robots.txt honoured when asked.
 * What arrives is stored and judged by its bytes. Never throws for what the other side does.
 */
export type FetchMedia = (url: string, options: FetchOptions) => Promise<FetchOutcome>

export function createFetchMedia(dir: string, store: MediaStore, settings: CoreSettings): FetchMedia {
  return async (text, options) => {
    const url = readMediaUrl(text)
    if (!url) return failure('bad_url', `Not a plain http(s) address in ASCII: ${text.slice(0, 200)}`)
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
      return failure('unreachable', error instanceof Error ? String(error.cause ?? error.message) : String(error))
    }
  }
}

/** US-ASCII, http or https, no credentials in it. */
export function readMediaUrl(text: string): URL | null {
  if (!/^https?:\/\/[\x21-\x7e]+$/i.test(text) || !URL.canParse(text)) return null
  const url = new URL(text)
  return url.username || url.password ? null : url
}

type Reception = { dir: string; store: MediaStore; maxBytes: number }

async function receive(response: Response, { dir, store, maxBytes }: Reception): Promise<FetchOutcome> {
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
  return media.facts.kind === 'html' ? failure('html', 'The answer is an HTML page.') : { ok: true, media, servedAs }
}

function refusal(response: Response, servedAs: string, maxBytes: number): FetchFailure | null {
  if (response.status >= 300 && response.status < 400) return failure('redirect', 'Redirects are not followed.', response.status)
  if (response.status !== 200) return failure('status', `The server answered ${response.status}.`, response.status)
  if (servedAs.startsWith('text/html')) return failure('html', 'The answer is an HTML page.')
  if (Number(response.headers.get('content-length') ?? 0) > maxBytes) return failure('too_large', `More than ${maxBytes} bytes.`)
  return null
}

/** Gives the size, or null when it was more than allowed (nothing is left behind). */
async function save(body: AsyncIterable<Uint8Array>, path: string, maxBytes: number): Promise<number | null> {
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

/** Addresses that no platform can reach: loopback, private, link-local. */
export async function isPrivateHost(hostname: string): Promise<boolean> {
  const bare = hostname.replace(/^\[|\]$/g, '')
  const addresses = isIP(bare)
    ? [bare]
    : await lookup(bare, { all: true }).then(
        (found) => found.map(({ address }) => address),
        () => [],
      )
  return addresses.some((address) => privateAddresses.check(address, isIP(address) === 6 ? 'ipv6' : 'ipv4'))
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

const failure = (reason: FetchFailure['reason'], detail: string, status: number | null = null): FetchFailure => ({
  ok: false,
  reason,
  status,
  detail,
})
