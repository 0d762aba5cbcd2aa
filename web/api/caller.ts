import type { HttpBindings } from '@hono/node-server'
import { createMiddleware } from 'hono/factory'
import { useApiKey, windowS } from '../../db/api/keys.ts'
import type { ApiScope } from '../../db/api/scopes.ts'
import type { Role } from '../../db/people/memberships.ts'
import type { AnyContext, Env, WebDeps, Workspace } from '../http/env.ts'
import { ApiProblem } from './problems.ts'

/** The key of a request: what is done with it is done in the name of the person who made it. */
export type Caller = {
  keyId: string
  userId: string
  role: Role
  scopes: ApiScope[]
  workspace: Workspace
  expiresAt: Date
}

export type ApiEnv = {
  Bindings: HttpBindings
  Variables: Env['Variables'] & { caller: Caller }
}

/** `cs_` and 43 characters. A longer text isn't hashed. */
const keyPattern = /^Bearer (cs_[A-Za-z0-9_-]{43})$/i
const policyName = 'hour'

/**
 * Only a key gives access: cookies are not read here, so no other website can use a browser's
 * session. promise: D5: the key says which workspace, and no address names another one.
 */
export const requireKey = (deps: WebDeps, scope: ApiScope | null) =>
  createMiddleware<ApiEnv>(async (c, next) => {
    // A tool of /mcp calls the operation for a caller who is known already.
    const known = c.get('caller') as Caller | undefined
    const caller = known ?? (await identify(deps, c))
    if (scope && !caller.scopes.includes(scope))
      throw new ApiProblem(403, 'scope_missing', `This needs a key with the scope “${scope}”.`)
    c.set('caller', caller)
    await next()
  })

/** Finds out whose key a request has, and counts the request. Refuses it without a valid key. */
export const identify = async (deps: WebDeps, c: AnyContext): Promise<Caller> => {
  const given = c.req.header('Authorization')
  if (given === undefined) throw unknown('Send an API key: “Authorization: Bearer cs_…”.')
  const [, secret] = keyPattern.exec(given) ?? []
  const key = secret ? await useApiKey(deps.sql, secret, new Date(deps.now())) : null
  if (!key) throw unknown('This key is not valid: it has ended, has expired, or is incomplete.')
  const { requests, resetS } = key
  const most = deps.config.apiRequestsPerHour
  c.header('RateLimit-Policy', `"${policyName}";q=${most};w=${windowS}`)
  c.header('RateLimit', `"${policyName}";r=${Math.max(0, most - requests)};t=${resetS}`)
  if (requests > most)
    throw new ApiProblem(
      429,
      'rate_limited',
      `A key can send ${most} requests an hour. Send this one again later.`,
      { headers: { 'Retry-After': String(resetS) } },
    )
  return callerOf(key)
}

const callerOf = (key: NonNullable<Awaited<ReturnType<typeof useApiKey>>>): Caller => ({
  keyId: key.id,
  userId: key.userId,
  role: key.role,
  scopes: key.scopes,
  expiresAt: key.expiresAt,
  workspace: {
    id: key.workspaceId,
    slug: key.slug,
    name: key.workspaceName,
    zone: key.zone,
    dates: { hours: key.hours, dateOrder: key.dateOrder, weekStart: key.weekStart },
  },
})

const unknown = (detail: string): ApiProblem =>
  new ApiProblem(401, 'key_invalid', detail, {
    headers: { 'WWW-Authenticate': 'Bearer realm="CrateSocial API"' },
  })
