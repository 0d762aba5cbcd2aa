import type { Ending } from './ending.ts'
import type { Problem } from './errors.ts'
import type { JsonRecord } from './json.ts'
import type { Scope } from './policy.ts'

/** After this many days without a visit of the person, Meta ends access to their data. */
export const dataAccessDays = 90

/**
 * How to connect, renew and revoke at an issuer (Meta, TikTok). One per issuer, shared by its
 * platforms.
 */
export type Issuer = {
  name: string
  label: string
  /** The platforms that a grant of this issuer can have channels on. */
  platforms: string[]
  scopes: Scope[]
  /** The consent page. `verifier` is stored with the state, for issuers that use PKCE. */
  consentUrl(request: {
    redirectUri: string
    state: string
    verifier: string
    again: boolean
  }): string
  /** Reads the callback's query: the code, or why there is none. */
  readCallback(query: Record<string, string>): { code: string } | { refused: string }
  /** Exchanges the code for long-lived tokens. Throws PlatformError. */
  exchange(request: {
    code: string
    redirectUri: string
    verifier: string
    signal: AbortSignal
  }): Promise<GrantTokens>
  /** The accounts that the grant can connect. `blocked` says why an account can't be chosen. */
  listAccounts(
    tokens: Pick<GrantTokens, 'accessToken' | 'scopes'>,
    signal: AbortSignal,
  ): Promise<AccountList>
  /**
   * Requests one account by its id, because an account that the list leaves out may still be
   * usable. Null if the issuer doesn't show it to this person (any more). Throws PlatformError if
   * there is no answer.
   */
  readAccount(
    tokens: Pick<GrantTokens, 'accessToken' | 'scopes'>,
    account: Pick<AccountOffer, 'platform' | 'accountId' | 'settings'>,
    signal: AbortSignal,
  ): Promise<AccountOffer | null>
  /**
   * Whether a refused call may mean that the account is lost, so that it is worth calling
   * `readAccount`.
   */
  doubtsAccess(problem: Problem): boolean
  /**
   * New tokens before the old ones expire. The old refresh token no longer works afterwards. Null
   * if this issuer has no tokens to renew.
   */
  renew(
    tokens: { accessToken: string; refreshToken: string | null },
    signal: AbortSignal,
  ): Promise<GrantTokens | null>
  /** Whether the grant is still valid, and until when. Read-only. */
  inspect(tokens: { accessToken: string; userId: string }, signal: AbortSignal): Promise<GrantState>
  /**
   * Ends the grant at the issuer. `unusable`: the issuer no longer accepts the token and offers no
   * other way, so nobody can use it. We don't know whether the app is still listed there for the
   * person.
   */
  revoke(
    tokens: { accessToken: string; userId: string },
    signal: AbortSignal,
  ): Promise<'revoked' | 'unusable'>
  /** Calls from the issuer, each at `/callbacks/<issuer><path>`. */
  callbacks: Callback[]
  /**
   * Files that prove to the issuer that a URL is ours. Served under the media URL and at the root.
   */
  siteFiles: { name: string; text: string }[]
  /**
   * What an unreviewed app can't do, for people who connect accounts. Null once the app is
   * reviewed.
   */
  appNote: { words: string; forOperator: string } | null
  /** What of it ends on a known day; see `endingsAhead`. */
  endings: Ending[]
  /** The URL of its API. `operate -- doctor` reads the clock there. */
  apiUrl: string
  /**
   * Whether the issuer accepts our app's id and secret, without using any account. Throws
   * PlatformError if it doesn't say.
   */
  checkApp(signal: AbortSignal): Promise<AppCheck>
}

/**
 * `words`: what the issuer refuses. `todo`: which setting to change, and where to find the right
 * value.
 */
export type AppCheck = { accepted: true } | { accepted: false; words: string; todo: string }

// promise: E5
/**
 * `read` returns null if the call isn't from the issuer or is too old. `nowMs`: epoch milliseconds.
 */
export type Callback = {
  path: string
  /** Its name in the issuer's developer settings. */
  use: string
  read(
    request: { body: Uint8Array; header(name: string): string | undefined },
    nowMs: number,
  ): CallbackNews | null
}

export type CallbackNews =
  /**
   * The authorization ended. `by`: ended by the person or the issuer, or a confirmation that we
   * revoked it.
   */
  | { about: 'grant'; by: 'them' | 'us'; issuerUserId: string; atMs: number; words: string }
  /** The person asks to delete everything from this issuer. The answer has a URL and a code. */
  | { about: 'erasure'; issuerUserId: string; atMs: number }
  /** Something happened to a publication: the target whose `handle` has this value. */
  | { about: 'publication'; handle: string; value: string }
  | { about: 'nothing' }

export type GrantTokens = {
  accessToken: string
  refreshToken: string | null
  /** Epoch milliseconds. Null if it doesn't expire. */
  expiresAtMs: number | null
  refreshExpiresAtMs: number | null
  /** Meta: when permissions that need repeated consent stop working. */
  dataAccessExpiresAtMs: number | null
  /** The granted scopes, not the requested ones. */
  scopes: string[]
  /** The app-scoped user id, or TikTok's open id. */
  userId: string
  /**
   * The name of the person who consented, for the list of grants. Empty if the issuer didn't send
   * it (after renewing): keep the old one.
   */
  userName: string
}

/** `isComplete` is false if some accounts couldn't be read, or there were too many. */
export type AccountList = { offers: AccountOffer[]; isComplete: boolean }

export type AccountOffer = {
  platform: string
  accountId: string
  name: string
  /** Without the @. Empty if it has none. */
  handle: string
  /** The account's own token if it has one (Page token). */
  accountToken: string | null
  settings: JsonRecord
  /**
   * A temporary URL of the profile picture at the platform. Null if there is none. Never stored or
   * sent to a browser.
   */
  avatarUrl: string | null
  /** A sentence why it can't be connected (a missing task or scope). Null if it can. */
  blocked: string | null
}

export type GrantState = {
  valid: boolean
  /** Null if the issuer doesn't say (TikTok): the scopes stored at consent apply. */
  scopes: string[] | null
  expiresAtMs: number | null
  dataAccessExpiresAtMs: number | null
  reason: string | null
}
