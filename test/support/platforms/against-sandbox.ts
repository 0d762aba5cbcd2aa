import { createPerson } from '../../../local/people/person.ts'
import type { Call, LedgerPost } from '../../../local/sandbox/ledger.ts'
import { type Sandbox, startSandbox } from '../../../local/sandbox/server.ts'
import type { Account } from '../../../platforms/account.ts'
import type { AccountOffer, GrantTokens, Issuer } from '../../../platforms/grant.ts'
import { createPlatforms } from '../../../platforms/index.ts'
import type { Platform } from '../../../platforms/platform.ts'
import { testApps, testConfig } from '../config.ts'
import { type MediaHost, startMediaHost } from '../servers/media-host.ts'

/** Our platform clients against the sandbox, connected only by HTTP. */
export type Rig = {
  sandbox: Sandbox
  host: MediaHost
  platform(name: string): Platform
  issuer(name: string): Issuer
  /** Our clock. It moves with the sandbox's, including when that is advanced. */
  now(): number
  advance(ms: number): Promise<void>
  control<T>(method: string, path: string, body?: unknown): Promise<T>
  set(settings: Record<string, unknown>): Promise<void>
  fault(rule: FaultWanted): Promise<void>
  calls(filter?: Record<string, string>): Promise<Call[]>
  posts(filter?: Record<string, string>): Promise<LedgerPost[]>
  /** Goes through the consent pages as a person. Returns the code, tokens and offered accounts. */
  connect(issuer: 'meta' | 'tiktok', choice?: Choice): Promise<Connection>
  /** Restores the initial accounts, posts, faults and settings. Removes all connections. */
  reset(): Promise<void>
  close(): Promise<void>
}

export type FaultWanted = {
  platform?: string
  endpoint: string
  when: 'before' | 'after' | 'late'
  kind: 'error' | 'html503' | 'reset' | 'timeout' | 'slow' | 'truncated' | 'rate_limited'
  code?: number | string
  subcode?: number
  delayMs?: number
  nth?: number
  times?: number
}

export type Choice = { person?: string; untick?: string[]; again?: boolean }
export type Connection = {
  tokens: GrantTokens
  offers: AccountOffer[]
  account(platform: string, name?: string): Account
}

/** Fast enough for tests, and still asynchronous: nothing is ready at once. */
const pace = {
  imageContainerMs: 1_000,
  videoContainerMs: 3_000,
  facebookProcessingMs: 2_000,
  facebookPublishingMs: 300,
  tiktokProcessingMs: 2_000,
  tiktokModerationMs: 3_000,
  requireAppSecretProof: true,
  // The default pace would transfer a file in a hundred chunks; a few are enough.
  videoChunkBytes: 40_000,
}

type RigOptions = {
  env?: NodeJS.ProcessEnv
  audited?: boolean
  start?: typeof startSandbox
  at?: number
}

export const startRig = async (options: RigOptions = {}): Promise<Rig> => {
  const host = await startMediaHost()
  const sandbox = await startTwins(host.url, options.audited ?? true, (given) =>
    (options.start ?? startSandbox)({ ...given, at: options.at }),
  )
  const startsAheadMs = (options.at ?? Date.now()) - Date.now()
  const clock = { offsetMs: startsAheadMs }
  const now = () => Date.now() + clock.offsetMs
  const config = testConfig({ ...addressesOf(sandbox.url), ...options.env })
  const registry = options.at === undefined ? createPlatforms(config) : createPlatforms(config, now)
  const control: Rig['control'] = (method, path, body) => askControl(sandbox, method, path, body)
  const get = <T>(path: string, filter: Record<string, string>) =>
    control<T>('GET', `${path}?${new URLSearchParams(filter)}`)
  const set = (settings: Record<string, unknown>) => control<void>('PATCH', '/settings', settings)
  await set(pace)
  const issuer = (name: string) => known(registry.issuers.get(name), name)
  return {
    sandbox,
    host,
    platform: (name) => known(registry.platforms.get(name), name),
    issuer,
    now,
    advance: async (advanceMs) => {
      clock.offsetMs += advanceMs
      await control('POST', '/clock', { advanceMs })
    },
    control,
    set,
    fault: (rule) => control('POST', '/faults', rule),
    calls: (filter = {}) => get('/ledger/calls', filter),
    posts: (filter = {}) => get('/ledger/posts', filter),
    connect: (name, choice = {}) => connect(sandbox, host, issuer(name), choice),
    reset: async () => {
      host.break(null)
      clock.offsetMs = startsAheadMs
      await control('POST', '/reset')
      await set(pace)
    },
    close: async () => {
      await sandbox.close()
      await host.close()
    },
  }
}

