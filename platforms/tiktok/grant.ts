import { PlatformError } from '../errors.ts'
import type { AccountOffer, AppCheck, GrantState, GrantTokens, Issuer } from '../grant.ts'
import { tokensSchema, userSchema } from './answers.ts'
import { tiktokNoteOf } from './app-note.ts'
import {
  createTiktokClient,
  type TiktokClient,
  type TiktokSettings,
  unreadableAnswer,
  urlOrDefault,
} from './client.ts'
import { codes, findTiktokRow, oauthErrors } from './errors.ts'
import { needsPkce, pkceChallenge } from './pkce.ts'
import { tiktokScopes } from './scopes.ts'
import { readWebhook } from './webhooks/news.ts'

/**
 * Connecting, renewing and revoking at TikTok. Source: Login Kit for Web and Desktop, token
 * management v2.
 */
/**
 * The file that TikTok requests to verify a URL prefix. Its format is taken from public
 * repositories (platform notes 4.4): the token in the name, and one line of content.
 */
const verificationFile = (token: string) => ({
  name: `tiktok${token}.txt`,
  text: `tiktok-developers-site-verification=${token}`,
})

export const createTiktokIssuer = (
  settings: TiktokSettings,
  now: () => number = Date.now,
): Issuer => {
  const client = createTiktokClient(settings)
  const authUrl = urlOrDefault(settings.authUrl, 'https://www.tiktok.com')
  return {
    name: 'tiktok',
    label: 'TikTok',
    platforms: ['tiktok'],
    scopes: tiktokScopes,
    consentUrl: ({ redirectUri, state, verifier }) =>
      `${authUrl}/v2/auth/authorize/?${consentQuery(settings, redirectUri, state, verifier)}`,
    readCallback,
    exchange: async ({ code, redirectUri, verifier, signal }) => {
      const form: Record<string, string> = {
        grant_type: 'authorization_code',
        code,
        redirect_uri: redirectUri,
      }
      if (needsPkce(redirectUri)) form.code_verifier = verifier
      const tokens = await takeTokens(client, form, now, signal)
      return { ...tokens, userName: await findName(client, tokens, signal) }
    },
    listAccounts: async (tokens, signal) => ({
      offers: [await offerAccount(client, tokens, signal)],
      isComplete: true,
    }),
    readAccount: async (tokens, { accountId }, signal) => {
      const offer = await offerAccount(client, tokens, signal)
      return offer.accountId === accountId ? offer : null
    },
    // A grant covers one creator. If access is lost, TikTok refuses the token.
    doubtsAccess: () => false,
    renew: async ({ refreshToken }, signal) => {
      if (refreshToken === null) throw refused('invalid_grant')
      return await takeTokens(
        client,
        { grant_type: 'refresh_token', refresh_token: refreshToken },
        now,
        signal,
      )
    },
    inspect: (tokens, signal) => inspect(client, tokens, signal),
    revoke: ({ accessToken }, signal) => revoke(client, accessToken, signal),
    callbacks: [
      { path: '', use: 'Webhook', read: (request, nowMs) => readWebhook(settings, request, nowMs) },
    ],
    siteFiles: (settings.siteVerifications ?? []).map(verificationFile),
    appNote: tiktokNoteOf(settings),
    endings: [],
    apiUrl: urlOrDefault(settings.apiUrl, 'https://open.tiktokapis.com'),
    checkApp: (signal) => checkApp(client, signal),
  }
}

/**
 * `disable_auto_auth=1` always shows the consent page. Otherwise, a second account could never be
 * chosen.
 */
const consentQuery = (
  settings: TiktokSettings,
  redirectUri: string,
  state: string,
  verifier: string,
): string => {
  const query = new URLSearchParams({
    client_key: settings.clientKey,
    response_type: 'code',
    scope: tiktokScopes.map((scope) => scope.name).join(','),
    redirect_uri: redirectUri,
    state,
    disable_auto_auth: '1',
  })
  if (needsPkce(redirectUri)) {
    query.set('code_challenge', pkceChallenge(verifier))
    query.set('code_challenge_method', 'S256')
  }
  return query.toString()
}

/** The query parser has already decoded the code once. Its ending (`*v!5236.s1`) is part of it. */
const readCallback = (query: Record<string, string>): { code: string } | { refused: string } => {
  if (query.error) return { refused: refused(query.error).message }
  if (query.code) return { code: query.code }
  return { refused: 'TikTok sent neither a code nor a reason. Start again from Accounts.' }
}

const refused = (code: string): PlatformError => {
  const row = findTiktokRow(oauthErrors, code)
  const words =
    row?.words ??
    `TikTok did not connect the account (${code.replace(/[^a-z_]/g, '').slice(0, 60)}).`
  return new PlatformError({ kind: row?.kind ?? 'rejected', code, words })
}

/**
 * promise: U2: lifetimes are read from each response, never assumed. The refresh token may change
 * each time.
 */
