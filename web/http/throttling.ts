import { createHmac } from 'node:crypto'
import { HTTPException } from 'hono/http-exception'
import { forgive, hit } from '../../db/people/throttle.ts'
import { isStorageFull } from '../media/storage.ts'
import { clientAddress } from './client-address.ts'
import { type AnyContext, forAnyone, type WebDeps } from './env.ts'
import { type Purpose, throttles } from './throttles.ts'

/** Counts tries per `of`, such as a person or network. web/http/throttles.ts has the maximum. */
export type Limit = { purpose: Purpose; of: string }

/**
 * promise: A6: limits failed sign-ins per person and network (so an attacker elsewhere can't lock
 * the person out), per network, and with a far higher limit per person over all networks, against
 * distributed guessing. A mailed link (web/people/sign-in/link-routes.ts) gets the person past all
 * of them.
 */
export const signInLimits = (c: AnyContext, deps: WebDeps, email: string): Limit[] => {
  const from = clientAddress(c, deps.config.trustedProxies)
  return [
    { purpose: 'sign-in-pair', of: `${email} ${from}` },
    { purpose: 'sign-in-pair-hour', of: `${email} ${from}` },
    { purpose: 'sign-in-from', of: from },
    { purpose: 'sign-in-person', of: email },
  ]
}

/**
 * Limits passwords behind a mailed sign-in link. Only the link is counted, because whoever has it
 * has access to the mailbox.
 */
export const linkedSignInLimits = (token: string): Limit[] => [
  { purpose: 'sign-in-link', of: token },
]

/**
 * Limits passwords that confirm an action. Counted per session, so that nobody else can use up the
 * limit.
 */
export const confirmLimits = (sessionId: string): Limit[] => [
  { purpose: 'confirm', of: sessionId },
  { purpose: 'confirm-hour', of: sessionId },
]

/**
 * Limits codes from an authenticator app. Per person: three of a million codes are valid, and there
 * are twenty tries a day. Only someone who knows the password gets this far.
 */
export const codeLimits = (userId: string): Limit[] => [
  { purpose: 'code', of: userId },
  { purpose: 'code-day', of: userId },
]

/** Limits recovery codes. Counted separately, so that wrong app codes don't block the recovery. */
export const recoveryLimits = (userId: string): Limit[] => [{ purpose: 'recovery', of: userId }]

export const wrongCodeMails = (userId: string): Limit => ({ purpose: 'code-mail', of: userId })

export const passkeyLimits = (c: AnyContext, deps: WebDeps): Limit[] => [
  { purpose: 'passkey-from', of: clientAddress(c, deps.config.trustedProxies) },
]

/** promise: A6: limits requests for sign-in links, so that nobody can flood a mailbox. */
export const signInLinkLimits = (c: AnyContext, deps: WebDeps, email: string): Limit[] => [
  { purpose: 'link-mail-email', of: email },
  { purpose: 'link-mail-from', of: clientAddress(c, deps.config.trustedProxies) },
]

export const resetLimits = (c: AnyContext, deps: WebDeps, email: string): Limit[] => [
  { purpose: 'reset-email', of: email },
  { purpose: 'reset-from', of: clientAddress(c, deps.config.trustedProxies) },
]

/** promise: E4: anyone may request a deletion, but nobody can flood a mailbox. */
export const deletionLimits = (c: AnyContext, deps: WebDeps, email: string): Limit[] => [
  { purpose: 'deletion-email', of: email },
  { purpose: 'deletion-from', of: clientAddress(c, deps.config.trustedProxies) },
]

/**
 * For pages behind a secret link. 256 bits can't be guessed anyway; this keeps attempts cheap for
 * us.
 */
export const limitLinks = (deps: WebDeps) => limitNetwork(deps, 'link-from')

/**
 * For forms that anyone can send. Counts before the form is read; the form's own limits apply after
 * that.
 */
export const limitPublicForms = (deps: WebDeps) => limitNetwork(deps, 'form-from')

/** For reports behind a secret link, with their pictures. */
export const limitReports = (deps: WebDeps) => limitNetwork(deps, 'report-from')

