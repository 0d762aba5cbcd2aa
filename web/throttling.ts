import { createHmac } from 'node:crypto'
import { HTTPException } from 'hono/http-exception'
import { forgive, hit } from '../db/throttle.ts'
import { clientAddress } from './client-address.ts'
import { type AnyContext, forAnyone, type WebDeps } from './env.ts'

export type Limit = { purpose: string; of: string; hits: number; windowS: number }

const quarterS = 15 * 60

/** promise: A6: repeated failures lock the address, the browser's network and the pair of them out for a while. */
export const signInLimits = (c: AnyContext, deps: WebDeps, email: string): Limit[] => {
  const from = clientAddress(c, deps.config.trustedProxies)
  return [
    { purpose: 'sign-in-email', of: email, hits: 10, windowS: quarterS },
    { purpose: 'sign-in-from', of: from, hits: 50, windowS: quarterS },
    { purpose: 'sign-in-pair', of: `${email} ${from}`, hits: 5, windowS: 5 * 60 },
  ]
}

export const resetLimits = (c: AnyContext, deps: WebDeps, email: string): Limit[] => [
  { purpose: 'reset-email', of: email, hits: 3, windowS: 3600 },
  { purpose: 'reset-from', of: clientAddress(c, deps.config.trustedProxies), hits: 20, windowS: 3600 },
]

/** promise: E4: anybody may ask, nobody can flood a mailbox. */
export const deletionLimits = (c: AnyContext, deps: WebDeps, email: string): Limit[] => [
  { purpose: 'deletion-email', of: email, hits: 3, windowS: 3600 },
  { purpose: 'deletion-from', of: clientAddress(c, deps.config.trustedProxies), hits: 20, windowS: 3600 },
]

/** For pages behind a secret link. Guessing 256 bits is hopeless anyway; this keeps the attempts from costing anything. */
export const limitLinks = (deps: WebDeps) =>
  forAnyone.createMiddleware(async (c, next) => {
    const from = clientAddress(c, deps.config.trustedProxies)
    const waitS = await countHits(deps, [{ purpose: 'link-from', of: from, hits: 60, windowS: quarterS }])
    if (waitS === null) return await next()
    c.header('Retry-After', String(waitS))
    throw new HTTPException(429, { message: tooManyWords(waitS) })
  })

/** Counts a hit on every limit; seconds to wait when one of them is used up, else null. */
export const countHits = async (deps: WebDeps, limits: Limit[]): Promise<number | null> => {
  const verdicts = await Promise.all(limits.map((limit) => hit(deps.sql, keyOf(deps, limit), limit.hits, limit.windowS)))
  const refusals = verdicts.filter((verdict) => !verdict.allowed).map((verdict) => verdict.retryAfterS)
  return refusals.length > 0 ? Math.max(...refusals) : null
}

/** After a success the failures before it no longer count, but for those of the whole network. */
export const forgiveHits = async (deps: WebDeps, limits: Limit[]): Promise<void> => {
  for (const limit of limits.filter((limit) => !limit.purpose.endsWith('-from'))) await forgive(deps.sql, keyOf(deps, limit))
}

/** After a reset: a person who was locked out by somebody else gets in again at once. */
export const forgiveEmail = async (c: AnyContext, deps: WebDeps, email: string): Promise<void> =>
  await forgiveHits(deps, signInLimits(c, deps, email))

/** The same words for addresses that are known here and for all others. */
export const tooManyWords = (waitS: number): string => {
  const minutes = Math.ceil(waitS / 60)
  return `Too many attempts. Try again in ${minutes === 1 ? 'a minute' : `${minutes} minutes`}.`
}

/** promise: A3: an address of the network or of a person is never in the table itself. */
const keyOf = (deps: WebDeps, limit: Limit): string =>
  `${limit.purpose}:${createHmac('sha256', deps.config.throttleKey).update(`${limit.purpose}:${limit.of}`).digest('base64url')}`
