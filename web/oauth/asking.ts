import { findClient, type OauthClient } from '../../db/api/oauth-clients.ts'
import type { WebDeps } from '../http/env.ts'
import { isId } from '../http/ids.ts'
import { addressesOf } from './addresses.ts'
import { isRegistered } from './redirects.ts'

/** Characters of what an app wants to get back with the answer. */
export const stateMaxCharacters = 2_000

/** What an app asks a person for. Its fields are carried through the form. */
export type AuthorizationRequest = {
  client: OauthClient
  redirectUri: string
  state: string
  challenge: string
  /** Names of scopes that the app would like, ours or not. Empty: it doesn't say. */
  wishes: string[]
  fields: [string, string][]
}
/** `words`: for the person, if we can't trust the address. `error`: for the app, which we can. */
export type Question =
  | { asked: AuthorizationRequest }
  | { words: string }
  | { error: string; back: string }

const names = [
  'response_type',
  'client_id',
  'redirect_uri',
  'state',
  'code_challenge',
  'code_challenge_method',
  'resource',
  'scope',
]

/** Reads what an app asks for. Nobody is sent to an address that the app didn't register. */
export const readQuestion = async (
  deps: WebDeps,
  given: Record<string, string>,
): Promise<Question> => {
  const { client_id: id, redirect_uri: redirectUri = '', state = '' } = given
  const client = isId(id) ? await findClient(deps.sql, id, new Date(deps.now())) : null
  if (!client) return { words: unknownWords }
  if (!isRegistered(redirectUri, client.redirectUris)) return { words: foreignWords }
  if (state.length > stateMaxCharacters) return { words: foreignWords }
  const error = faultOf(deps, given)
  if (error) return { error, back: returnAddress(deps, { redirectUri, state }, { error }) }
  const fields = names.flatMap((name): [string, string][] =>
    given[name] === undefined ? [] : [[name, given[name]]],
  )
  const wishes = (given.scope ?? '').split(' ').filter(Boolean)
  const challenge = given.code_challenge ?? ''
  return { asked: { client, redirectUri, state, challenge, wishes, fields } }
}

const faultOf = (deps: WebDeps, given: Record<string, string>): string | null => {
  if (given.response_type !== 'code') return 'unsupported_response_type'
  const isProof = /^[A-Za-z0-9_-]{43}$/.test(given.code_challenge ?? '')
  if (given.code_challenge_method !== 'S256' || !isProof) return 'invalid_request'
  const { resource } = addressesOf(deps.config.publicUrl)
  return given.resource === undefined || given.resource === resource ? null : 'invalid_target'
}

/** The address that takes the answer to the app, with who answers (RFC 9207). */
export const returnAddress = (
  deps: WebDeps,
  { redirectUri, state }: Pick<AuthorizationRequest, 'redirectUri' | 'state'>,
  answer: Record<string, string>,
): string => {
  const url = new URL(redirectUri)
  for (const [name, value] of Object.entries(answer)) url.searchParams.set(name, value)
  if (state !== '') url.searchParams.set('state', state)
  url.searchParams.set('iss', addressesOf(deps.config.publicUrl).issuer)
  return url.href
}

const unknownWords =
  'This app isn’t registered here, or its registration has expired. Start again in the app.'
const foreignWords =
  'The app wants you to be sent to an address that it didn’t register. Nothing was connected.'
