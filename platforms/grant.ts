import type { JsonRecord } from './platform.ts'

/** What an issuer (Meta, TikTok) demands for connecting, renewing and revoking. One per issuer, used by all its platforms. */
export type Issuer = {
  name: string
  label: string
  /** Platforms a grant of this issuer can hold channels of. */
  platforms: string[]
  scopes: { name: string; needed: boolean; purpose: string }[]
  /** Where the browser goes to consent. `verifier`: kept beside the state for issuers that want PKCE. */
  consentUrl(request: { redirectUri: string; state: string; verifier: string; again: boolean }): string
  /** Query of the callback → the code, or why there is none. */
  readCallback(query: Record<string, string>): { code: string } | { refused: string }
  /** Code → tokens that last. Throws PlatformError. */
  exchange(request: { code: string; redirectUri: string; verifier: string; signal: AbortSignal }): Promise<GrantTokens>
  /** What can be connected under the grant; `blocked` says why one cannot be chosen. */
  listAccounts(tokens: Pick<GrantTokens, 'accessToken' | 'scopes'>, signal: AbortSignal): Promise<AccountOffer[]>
  /** New tokens before the old ones end; null where the issuer has nothing to renew. The old refresh token is dead afterwards. */
  renew(tokens: { accessToken: string; refreshToken: string | null }, signal: AbortSignal): Promise<GrantTokens | null>
  /** Is the grant still good, and until when? Read-only. */
  inspect(tokens: { accessToken: string; userId: string }, signal: AbortSignal): Promise<GrantState>
  /** Ends the grant at the issuer. Ending one that is already ended is a success. */
  revoke(tokens: { accessToken: string; userId: string }, signal: AbortSignal): Promise<void>
  /** What the issuer calls by itself, each at `/callbacks/<issuer><path>`. */
  callbacks: Callback[]
}

// promise: E5
/** `read` answers null when the call is not the issuer's, or too old to be believed. `nowMs`: epoch milliseconds. */
export type Callback = {
  path: string
  read(request: { body: Uint8Array; header(name: string): string | undefined }, nowMs: number): CallbackNews | null
}

export type CallbackNews =
  /** The person took the authorization away at the issuer. */
  | { about: 'grant'; issuerUserId: string; atMs: number; words: string }
  /** The person asks that everything from the issuer is erased; the answer holds an address and a code. */
  | { about: 'erasure'; issuerUserId: string; atMs: number }
  /** Something happened to a publication: `handle` of the target has this value. */
  | { about: 'publication'; handle: string; value: string }
  | { about: 'nothing' }

export type GrantTokens = {
  accessToken: string
  refreshToken: string | null
  /** Epoch milliseconds; null when it has no end. */
  expiresAtMs: number | null
  refreshExpiresAtMs: number | null
  /** Meta: when permissions outside the lasting ones stop working. */
  dataAccessExpiresAtMs: number | null
  /** Granted scopes, not the asked ones. */
  scopes: string[]
  /** App-scoped user id, or TikTok's open id. */
  userId: string
  /** Name of the person who consented, for the list of grants; empty when the issuer did not say (after renewing): keep the old one. */
  userName: string
}

export type AccountOffer = {
  platform: string
  accountId: string
  name: string
  /** `@handle` without the sign; empty when it has none. */
  handle: string
  /** The account's own token, where it has one (Page token). */
  accountToken: string | null
  settings: JsonRecord
  /** Sentence why it cannot be connected (a task or scope is missing); null when it can. */
  blocked: string | null
}

export type GrantState = {
  valid: boolean
  /** Null where the issuer does not say (TikTok): the ones stored at consent hold. */
  scopes: string[] | null
  expiresAtMs: number | null
  dataAccessExpiresAtMs: number | null
  reason: string | null
}
