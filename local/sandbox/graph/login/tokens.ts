import { newTokenText } from '../ids.ts'
import { pacificFormat } from '../insights/pacific-day.ts'
import type { Meta } from '../meta.ts'
import type { Token } from '../state.ts'

type NewToken = Pick<Token, 'kind' | 'personId' | 'pageId' | 'scopes' | 'expiresAtMs' | 'longLived'>

export function mintToken(meta: Meta, wanted: NewToken): Token {
  const token: Token = {
    ...wanted,
    token: meta.world.ledger.handOut(newTokenText(meta.settings.tokenMark)),
    serial: meta.state.counter++,
    issuedAtMs: meta.world.clock.now(),
    pageTokens: {},
  }
  meta.state.tokens[token.token] = token
  return token
}

/**
 * The Page token that belongs to a user token. If derived from a long-lived token, it never
 * expires; otherwise it expires with the user token (fact sheet 1.4). The same user token always
 * returns the same Page token.
 */
export function pageTokenFor(meta: Meta, userToken: Token, pageId: string): string {
  const known = userToken.pageTokens[pageId]
  if (known) return known
  const { personId, scopes, longLived } = userToken
  const expiresAtMs = longLived ? null : userToken.expiresAtMs
  const { token } = mintToken(meta, {
    kind: 'page',
    personId,
    pageId,
    scopes,
    longLived,
    expiresAtMs,
  })
  userToken.pageTokens[pageId] = token
  return token
}

/** Why a token fails with 190, with the subcodes of fact sheet 5.3. Null if it works. */
export function tokenProblem(
  meta: Meta,
  token: Token,
): { subcode: number; message: string } | null {
  const person = meta.state.people[token.personId]
  const trouble =
    person?.trouble && token.serial <= person.trouble.upToSerial ? person.trouble : null
  if (trouble)
    return {
      subcode: trouble.subcode,
      message: messageOf(meta, trouble.subcode, meta.world.clock.now()),
    }
  if (!person?.grant) return { subcode: 458, message: messageOf(meta, 458, 0) }
  if (token.expiresAtMs !== null && token.expiresAtMs <= meta.world.clock.now()) {
    return { subcode: 463, message: messageOf(meta, 463, token.expiresAtMs) }
  }
  const page = token.pageId ? meta.state.pages[token.pageId] : undefined
  if (page?.lostRoles.includes(token.personId))
    return { subcode: 492, message: messageOf(meta, 492, 0) }
  return null
}

/**
 * From now on, all existing tokens of this person fail with 190 and `subcode`. Tokens from a new
 * login work.
 */
export function breakTokens(meta: Meta, personId: string, subcode: number): void {
  const person = meta.state.people[personId]
  if (person) person.trouble = { subcode, upToSerial: meta.state.counter++ }
}

function messageOf(meta: Meta, subcode: number, expiredAtMs: number): string {
  switch (subcode) {
    case 458:
      return `Error validating access token: The user has not authorized application ${meta.app.id}.`
    case 459:
      return 'You cannot access the app till you log in to www.facebook.com and follow the instructions given.'
    case 460:
      return 'Error validating access token: The session has been invalidated because the user changed their password or Facebook has changed the session for security reasons.'
    case 463:
      return `Error validating access token: Session has expired on ${pacific(expiredAtMs)}. The current time is ${pacific(meta.world.clock.now())}.`
    case 467:
      return 'Error validating access token: The session is invalid because the user logged out.'
    case 492:
      return 'Error validating access token: The user does not have a role on this Page any more.'
    default:
      return 'Error validating access token.'
  }
}

/** Such as `Saturday, 13-Jun-26 05:00:00 PDT`. */
function pacific(ms: number): string {
  const part = Object.fromEntries(
    pacificFormat.formatToParts(ms).map(({ type, value }) => [type, value]),
  )
  return `${part.weekday}, ${part.day}-${part.month}-${part.year} ${part.hour}:${part.minute}:${part.second} ${part.timeZoneName}`
}
