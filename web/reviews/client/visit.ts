import { getCookie, setCookie } from 'hono/cookie'
import { findReviewLink, type OpenReviewLink } from '../../../db/posts/review-links/links.ts'
import type { AnyContext, WebDeps } from '../../http/env.ts'

/** A request to a review link that works. */
export type Visit = { link: OpenReviewLink; base: string }
const cookie = 'review'

/** Null for a link that never was, has expired or was revoked. Nothing tells which. */
export const findVisit = async (deps: WebDeps, c: AnyContext): Promise<Visit | null> => {
  const code = c.req.param('code') ?? ''
  if (!/^[\w-]{43}$/.test(code)) return null
  const known = getCookie(c, cookie, 'secure')
  const link = await findReviewLink(deps.sql, code, known, new Date(deps.now()))
  return link && { link, base: `/review/${code}` }
}

/** Whether its posts are shown: it has no passphrase, or this client has entered it. */
export const isUnlocked = ({ link }: Visit): boolean =>
  link.passphraseHash === null || link.client !== null

/** Remembers the client in this browser, for this link only and as long as it works. */
export const setClientCookie = (c: AnyContext, visit: Visit, code: string, nowMs: number): void => {
  setCookie(c, cookie, code, {
    prefix: 'secure',
    path: visit.base,
    httpOnly: true,
    sameSite: 'Lax',
    maxAge: Math.max(1, Math.floor((visit.link.expiresAt.getTime() - nowMs) / 1_000)),
  })
}
