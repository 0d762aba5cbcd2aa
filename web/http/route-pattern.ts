import { matchedRoutes, routePath } from 'hono/route'
import type { AnyContext } from './env.ts'

/**
 * The pattern of the route that took the request. Middleware that was added after the route matches
 * too, so the last match alone doesn't say it.
 */
export const patternOf = (c: AnyContext): string =>
  matchedRoutes(c).findLast(({ method }) => method !== 'ALL')?.path ?? routePath(c, -1)
