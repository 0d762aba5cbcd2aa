import { createHmac, timingSafeEqual } from 'node:crypto'
import { tokenProblem } from '../login/tokens.ts'
import type { Meta } from '../meta.ts'
import type { Grant, InstagramAccount, Page, Person, Token } from '../state.ts'
import type { Parameters } from './parameters.ts'
import { refuse } from './refusal.ts'

/** Who a token belongs to. */
export type Caller = { kind: 'app' } | PersonCaller
export type PersonCaller = { kind: 'user' | 'page'; token: Token; person: Person; grant: Grant }

/**
 * `needsProof`: false where Meta documents only headers (rupload).
 * @throws GraphRefusal 104, 190/.. or 100 (appsecret_proof)
 */
export function identify(
  meta: Meta,
  text: string | undefined,
  parameters: Parameters,
  needsProof = true,
): Caller {
  if (!text)
    throw refuse.general(104, undefined, 'An access token is required to request this resource.', {
      challenge: 'invalid_request',
    })
  if (text.includes('|')) {
    if (text !== `${meta.app.id}|${meta.app.secret}`)
      throw refuse.token(undefined, 'Invalid OAuth access token signature.')
    return { kind: 'app' }
  }
  const token = meta.state.tokens[text]
  if (!token)
    throw refuse.token(undefined, 'Invalid OAuth access token - Cannot parse access token')
  const problem = tokenProblem(meta, token)
  if (problem) throw refuse.token(problem.subcode, problem.message)
  checkProof(meta, text, parameters.text('appsecret_proof'), needsProof)
  const person = meta.state.people[token.personId]
  if (!person?.grant)
    throw new Error(`The sandbox has a token of ${token.personId}, who granted nothing.`)
  return { kind: token.kind, token, person, grant: person.grant }
}

function checkProof(meta: Meta, token: string, proof: string | undefined, needed: boolean): void {
  const more = { type: 'GraphMethodException' } as const
  if (proof === undefined) {
    if (!needed || !meta.settings.requireAppSecretProof) return
    throw refuse.general(
      100,
      undefined,
      'API calls from the server require an appsecret_proof argument',
      more,
    )
  }
  const expected = createHmac('sha256', meta.app.secret).update(token).digest('hex')
  const equal =
    proof.length === expected.length && timingSafeEqual(Buffer.from(proof), Buffer.from(expected))
  if (!equal)
    throw refuse.general(
      100,
      undefined,
      'Invalid appsecret_proof provided in the API argument',
      more,
    )
}

/** @throws GraphRefusal 2500 if the call isn't made with a person's token */
export function requirePerson(caller: Caller): PersonCaller {
  if (caller.kind !== 'app') return caller
  throw noCurrentUser()
}

export const noCurrentUser = () =>
  refuse.general(
    2500,
    undefined,
    'An active access token must be used to query information about the current user.',
  )

export const hasScope = ({ token, grant }: PersonCaller, scope: string): boolean =>
  token.scopes.includes(scope) && grant.scopes.includes(scope)

/** @throws GraphRefusal 10 if a permission is missing */
export function requireScopes(caller: PersonCaller, scopes: string[]): void {
  for (const scope of scopes) if (!hasScope(caller, scope)) throw refuse.permission(scope)
}

/**
 * The Page, if the caller has its own token or that of a person who shared it.
 * @throws GraphRefusal 100/33 or 2500
 */
export function requirePageAccess(
  meta: Meta,
  caller: Caller,
  pageId: string,
  method: string,
): { page: Page; caller: PersonCaller } {
  const page = meta.state.pages[pageId]
  const person = requirePerson(caller)
  const isOwn = person.kind === 'user' || person.token.pageId === pageId
  if (!page || !isOwn || !page.roles[person.person.id] || !person.grant.pageIds.includes(pageId))
    throw refuse.missingObject(pageId, method)
  return { page, caller: person }
}

/** Pages that the person has a role on and shared with the app. */
export const sharedPages = (meta: Meta, { person, grant }: PersonCaller): Page[] =>
  Object.values(meta.state.pages).filter(
    (page) => page.roles[person.id] && grant.pageIds.includes(page.id),
  )

/**
 * Checks calls that publish: they require the Page's own token, both permissions and the task
 * CREATE_CONTENT.
 * @throws GraphRefusal 100/33, 200, 210 or 2500
 */
export function requirePublishing(meta: Meta, caller: Caller, pageId: string): Page {
  const { page, caller: person } = requirePageAccess(meta, caller, pageId, 'post')
  if (person.kind !== 'page') throw refuse.pageToken()
  const mayPublish = page.roles[person.person.id]?.includes('CREATE_CONTENT')
  if (
    !mayPublish ||
    !hasScope(person, 'pages_manage_posts') ||
    !hasScope(person, 'pages_read_engagement')
  )
    throw refuse.pagePublishing()
  return page
}

/**
 * The Instagram account, for a person who shared it and has a role on its Page.
 * @throws GraphRefusal 100/33, 10 or 2500
 */
export function requireInstagram(
  meta: Meta,
  caller: Caller,
  accountId: string,
  options: { scopes: string[]; method: string },
): { account: InstagramAccount; caller: PersonCaller } {
  const account = meta.state.instagram[accountId]
  const person = requirePerson(caller)
  const page = Object.values(meta.state.pages).find((page) => page.instagramId === accountId)
  const isOwn = person.kind === 'user' || person.token.pageId === page?.id
  const isShared = person.grant.instagramIds.includes(accountId)
  if (!account || !page || !isOwn || !page.roles[person.person.id] || !isShared)
    throw refuse.missingObject(accountId, options.method)
  if (person.kind === 'page' && options.method === 'get' && meta.settings.pageTokenReadsFail)
    throw refuse.missingObject(accountId, 'get')
  if (person.grant.dataAccessExpiresAtMs <= meta.world.clock.now()) {
    throw refuse.general(
      10,
      undefined,
      '(#10) The access of this app to the data of this user has expired. The user has to log in again.',
    )
  }
  requireScopes(person, options.scopes)
  return { account, caller: person }
}
