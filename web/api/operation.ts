import { createHash } from 'node:crypto'
import { createRoute, type OpenAPIHono, type RouteConfig, z } from '@hono/zod-openapi'
import type { Context } from 'hono'
import type { ApiScope } from '../../db/api/scopes.ts'
import type { JsonRecord } from '../../platforms/json.ts'
import { isKnown } from '../http/answers.ts'
import type { WebDeps } from '../http/env.ts'
import { takeJson } from './bodies.ts'
import { type ApiEnv, type Caller, requireKey } from './caller.ts'
import { once, requestOf } from './once.ts'
import { ApiProblem } from './problems.ts'
import { answersOf } from './refusals.ts'

export type Api = OpenAPIHono<ApiEnv>
type Shape = z.ZodRawShape
type None = Record<never, never>
type Read<S extends Shape> = z.infer<z.ZodObject<S>>

/** What documentation and code need to know about an operation, in one place. */
type Described = {
  method: 'get' | 'post' | 'patch' | 'delete'
  path: string
  id: string
  tag: string
  summary: string
  description?: string
  /** Null: every key may. */
  scope: ApiScope | null
}
type Parts<P extends Shape, Q extends Shape> = { params?: P; query?: Q }

/** A request that was checked. `deps`: services whose transactions belong to this request. */
type Asked<P extends Shape, Q extends Shape, B> = {
  deps: WebDeps
  caller: Caller
  params: Read<P>
  query: Read<Q>
  body: B
  /** The version of the post that the request is based on. Null: any. */
  version: number | null
}

/** An operation that only reads. Its answer has an ETag. */
export const reading = <P extends Shape = None, Q extends Shape = None>(
  api: Api,
  deps: WebDeps,
  about: Described & Parts<P, Q> & { answer: z.ZodType },
  answer: (given: Omit<Asked<P, Q, null>, 'body' | 'version'>) => Promise<JsonRecord>,
): void => {
  const headers = z.object({ 'If-None-Match': z.string().max(1_000).optional() })
  const route = routeOf(deps, about, { headers, answers: answersOf(about, [304, 404]) })
  api.openapi(route, (async (c: Context<ApiEnv>) => {
    const text = JSON.stringify(await answer({ deps, caller: c.var.caller, ...checked<P, Q>(c) }))
    const etag = etagOf(text)
    c.header('ETag', etag)
    c.header('Cache-Control', 'private, no-cache')
    if (isKnown(c, etag)) return c.body(null, 304)
    return c.body(text, 200, { 'Content-Type': 'application/json' })
  }) as never)
}