const takeTokens = async (
  client: TiktokClient,
  form: Record<string, string>,
  now: () => number,
  signal: AbortSignal,
): Promise<GrantTokens> => {
  const askedAtMs = now()
  const answer = tokensSchema.safeParse(await client.askOauth('/v2/oauth/token/', form, signal))
  if (!answer.success) throw unreadableAnswer('read', null)
  const tokens = answer.data
  return {
    accessToken: tokens.access_token,
    refreshToken: tokens.refresh_token ?? form.refresh_token ?? null,
    expiresAtMs: askedAtMs + tokens.expires_in * 1000,
    refreshExpiresAtMs: tokens.refresh_expires_in
      ? askedAtMs + tokens.refresh_expires_in * 1000
      : null,
    dataAccessExpiresAtMs: null,
    scopes: (tokens.scope ?? '').split(',').filter(Boolean),
    userId: tokens.open_id,
    userName: '',
  }
}

/**
 * The name is only shown in lists, so if TikTok can't return it right now, the tokens are kept
 * anyway.
 */
const findName = async (
  client: TiktokClient,
  tokens: GrantTokens,
  signal: AbortSignal,
): Promise<string> => {
  try {
    return (await askUser(client, tokens.accessToken, ['display_name'], signal)).display_name ?? ''
  } catch (error) {
    if (error instanceof PlatformError) return ''
    throw error
  }
}

/**
 * TikTok returns an error if a field isn't covered by the granted scopes. Request only fields that
 * are.
 */
const askUser = async (
  client: TiktokClient,
  token: string,
  fields: string[],
  signal: AbortSignal,
) => {
  const path = `/v2/user/info/?fields=${fields.join(',')}`
  return (await client.ask({ path, token, body: null, schema: userSchema, stakes: 'read', signal }))
    .user
}

/** A TikTok grant covers exactly one creator. */
const offerAccount = async (
  client: TiktokClient,
  { accessToken, scopes: granted }: Pick<GrantTokens, 'accessToken' | 'scopes'>,
  signal: AbortSignal,
): Promise<AccountOffer> => {
  const fields = [
    'open_id',
    'display_name',
    'avatar_url_100',
    ...(granted.includes('user.info.profile') ? ['username'] : []),
  ]
  const user = await askUser(client, accessToken, fields, signal)
  if (!user.open_id) throw unreadableAnswer('read', null)
  const handle = user.username ?? ''
  return {
    platform: 'tiktok',
    accountId: user.open_id,
    name: user.display_name || handle,
    handle,
    accountToken: null,
    settings: { username: handle },
    avatarUrl: user.avatar_url_100 || null,
    blocked: granted.includes('video.publish')
      ? null
      : 'The permission to publish wasn’t granted. Connect again and leave it selected.',
  }
}

/**
 * TikTok has no call for a token's scopes or expiry. This only checks that the token works and
 * belongs to the same creator.
 */
const inspect = async (
  client: TiktokClient,
  { accessToken, userId }: { accessToken: string; userId: string },
  signal: AbortSignal,
): Promise<GrantState> => {
  const state = { scopes: null, expiresAtMs: null, dataAccessExpiresAtMs: null }
  try {
    const user = await askUser(client, accessToken, ['open_id'], signal)
    if (user.open_id === userId) return { ...state, valid: true, reason: null }
    return {
      ...state,
      valid: false,
      reason: 'TikTok says that this token belongs to another account.',
    }
  } catch (error) {
    if (error instanceof PlatformError && error.kind === 'reauthorize')
      return { ...state, valid: false, reason: error.message }
    throw error
  }
}

/**
 * Tries to renew a made-up refresh token. TikTok answers `invalid_grant` to a known app and
 * `invalid_client` if the key or secret is wrong (platform notes 2.4). App tokens are no
 * alternative: they are only for other TikTok products (2.2).
 */
const checkApp = async (client: TiktokClient, signal: AbortSignal): Promise<AppCheck> => {
  const form = { grant_type: 'refresh_token', refresh_token: 'rft.of-nobody' }
  try {
    await client.askOauth('/v2/oauth/token/', form, signal)
  } catch (error) {
    if (!(error instanceof PlatformError)) throw error
    if (error.problem.code === 'invalid_grant') return { accepted: true }
    if (error.problem.code !== 'invalid_client') throw error
    return {
      accepted: false,
      words: 'TikTok rejects the client key or the client secret of the app.',
      todo: 'Copy both from the page of the app, Credentials, into TIKTOK_CLIENT_KEY and TIKTOK_CLIENT_SECRET.',
    }
  }
  throw unreadableAnswer('read', null)
}

const refusedTokens = new Set<string>([codes.invalidToken, 'invalid_grant'])

/** promise: R2. TikTok revokes by access token, so the caller has to renew an expired one first. */
const revoke = async (
  client: TiktokClient,
  accessToken: string,
  signal: AbortSignal,
): Promise<'revoked' | 'unusable'> => {
  try {
    await client.askOauth('/v2/oauth/revoke/', { token: accessToken }, signal)
    return 'revoked'
  } catch (error) {
    if (error instanceof PlatformError && refusedTokens.has(error.problem.code)) return 'unusable'
    throw error
  }
}
