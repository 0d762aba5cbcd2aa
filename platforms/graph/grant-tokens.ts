import { PlatformError } from '../errors.ts'
import type { GrantTokens } from '../grant.ts'
import type { JsonRecord } from '../json.ts'
import type { Graph } from './client.ts'
import { numberAt, recordAt, recordsAt, textAt } from './json.ts'

/** The code works once. If the response is lost, the person has to start again. */
export const exchangeCode = async (
  graph: Graph,
  { code, redirectUri, signal }: { code: string; redirectUri: string; signal: AbortSignal },
  now: () => number,
): Promise<GrantTokens> => {
  const short = await postForToken(graph, { redirect_uri: redirectUri, code }, now, signal)
  return lastingTokens(graph, short.token, now, signal)
}

/**
 * Exchanges any valid user token for one that lasts about 60 days. Also reads its person and
 * permissions.
 */
export const lastingTokens = async (
  graph: Graph,
  token: string,
  now: () => number,
  signal: AbortSignal,
): Promise<GrantTokens> => {
  const long = await postForToken(
    graph,
    { grant_type: 'fb_exchange_token', fb_exchange_token: token },
    now,
    signal,
  )
  const [person, facts, granted] = await Promise.all([
    graph.get('me', long.token, { fields: 'id,name' }, signal),
    debugToken(graph, long.token, signal),
    grantedScopes(graph, long.token, signal),
  ])
  const userId = textAt(person, 'id')
  if (!userId) throw noAnswer('me')
  return {
    accessToken: long.token,
    refreshToken: null,
    expiresAtMs: momentAt(facts, 'expires_at') ?? long.expiresAtMs,
    refreshExpiresAtMs: null,
    dataAccessExpiresAtMs: momentAt(facts, 'data_access_expires_at'),
    scopes: granted,
    userId,
    userName: textAt(person, 'name') ?? '',
  }
}

/** Meta may omit `expires_in`. Then the expiry comes from debug_token. */
export const postForToken = async (
  graph: Graph,
  params: Record<string, string>,
  now: () => number,
  signal: AbortSignal,
) => {
  const { appId, appSecret } = graph.settings
  const body = await graph
    .post(
      'oauth/access_token',
      null,
      { client_id: appId, client_secret: appSecret, ...params },
      signal,
    )
    .catch(explainSecret)
  const token = textAt(body, 'access_token')
  if (!token) throw noAnswer('oauth')
  const lifeS = numberAt(body, 'expires_in')
  return { token, expiresAtMs: lifeS ? now() + lifeS * 1000 : null }
}

/** Here, code 1 usually means a wrong secret. Retrying doesn't help, and the operator must know. */
const explainSecret = (error: unknown): never => {
  if (!(error instanceof PlatformError) || error.problem.code !== '1') throw error
  const words =
    'Meta rejected the exchange: it had an error, or META_APP_SECRET isn’t the secret of this app.'
  throw new PlatformError({ ...error.problem, words })
}

/** debug_token takes the token in the query. This is the only call with a token in its URL. */
export const debugToken = async (
  graph: Graph,
  token: string,
  signal: AbortSignal,
): Promise<JsonRecord> =>
  recordAt(await graph.get('debug_token', graph.appToken, { input_token: token }, signal), 'data')

export const grantedScopes = async (
  graph: Graph,
  token: string,
  signal: AbortSignal,
): Promise<string[]> => {
  const body = await graph.get('me/permissions', token, { limit: '100' }, signal)
  return recordsAt(body, 'data')
    .filter((entry) => entry.status === 'granted')
    .map((entry) => textAt(entry, 'permission'))
    .filter((name) => name !== null)
}

/** Meta's seconds as milliseconds. Meta sends 0 for no expiry, which returns null. */
export const momentAt = (facts: JsonRecord, name: string): number | null => {
  const seconds = numberAt(facts, name)
  return seconds ? seconds * 1000 : null
}

export const noAnswer = (call: string): PlatformError =>
  new PlatformError({
    kind: 'unavailable',
    code: `no_${call}`,
    words: 'Meta’s answer is incomplete.',
  })
