import { Hono } from 'hono'
import type { JsonRecord } from '../../platforms/json.ts'
import type { ApiEnv, Caller } from '../api/caller.ts'
import { problemAnswerTo } from '../api/problems.ts'
import type { Env, WebDeps } from '../http/env.ts'

type InnerEnv = {
  Bindings: { caller: Caller; requestId: string }
  Variables: ApiEnv['Variables']
}

/** A request for an operation of the API. `key`: the Idempotency-Key of a write. */
export type ApiCall = {
  method: 'GET' | 'POST' | 'PATCH' | 'DELETE'
  path: string
  query?: Record<string, string | number | undefined>
  body?: unknown
  key?: string
  /** The version of the post that the write is based on. */
  version?: number
}
export type ApiAnswer = { status: number; body: JsonRecord }
export type Operate = (operation: ApiCall) => Promise<ApiAnswer>

/**
 * Carries out operations of the API inside of this server: the same scopes, rules, limits of texts
 * and the same protection against doing a write twice. Only who asks is known already.
 */
export const operationsOf = (deps: WebDeps, api: Hono<Env>) => {
  const inner = new Hono<InnerEnv>()
  inner.onError((error, c) => problemAnswerTo(deps, error, c))
  inner.use(async (c, next) => {
    c.set('caller', c.env.caller)
    c.set('requestId', c.env.requestId)
    await next()
  })
  inner.route('/', api as unknown as Hono<InnerEnv>)
  return (env: InnerEnv['Bindings']): Operate =>
    async ({ method, path, query = {}, body, key, version }) => {
      const response = await inner.request(
        `${path}${queryOf(query)}`,
        {
          method,
          headers: {
            ...(key === undefined ? {} : { 'Idempotency-Key': key }),
            ...(version === undefined ? {} : { 'If-Match': `"${version}"` }),
            ...(body === undefined ? {} : { 'Content-Type': 'application/json' }),
          },
          ...(body === undefined ? {} : { body: JSON.stringify(body) }),
        },
        env,
      )
      return { status: response.status, body: (await response.json()) as JsonRecord }
    }
}

const queryOf = (query: Record<string, string | number | undefined>): string => {
  const given = Object.entries(query).flatMap(([name, value]) =>
    value === undefined ? [] : [[name, String(value)] as [string, string]],
  )
  return given.length > 0 ? `?${new URLSearchParams(given)}` : ''
}
