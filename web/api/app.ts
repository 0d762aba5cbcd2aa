import { OpenAPIHono } from '@hono/zod-openapi'
import type { Hono } from 'hono'
import type { Env, WebDeps } from '../http/env.ts'
import { readAccounts } from './accounts.ts'
import { readActivity } from './activity.ts'
import type { ApiEnv } from './caller.ts'
import { documentOf } from './document.ts'
import { readInsights } from './insights.ts'
import { useLabels } from './labels.ts'
import { useMedia } from './media.ts'
import type { Api } from './operation.ts'
import { actOnPosts } from './posts/acting.ts'
import { checkPosts } from './posts/checking.ts'
import { readPosts } from './posts/reading.ts'
import { writePosts } from './posts/writing.ts'
import { ApiProblem, notFound } from './problems.ts'
import { useSlots } from './slots.ts'
import { useUploads } from './uploads.ts'
import { describeWebhooks } from './webhook-events.ts'

/** The API for programs: the same functions as the pages, with keys instead of sessions. */
export const createApi = (deps: WebDeps): { routes: Hono<Env>; document: ApiDocument } => {
  const api: Api = new OpenAPIHono<ApiEnv>({
    defaultHook: (result) => {
      if (result.success) return
      throw invalid(result.target, result.error.issues)
    },
  })
  readAccounts(api, deps)
  useMedia(api, deps)
  useUploads(api, deps)
  readPosts(api, deps)
  writePosts(api, deps)
  actOnPosts(api, deps)
  checkPosts(api, deps)
  readInsights(api, deps)
  useLabels(api, deps)
  useSlots(api, deps)
  readActivity(api, deps)
  describeWebhooks(api)
  const document = documentOf(api, deps.config.publicUrl)
  const text = JSON.stringify(document)
  api.get('/openapi.json', (c) => {
    c.header('Cache-Control', 'public, max-age=300')
    return c.body(text, 200, { 'Content-Type': 'application/json' })
  })
  const methods = methodsOf(api)
  api.all('*', (c) => {
    const path = c.req.path.replace(/^\/api\/v1/, '')
    const allowed = methods.filter(({ parts }) => fits(path, parts)).map((one) => one.method)
    if (allowed.length === 0) throw notFound('address')
    throw new ApiProblem(405, 'wrong_method', `This address takes ${allowed.join(', ')}.`, {
      headers: { Allow: allowed.join(', ') },
    })
  })
  return { routes: api as unknown as Hono<Env>, document }
}

export type ApiDocument = ReturnType<typeof documentOf>

/** The methods of each address, for the answer to another one. */
const methodsOf = (api: Api): { parts: string[]; method: string }[] => {
  const known = api.routes.map(({ path, method }) => `${method} ${path}`)
  return [...new Set(known)].map((route) => {
    const [method = '', path = ''] = route.split(' ')
    return { method, parts: path.split('/') }
  })
}

/** A part such as `:id` stands for anything that isn't empty. */
const fits = (path: string, parts: string[]): boolean => {
  const given = path.split('/')
  return (
    given.length === parts.length &&
    parts.every((part, at) => (part.startsWith(':') ? given[at] !== '' : given[at] === part))
  )
}

type Issue = { path: PropertyKey[]; code: string; message: string }

const invalid = (target: string, issues: Issue[]): ApiProblem => {
  const isKeyMissing =
    target === 'header' && issues.some(({ path }) => path[0] === 'Idempotency-Key')
  if (isKeyMissing)
    return new ApiProblem(
      400,
      'idempotency_key_missing',
      'Send an Idempotency-Key of 1 to 100 visible characters, a new one for each write.',
    )
  const errors = issues.slice(0, 20).map(({ path, code, message }) => ({
    code,
    field: [target === 'json' ? '' : target, ...path.map(String)].filter(Boolean).join('.'),
    detail: message,
  }))
  return new ApiProblem(422, 'invalid', 'Some values aren’t valid. `errors` says which.', {
    errors,
  })
}