/** The version of a post, if there is one, and a hash of the answer. */
const etagOf = (text: string): string => {
  const hash = createHash('sha256').update(text).digest('base64url').slice(0, 16)
  const version = /^\{"id":"[0-9a-f-]{36}","version":(\d{1,10}),/.exec(text)?.[1]
  return version ? `"${version}-${hash}"` : `"${hash}"`
}

type Writing<P extends Shape, B extends z.ZodType> = Described & {
  params?: P
  body?: B
  answer: z.ZodType
  status?: 200 | 201
  ifMatch?: 'required' | 'optional'
  /** For what has to be asked outside before: it isn't part of the transaction. */
  before?: (given: Asked<P, None, z.infer<B>>) => Promise<void>
}

/** An operation that changes something, once for each Idempotency-Key. */
export const writing = <P extends Shape = None, B extends z.ZodType = z.ZodObject<None>>(
  api: Api,
  deps: WebDeps,
  about: Writing<P, B>,
  work: (given: Asked<P, None, z.infer<B>>) => Promise<JsonRecord>,
): void => {
  const { status = 200, ifMatch } = about
  const route = routeOf(deps, about, {
    headers: writeHeaders(ifMatch),
    answers: answersOf({ ...about, status }, refusedFor(about)),
    body: about.body,
  })
  api.openapi(route, (async (c: Context<ApiEnv>) => {
    const { caller } = c.var
    const ifMatchText = c.req.header('If-Match')
    const body = (about.body ? c.req.valid('json' as never) : null) as z.infer<B>
    const version = ifMatch ? versionOf(ifMatchText, ifMatch) : null
    const given = { deps, caller, ...checked<P, None>(c), body, version }
    const name = c.req.header('Idempotency-Key') ?? ''
    const content = [about.method, c.req.path, ifMatchText ?? null, body]
    const request = requestOf(caller, name, content)
    const done = await once(
      deps,
      request,
      async (within) => {
        const answer = await work({ ...given, deps: within })
        // What was deleted answers with its last version.
        const isSame = about.method !== 'delete' && version !== null && answer.version === version
        return { status, answer, idle: isSame }
      },
      () => about.before?.(given),
    )
    return sendWritten(c, done)
  }) as never)
}

const refusedFor = ({
  params,
  ifMatch,
  body,
}: {
  params?: Shape
  ifMatch?: string
  body?: unknown
}) => [
  400,
  ...(params ? [404] : []),
  409,
  ...(ifMatch ? [412] : []),
  413,
  ...(body ? [415] : []),
  ...(ifMatch === 'required' ? [428] : []),
]

const sendWritten = (
  c: Context<ApiEnv>,
  { status, answer }: { status: number; answer: JsonRecord },
): Response => {
  c.header('Cache-Control', 'no-store')
  if (typeof answer.version === 'number') c.header('ETag', `"${answer.version}"`)
  return c.body(JSON.stringify(answer), status as 200, { 'Content-Type': 'application/json' })
}

export const idempotencyKey = z
  .string()
  .min(1)
  .max(100)
  .regex(/^[\x21-\x7e]+$/)
  .openapi({
    example: 'crate-0412',
    description:
      'Chosen by you, and new for each write. The same request with the same key gets the same answer for 7 days and does nothing twice. If it changed nothing, it is carried out again.',
  })

const writeHeaders = (ifMatch: 'required' | 'optional' | undefined) => {
  const etag = z.string().max(200).openapi({
    example: '"3"',
    description: 'The ETag of the post that the change is based on, or `*` for any.',
  })
  return z.object({
    'Idempotency-Key': idempotencyKey,
    ...(ifMatch === 'optional' || ifMatch === 'required' ? { 'If-Match': etag.optional() } : {}),
  })
}

/** `"3"`, or `"3-…"` as in answers to GET. */
const versionOf = (given: string | undefined, need: 'required' | 'optional'): number | null => {
  if (given === undefined && need === 'required')
    throw new ApiProblem(
      428,
      'if_match_missing',
      'Send If-Match with the ETag of the post, so that no newer change is overwritten.',
    )
  if (given === undefined || given.trim() === '*') return null
  const version = /^(?:W\/)?"(\d{1,9})(?:-[A-Za-z0-9_-]{1,40})?"$/.exec(given.trim())?.[1]
  return version ? Number(version) : 0 // no post has version 0
}

const checked = <P extends Shape, Q extends Shape>(c: Context<ApiEnv>) => ({
  params: c.req.valid('param' as never) as Read<P>,
  query: c.req.valid('query' as never) as Read<Q>,
})

type RouteParts = {
  headers: z.ZodObject
  answers: RouteConfig['responses']
  body?: z.ZodType | undefined
}

const routeOf = (
  deps: WebDeps,
  about: Described & Parts<Shape, Shape>,
  { headers, answers, body }: RouteParts,
) =>
  createRoute({
    method: about.method,
    path: about.path,
    operationId: about.id,
    tags: [about.tag],
    summary: about.summary,
    description: describe(about),
    security: [{ key: [] }],
    middleware: [requireKey(deps, about.scope), ...(about.method === 'get' ? [] : [takeJson])],
    request: {
      headers,
      ...(about.params ? { params: z.object(about.params) } : {}),
      ...(about.query ? { query: z.strictObject(about.query) } : {}),
      ...(body
        ? { body: { required: true, content: { 'application/json': { schema: body } } } }
        : {}),
    },
    responses: answers,
  })

const describe = ({ description, scope }: Described): string =>
  [description, scope ? `Scope: \`${scope}\`.` : 'Every key may do this.'].filter(Boolean).join(' ')