/** For emails that ask an address whether it wants a report, so that nobody can flood a mailbox. */
export const reportEmailLimits = (workspaceId: string, email: string): Limit[] => [
  { purpose: 'report-email', of: email },
  { purpose: 'report-emails', of: workspaceId },
]

/** For feeds: per link, and per network with a higher maximum. */
export const limitFeeds = (deps: WebDeps, param: string) =>
  limit(deps, (c) => [
    { purpose: 'feed', of: c.req.param(param) ?? '' },
    { purpose: 'feed-from', of: clientAddress(c, deps.config.trustedProxies) },
  ])

/** For the pages of a review link: per link, and per network with a higher maximum. */
export const limitReviews = (deps: WebDeps) =>
  limit(deps, (c) => [
    { purpose: 'review', of: c.req.param('code') ?? '' },
    { purpose: 'review-from', of: clientAddress(c, deps.config.trustedProxies) },
  ])

/**
 * Limits the passphrase of a review link per network, so that nobody else can lock a client out, and
 * with a higher maximum per link.
 */
export const passphraseLimits = (c: AnyContext, deps: WebDeps, linkId: string): Limit[] => [
  { purpose: 'review-pair', of: `${linkId} ${clientAddress(c, deps.config.trustedProxies)}` },
  { purpose: 'review-words', of: linkId },
]

/** For apps that register to be connected, and that exchange tokens. */
export const throttleRegistrations = (deps: WebDeps) => limitNetwork(deps, 'app-registration-from')
export const throttleTokens = (deps: WebDeps) => limitNetwork(deps, 'app-token-from')

const limitNetwork = (deps: WebDeps, purpose: Purpose) =>
  limit(deps, (c) => [{ purpose, of: clientAddress(c, deps.config.trustedProxies) }])

const limit = (deps: WebDeps, limitsOf: (c: AnyContext) => Limit[]) =>
  forAnyone.createMiddleware(async (c, next) => {
    // A full disk prevents counting. Let the request pass: secret links have 256 bits, and each
    // form's own limits still apply.
    const waitS = await countHits(deps, limitsOf(c)).catch(nullWhenFull)
    if (waitS === null) return await next()
    c.header('Retry-After', String(waitS))
    throw new HTTPException(429, { message: tooManyWords(waitS) })
  })

const nullWhenFull = (error: unknown): null => {
  if (isStorageFull(error)) return null
  throw error
}

/** Counts a hit on every limit. Returns the seconds to wait if one is exceeded, else null. */
export const countHits = async (deps: WebDeps, limits: Limit[]): Promise<number | null> => {
  const verdicts = await Promise.all(
    limits.map((limit) => {
      const { hits, windowS } = throttles[limit.purpose]
      return hit(deps.sql, keyOf(deps, limit), hits, windowS)
    }),
  )
  const refusals = verdicts
    .filter((verdict) => !verdict.allowed)
    .map((verdict) => verdict.retryAfterS)
  return refusals.length > 0 ? Math.max(...refusals) : null
}

/** Resets the counts after a success, except those per network. */
export const forgiveHits = async (deps: WebDeps, limits: Limit[]): Promise<void> => {
  for (const limit of limits.filter((limit) => !limit.purpose.endsWith('-from')))
    await forgive(deps.sql, keyOf(deps, limit))
}

/** After a password reset: someone who was locked out can sign in at once. */
export const forgiveEmail = async (c: AnyContext, deps: WebDeps, email: string): Promise<void> =>
  await forgiveHits(deps, signInLimits(c, deps, email))

/** The same message whether the address is known or not. */
export const tooManyWords = (waitS: number): string => {
  const minutes = Math.ceil(waitS / 60)
  return `Too many attempts. Try again in ${minutes === 1 ? 'a minute' : `${minutes} minutes`}.`
}

/** promise: A3: keys are hashed, so the table contains no IP or email address. */
const keyOf = (deps: WebDeps, limit: Limit): string =>
  `${limit.purpose}:${createHmac('sha256', deps.config.throttleKey).update(`${limit.purpose}:${limit.of}`).digest('base64url')}`
