import { PlatformError } from '../errors.ts'
import type { AccountOffer, GrantState, GrantTokens, Issuer } from '../grant.ts'
import { tokensSchema, userSchema } from './answers.ts'
import { baseUrl, createTiktokClient, type TiktokClient, type TiktokSettings, unreadable } from './client.ts'
import { findRow, oauthErrors } from './errors.ts'
import { needsPkce, pkceChallenge } from './pkce.ts'
import { readWebhook } from './webhook-news.ts'

const scopes: Issuer['scopes'] = [
  { name: 'user.info.basic', needed: true, purpose: 'Name of the account' },
  { name: 'video.publish', needed: true, purpose: 'Publish posts, ask what the account may post, follow what becomes of a post' },
  { name: 'user.info.profile', needed: false, purpose: 'Handle of the account, for links to its posts' },
  { name: 'user.info.stats', needed: false, purpose: 'Follower count over time' },
  { name: 'video.list', needed: false, purpose: 'Numbers of published posts, and proof that a post is out' },
]

/** Connecting, renewing and revoking at TikTok. Source: Login Kit for Web and Desktop, token management v2. */
export const createTiktokIssuer = (settings: TiktokSettings, now: () => number = Date.now): Issuer => {
  const client = createTiktokClient(settings)
  const authUrl = baseUrl(settings.authUrl, 'https://www.tiktok.com')
  return {
    name: 'tiktok',
    label: 'TikTok',
    platforms: ['tiktok'],
    scopes,
    consentUrl: ({ redirectUri, state, verifier }) =>
      `${authUrl}/v2/auth/authorize/?${consentQuery(settings, redirectUri, state, verifier)}`,
    readCallback,
    exchange: async ({ code, redirectUri, verifier, signal }) => {
      const form: Record<string, string> = { grant_type: 'authorization_code', code, redirect_uri: redirectUri }
      if (needsPkce(redirectUri)) form.code_verifier = verifier
      const tokens = await takeTokens(client, form, now, signal)
      return { ...tokens, userName: await findName(client, tokens, signal) }
    },
    listAccounts: async (tokens, signal) => [await offerAccount(client, tokens, signal)],
    renew: async ({ refreshToken }, signal) => {
      if (refreshToken === null) throw refused('invalid_grant')
      return await takeTokens(client, { grant_type: 'refresh_token', refresh_token: refreshToken }, now, signal)
    },
    inspect: (tokens, signal) => inspect(client, tokens, signal),
    revoke: ({ accessToken }, signal) => revoke(client, accessToken, signal),
    callbacks: [{ path: '', read: (request, nowMs) => readWebhook(settings, request, nowMs) }],
  }
}

/** `disable_auto_auth=1` always shows the page: else a second account could never be chosen. */
const consentQuery = (settings: TiktokSettings, redirectUri: string, state: string, verifier: string): string => {
  const query = new URLSearchParams({
    client_key: settings.clientKey,
    response_type: 'code',
    scope: scopes.map((scope) => scope.name).join(','),
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

/** The code arrives decoded once by the query parser; its tail (`*v!5236.s1`) belongs to it. */
const readCallback = (query: Record<string, string>): { code: string } | { refused: string } => {
  if (query.error) return { refused: refused(query.error).message }
  if (query.code) return { code: query.code }
  return { refused: 'TikTok sent neither a code nor a reason. Begin again from the connected accounts.' }
}

const refused = (code: string): PlatformError => {
  const row = findRow(oauthErrors, code)
  const words = row?.words ?? `TikTok did not connect the account (${code.replace(/[^a-z_]/g, '').slice(0, 60)}).`
  return new PlatformError({ kind: row?.kind ?? 'rejected', code, words })
}

/** promise: U2: lifetimes are read from each answer, never assumed; the refresh token may change every time. */
const takeTokens = async (
  client: TiktokClient,
  form: Record<string, string>,
  now: () => number,
  signal: AbortSignal,
): Promise<GrantTokens> => {
  const askedAtMs = now()
  const answer = tokensSchema.safeParse(await client.askOauth('/v2/oauth/token/', form, signal))
  if (!answer.success) throw unreadable('read', null)
  const tokens = answer.data
  return {
    accessToken: tokens.access_token,
    refreshToken: tokens.refresh_token ?? form.refresh_token ?? null,
    expiresAtMs: askedAtMs + tokens.expires_in * 1000,
    refreshExpiresAtMs: tokens.refresh_expires_in ? askedAtMs + tokens.refresh_expires_in * 1000 : null,
    dataAccessExpiresAtMs: null,
    scopes: (tokens.scope ?? '').split(',').filter(Boolean),
    userId: tokens.open_id,
    userName: '',
  }
}

/** The name serves lists only: tokens that were granted are not thrown away because TikTok does not tell it at the moment. */
const findName = async (client: TiktokClient, tokens: GrantTokens, signal: AbortSignal): Promise<string> => {
  try {
    return (await askUser(client, tokens.accessToken, ['display_name'], signal)).display_name ?? ''
  } catch (error) {
    if (error instanceof PlatformError) return ''
    throw error
  }
}

/** A field outside the granted scopes is an error at TikTok, not an omission: only what the scopes cover may be asked. */
const askUser = async (client: TiktokClient, token: string, fields: string[], signal: AbortSignal) => {
  const path = `/v2/user/info/?fields=${fields.join(',')}`
  return (await client.ask({ path, token, body: null, schema: userSchema, stakes: 'read', signal })).user
}

/** A TikTok grant holds exactly one creator. */
const offerAccount = async (
  client: TiktokClient,
  { accessToken, scopes: granted }: Pick<GrantTokens, 'accessToken' | 'scopes'>,
  signal: AbortSignal,
): Promise<AccountOffer> => {
  const fields = ['open_id', 'display_name', ...(granted.includes('user.info.profile') ? ['username'] : [])]
  const user = await askUser(client, accessToken, fields, signal)
  if (!user.open_id) throw unreadable('read', null)
  const handle = user.username ?? ''
  return {
    platform: 'tiktok',
    accountId: user.open_id,
    name: user.display_name || handle,
    handle,
    accountToken: null,
    settings: { username: handle },
    blocked: granted.includes('video.publish')
      ? null
      : 'The permission to publish was not given. Connect again and leave it ticked.',
  }
}

/** TikTok has no call that tells scopes or expiry of a token; that it answers for the same creator is what can be known. */
const inspect = async (
  client: TiktokClient,
  { accessToken, userId }: { accessToken: string; userId: string },
  signal: AbortSignal,
): Promise<GrantState> => {
  const state = { scopes: null, expiresAtMs: null, dataAccessExpiresAtMs: null }
  try {
    const user = await askUser(client, accessToken, ['open_id'], signal)
    if (user.open_id === userId) return { ...state, valid: true, reason: null }
    return { ...state, valid: false, reason: 'TikTok says that this token belongs to another account.' }
  } catch (error) {
    if (error instanceof PlatformError && error.kind === 'reauthorize') return { ...state, valid: false, reason: error.message }
    throw error
  }
}

const alreadyEnded = new Set(['access_token_invalid', 'invalid_grant'])

/** promise: R2. The token must not have expired: TikTok revokes by access token, so a stale one is renewed first. */
const revoke = async (client: TiktokClient, accessToken: string, signal: AbortSignal): Promise<void> => {
  try {
    await client.askOauth('/v2/oauth/revoke/', { token: accessToken }, signal)
  } catch (error) {
    if (error instanceof PlatformError && alreadyEnded.has(error.problem.code)) return
    throw error
  }
}
