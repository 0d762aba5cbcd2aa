import { deleteCookie, getCookie, setCookie } from 'hono/cookie'
import { createMiddleware } from 'hono/factory'
import { HTTPException } from 'hono/http-exception'
import type { Role } from '../../db/people/memberships.ts'
import { absoluteDays, findSession, touchSession } from '../../db/people/sessions.ts'
import { unlessFull } from '../media/storage.ts'
import { isPartial } from './answers.ts'
import type { AnyContext, Env, MemberEnv, Membership, UserEnv, WebDeps } from './env.ts'

const cookie = 'session'
// Saves a database write on most page views.
const touchEveryMs = 5 * 60_000

/**
 * The workspace whose frame the answer shows. Null for pages outside of workspaces, parts of a page,
 * pictures, files and event streams.
 */
const slugOfFrame = (c: AnyContext): string | null => {
  if (isPartial(c) || frameless.test(c.req.path)) return null
  return /^\/w\/([a-z0-9-]+)\//.exec(c.req.path)?.[1] ?? null // what the database is asked is never more than a slug
}

const frameless = /\/(?:thumbnail|medium|avatar|file|original|events)$|^\/w\/[^/]+\/uploads(?:\/|$)/

/**
 * Reads the session cookie and sets `user`, or null if nobody is signed in. The same statement reads
 * the frame of the page, but only for members of the workspace.
 */
export const sessions = (deps: WebDeps) =>
  createMiddleware<Env>(async (c, next) => {
    c.set('user', null)
    c.set('session', null)
    c.set('waiting', null)
    c.set('memberships', [])
    c.set('frame', null)
    const token = getCookie(c, cookie, 'host')
    const found = token
      ? await findSession(deps.sql, token, new Date(deps.now()), slugOfFrame(c))
      : null
    if (token && !found) endCookie(c)
    if (found?.isWaiting) c.set('waiting', { session: found.session, user: found.user })
    else if (found) {
      c.set('user', found.user)
      c.set('session', found.session)
      c.set('memberships', found.memberships)
      c.set('frame', found.frame)
      const unseenMs = deps.now() - found.session.lastSeenAt.getTime()
      if (unseenMs > touchEveryMs)
        await unlessFull(touchSession(deps.sql, found.session.id, new Date(deps.now())))
    }
    await next()
  })

/** Sends people who aren't signed in to the sign-in page, which brings them back afterwards. */
export const requireUser = createMiddleware<UserEnv>(async (c, next) => {
  if (c.get('user')) return await next()
  const back =
    c.req.method === 'GET' ? new URL(c.req.url).pathname + new URL(c.req.url).search : '/'
  const signIn = `/sign-in?next=${encodeURIComponent(back)}`
  if (isPartial(c)) return c.body(null, 401, { 'HX-Redirect': signIn })
  return c.redirect(signIn, 303)
})

/**
 * promise: D5: only members see what belongs to a workspace. Looks up :workspace among the person's
 * own, so a foreign workspace and one that doesn't exist get the same answer (404). Add it to each
 * route, not with `.use()`, because all route files are mounted at the root.
 */
export const requireMember = (role?: Role) =>
  createMiddleware<MemberEnv>(async (c, next) => {
    const halted = await requireUser(c as never, async () => undefined)
    if (halted) return halted
    const mine = c
      .get('memberships')
      .find((membership) => membership.slug === c.req.param('workspace'))
    if (!mine) throw new HTTPException(404)
    // promise: A4: two roles; managers can't use admin routes
    const { id, slug, name, zone } = mine
    // Only these of the person: what is computed for all members with the same formats has no more.
    const { hours, dateOrder, weekStart } = c.get('user')
    c.set('workspace', { id, slug, name, zone, dates: { hours, dateOrder, weekStart } })
    c.set('role', mine.role)
    if (mine.requiresSecondFactor && !c.get('session').secondFactorAt) return demandSecondFactor(c)
    if (role === 'admin' && mine.role !== 'admin')
      throw new HTTPException(403, { message: adminsOnly })
    await next()
  })

const adminsOnly =
  'Only admins of this workspace can do this. Ask an admin to do it, or to make you an admin.'

/** For operators of the installation. For everyone else the page doesn't exist. */
export const requireOperator = createMiddleware<UserEnv>(async (c, next) => {
  const halted = await requireUser(c, async () => undefined)
  if (halted) return halted
  if (!c.get('user').isOperator) throw new HTTPException(404)
  if (c.get('user').operatorsRequire && !c.get('session').secondFactorAt)
    return demandSecondFactor(c)
  await next()
})

/**
 * For pages that show or take data of all the person's workspaces: requires a second factor if any
 * of them does, or if the person is an operator and operators need one. Use it after requireUser.
 */
export const requireAllFactors = createMiddleware<UserEnv>(async (c, next) => {
  if (c.get('session').secondFactorAt || requiredBy(c).length === 0) return await next()
  return demandSecondFactor(c)
})

/**
 * The workspaces of the person that require two-step sign-in, and the installation if it requires
 * it of its operators.
 */
export const requiredBy = (c: AnyContext): string[] => {
  const workspaces = (c.get('memberships') as Membership[])
    .filter((one) => one.requiresSecondFactor)
    .map((one) => one.name)
  return c.get('user').isOperator && c.get('user').operatorsRequire
    ? [...workspaces, 'This installation']
    : workspaces
}

/**
 * Redirects to the page that asks for the second factor, or where it is set up. A posted form is
 * not processed. `then`: where to go afterwards, instead of the requested page.
 */
export const demandSecondFactor = (c: AnyContext, then?: string): Response => {
  const { pathname, search } = new URL(c.req.url)
  const next = then ?? (c.req.method === 'GET' ? pathname + search : '/')
  const to = c.get('user').hasSecondFactor
    ? `/confirm?next=${encodeURIComponent(next)}`
    : '/account/security'
  return isPartial(c) ? c.body(null, 401, { 'HX-Redirect': to }) : c.redirect(to, 303)
}

/** promise: A7: the only cookie, Secure and HttpOnly. */
export const setSessionCookie = (c: AnyContext, token: string): void => {
  setCookie(c, cookie, token, {
    prefix: 'host',
    httpOnly: true,
    sameSite: 'Lax',
    maxAge: absoluteDays * 86_400,
  })
}

export const endCookie = (c: AnyContext): void => {
  deleteCookie(c, cookie, { prefix: 'host', secure: true, path: '/' })
}