const startTwins = (
  hostUrl: string,
  audited: boolean,
  start: typeof startSandbox,
): Promise<Sandbox> =>
  start({
    port: 0,
    controlPort: 0,
    env: {
      ...testApps,
      META_REDIRECT_URIS: `${hostUrl}/callback`,
      TIKTOK_REDIRECT_URIS: `${hostUrl}/callback`,
      TIKTOK_APP_TYPE: 'desktop',
      TIKTOK_VERIFIED_PREFIXES: `${hostUrl}/media/`,
      TIKTOK_AUDITED: audited ? '1' : '0',
    },
  })

const addressesOf = (url: string): NodeJS.ProcessEnv => ({
  META_GRAPH_URL: `${url}/graph`,
  META_GRAPH_VIDEO_URL: `${url}/graph-video`,
  META_DIALOG_URL: `${url}/facebook`,
  META_RUPLOAD_URL: `${url}/rupload`,
  TIKTOK_AUTH_URL: `${url}/tiktok`,
  TIKTOK_API_URL: `${url}/tiktok-api`,
})

export const verifier = 'a-verifier-of-more-than-forty-three-characters-0123456789'

/** The query of the URL that the consent pages redirect to. */
export const consent = async (
  rig: Pick<Rig, 'sandbox' | 'host' | 'issuer'>,
  name: string,
  choice: Choice = {},
) => answerConsent(rig.sandbox, rig.host, rig.issuer(name), choice)

const answerConsent = async (
  sandbox: Sandbox,
  host: MediaHost,
  issuer: Issuer,
  { person, untick = [], again = false }: Choice,
): Promise<Record<string, string>> => {
  const redirectUri = `${host.url}/callback`
  const accounts = await createPerson(sandbox.url).open(
    issuer.consentUrl({ redirectUri, state: 'state-1', verifier, again }),
  )
  const form = await accounts.press(
    person ?? (issuer.name === 'meta' ? 'Ada Northside' : 'northside.records'),
  )
  const field = issuer.name === 'meta' ? 'grant' : 'scope'
  const offered = [...form.document.querySelectorAll(`input[name=${field}]`)]
  const ticked = offered
    .map((box) => box.getAttribute('value') ?? '')
    .filter((value) => !untick.includes(value))
  const back = await form.press('Continue', { [field]: ticked })
  return Object.fromEntries(new URL(back.url).searchParams)
}

const connect = async (
  sandbox: Sandbox,
  host: MediaHost,
  issuer: Issuer,
  choice: Choice,
): Promise<Connection> => {
  const query = await answerConsent(sandbox, host, issuer, choice)
  const answer = issuer.readCallback(query)
  if (!('code' in answer)) throw new Error(answer.refused)
  const { signal } = new AbortController()
  const tokens = await issuer.exchange({
    code: answer.code,
    redirectUri: `${host.url}/callback`,
    verifier,
    signal,
  })
  const { offers } = await issuer.listAccounts(tokens, signal)
  return {
    tokens,
    offers,
    account: (platform, name) => accountIn({ tokens, offers }, platform, name),
  }
}

export const accountIn = (
  { tokens, offers }: Pick<Connection, 'tokens' | 'offers'>,
  platform: string,
  name = 'Northside Records',
): Account => {
  const offer = known(
    offers.find((candidate) => candidate.platform === platform && candidate.name === name),
    `${platform} ${name}`,
  )
  return {
    id: offer.accountId,
    settings: offer.settings,
    grantToken: tokens.accessToken,
    accountToken: offer.accountToken,
  }
}

const known = <T>(found: T | undefined, name: string): T => {
  if (found === undefined) throw new Error(`there is no ${name}`)
  return found
}

const askControl = async <T>(
  sandbox: Sandbox,
  method: string,
  path: string,
  body?: unknown,
): Promise<T> => {
  const init =
    body === undefined
      ? {}
      : { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } }
  const response = await fetch(sandbox.controlUrl + path, { method, ...init })
  if (!response.ok)
    throw new Error(`${method} ${path}: ${response.status} ${await response.text()}`)
  return (await response.json()) as T
}
