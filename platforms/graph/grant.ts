import { PlatformError } from '../errors.ts'
import type { AppCheck, GrantState, Issuer } from '../grant.ts'
import type { JsonRecord } from '../json.ts'
import { listAccounts, readAccount } from './accounts.ts'
import { metaNoteOf } from './app-note.ts'
import { metaCallbacks } from './callbacks/callbacks.ts'
import { createGraph, type Graph, type MetaSettings } from './client.ts'
import { invalidToken } from './error-rows/codes.ts'
import { errorIn, isHidden } from './errors.ts'
import {
  debugToken,
  exchangeCode,
  grantedScopes,
  lastingTokens,
  momentAt,
  noAnswer,
  postForToken,
} from './grant-tokens.ts'
import { isRecord, recordAt, succeeded } from './json.ts'
import { metaScopes, missingNeeded } from './scopes.ts'
import { endingsOf } from './versions.ts'

/** Facebook Login: one consent covers Pages and the Instagram professional accounts behind them. */
export const createMetaIssuer = (settings: MetaSettings, now: () => number = Date.now): Issuer => {
  const graph = createGraph(settings)
  return {
    name: 'meta',
    label: 'Meta',
    platforms: ['facebook', 'instagram'],
    scopes: metaScopes,
    consentUrl: (request) => consentUrl(settings, request),
    readCallback,
    exchange: (request) => exchangeCode(graph, request, now),
    listAccounts: (tokens, signal) => listAccounts(graph, tokens, signal),
    readAccount: (tokens, account, signal) => readAccount(graph, tokens, account, signal),
    doubtsAccess: (problem) => problem.kind === 'permission' || isHidden({ problem }),
    renew: ({ accessToken }, signal) => lastingTokens(graph, accessToken, now, signal),
    inspect: (tokens, signal) => inspect(graph, tokens, signal),
    revoke: (tokens, signal) => revoke(graph, tokens, signal),
    callbacks: metaCallbacks(settings.appSecret),
    siteFiles: [],
    appNote: metaNoteOf(settings),
    endings: endingsOf(settings),
    apiUrl: settings.graphUrl,
    checkApp: (signal) => checkApp(graph, now, signal),
  }
}

/**
 * `again`: also requests permissions that the person declined before. Every consent counts as
 * activity, which renews data access.
 */
const consentUrl = (
  settings: MetaSettings,
  request: { redirectUri: string; state: string; again: boolean },
): string => {
  const query = new URLSearchParams({
    client_id: settings.appId,
    redirect_uri: request.redirectUri,
    state: request.state,
    response_type: 'code',
    ...(settings.configId
      ? { config_id: settings.configId }
      : { scope: metaScopes.map((scope) => scope.name).join(',') }),
    ...(request.again ? { auth_type: 'rerequest' } : {}),
  })
  return `${settings.dialogUrl}/${settings.apiVersion}/dialog/oauth?${query}`
}

const readCallback = (query: Record<string, string>): { code: string } | { refused: string } => {
  if (query.code && !query.error) return { code: query.code }
  if (query.error === 'access_denied')
    return { refused: 'Nothing was shared at Facebook, so nothing was connected.' }
  return {
    refused: 'Facebook ended the sign-in without saying why. Nothing was connected; start again.',
  }
}

/** Requests the app's own token, which needs only the app's id and secret (platform notes 1.3). */
const checkApp = async (
  graph: Graph,
  now: () => number,
  signal: AbortSignal,
): Promise<AppCheck> => {
  try {
    await postForToken(graph, { grant_type: 'client_credentials' }, now, signal)
    return { accepted: true }
  } catch (error) {
    const refusal = error instanceof PlatformError && appRefusals[error.problem.code]
    if (refusal) return { accepted: false, ...refusal }
    throw error
  }
}

const appRefusals: Record<string, { words: string; todo: string } | undefined> = {
  '1': {
    words: 'Meta rejects the secret of the app.',
    todo: 'Copy the App Secret from App settings > Basic into META_APP_SECRET.',
  },
  '101': {
    words: 'Meta knows no app with this id.',
    todo: 'Copy the App ID from App settings > Basic into META_APP_ID.',
  },
}

const inspect = async (
  graph: Graph,
  tokens: { accessToken: string },
  signal: AbortSignal,
): Promise<GrantState> => {
  const facts = await debugToken(graph, tokens.accessToken, signal)
  const ends = {
    expiresAtMs: momentAt(facts, 'expires_at'),
    dataAccessExpiresAtMs: momentAt(facts, 'data_access_expires_at'),
  }
  if (facts.is_valid !== true) return { valid: false, scopes: [], ...ends, reason: reasonOf(facts) }
  const granted = await grantedScopes(graph, tokens.accessToken, signal)
  const missing = missingNeeded(granted)
  const reason = missing.length > 0 ? `The permission ${missing.join(', ')} is missing.` : null
  return { valid: true, scopes: granted, ...ends, reason }
}

/** debug_token calls the error's subcode `subcode`; error envelopes call it `error_subcode`. */
const reasonOf = (facts: JsonRecord): string => {
  const error = recordAt(facts, 'error')
  const envelope = {
    error: { code: error.code ?? invalidToken, error_subcode: error.subcode ?? null },
  }
  const problem = isRecord(facts.error)
    ? errorIn(envelope, 'repeatable', { percent: 0, regainMs: null })
    : null
  return problem?.message ?? 'Meta no longer accepts the connection. Connect the account again.'
}

// promise: R2, E3
/**
 * Removes the app for this person, which invalidates all their tokens, including those of Pages. An
 * expired token can't do this, so the app's own token is used instead. If Meta no longer links the
 * person to the app, there is nothing to revoke.
 */
const revoke = async (
  graph: Graph,
  tokens: { accessToken: string; userId: string },
  signal: AbortSignal,
): Promise<'revoked' | 'unusable'> => {
  try {
    await removeApp(graph, tokens.userId, tokens.accessToken, signal)
  } catch (error) {
    if (!(error instanceof PlatformError) || error.kind !== 'reauthorize') throw error
    if (error.problem.subcode !== '458')
      await removeApp(graph, tokens.userId, graph.appToken, signal).catch(acceptUnknownPerson)
  }
  return 'revoked'
}

const removeApp = async (
  graph: Graph,
  userId: string,
  token: string,
  signal: AbortSignal,
): Promise<void> => {
  const path = `${encodeURIComponent(userId)}/permissions`
  const { body } = await graph.request({
    method: 'DELETE',
    path,
    token,
    effect: 'repeatable',
    signal,
  })
  if (!succeeded(body)) throw noAnswer('permissions')
}

const acceptUnknownPerson = (error: unknown): void => {
  const gone =
    error instanceof PlatformError && (error.problem.subcode === '458' || isHidden(error))
  if (!gone) throw error
}
