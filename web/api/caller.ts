import type { HttpBindings } from '@hono/node-server'
import { createMiddleware } from 'hono/factory'
import { type Secret, useApiKey, windowS } from '../../db/api/keys.ts'
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

/** A prefix and 43 characters. A longer text isn't hashed. */
const patterns: Record<Secret['kind'], RegExp> = {
  key: /^Bearer (cs_[A-Za-z0-9_-]{43})$/i,
  app: /^Bearer (csa_[A-Za-z0-9_-]{43})$/i,
}
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

/** Where keys are taken. `takesApps`: also the tokens of connected apps, which are made for it. */
type Realm = { challenge: string; takesApps: boolean }
const apiRealm: Realm = { challenge: 'Bearer realm="CrateSocial API"', takesApps: false }

/** Finds out whose key a request has, and counts the request. Refuses it without a valid key. */
export const identify = async (
  deps: WebDeps,
  c: AnyContext,
  { challenge, takesApps }: Realm = apiRealm,
): Promise<Caller> => {
  const given = c.req.header('Authorization')
  if (given === undefined)
    throw unknown('Send an API key: “Authorization: Bearer cs_…”.', challenge)
  const secret = secretIn(given, takesApps)
  const key = secret ? await useApiKey(deps.sql, secret, new Date(deps.now())) : null
  if (!key)
    throw unknown(
      'This key is not valid: it has ended, has expired, or is incomplete.',
      `${challenge}, error="invalid_token"`,
    )
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

const secretIn = (given: string, takesApps: boolean): Secret | null => {
  for (const kind of takesApps ? (['key', 'app'] as const) : (['key'] as const)) {
    const text = patterns[kind].exec(given)?.[1]
    if (text) return { kind, text }
  }
  return null
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

const unknown = (detail: string, challenge: string): ApiProblem =>
  new ApiProblem(401, 'key_invalid', detail, { headers: { 'WWW-Authenticate': challenge } })
