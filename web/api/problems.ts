import type { Context } from 'hono'
import { HTTPException } from 'hono/http-exception'
import { isBusy } from '../../db/postgres/waiting.ts'
import { MediaRefused } from '../../media/refusal.ts'
import type { AnyContext, WebDeps } from '../http/env.ts'
import { ClientGone } from '../http/forms/body.ts'
import { isStorageFull } from '../media/storage.ts'
import type { ProblemCode } from './problem-codes.ts'

/** What is wrong with one part of a request. */
export type ProblemPart = {
  code: string
  detail: string
  /** The field of the request, such as `text` or `media`. */
  field: string
  /** Only for rules of an account's platform. */
  accountId?: string | null
}

/** An answer by RFC 9457. Nothing was changed. */
export class ApiProblem extends Error {
  readonly status: number
  readonly code: ProblemCode
  readonly errors: ProblemPart[]
  readonly headers: Record<string, string>

  constructor(
    status: number,
    code: ProblemCode,
    detail: string,
    more: { errors?: ProblemPart[]; headers?: Record<string, string> } = {},
  ) {
    super(detail)
    this.name = 'ApiProblem'
    this.status = status
    this.code = code
    this.errors = more.errors ?? []
    this.headers = more.headers ?? {}
  }
}

/** A foreign id and one that doesn't exist get the same answer. */
export const notFound = (what: string): ApiProblem =>
  new ApiProblem(404, 'not_found', `There is no such ${what} in this workspace.`)

const titles: Record<number, string> = {
  400: 'The request can’t be read',
  401: 'A valid API key is needed',
  403: 'This key may not do this',
  404: 'Not found',
  405: 'This address doesn’t take this method',
  408: 'The request was too slow',
  409: 'This conflicts with what is there',
  412: 'The post was changed since',
  413: 'The request is too large',
  415: 'This kind of content isn’t accepted',
  422: 'The request can’t be carried out as it is',
  428: 'The version of the post is missing',
  429: 'Too many requests',
  500: 'Something went wrong here',
  503: 'Not possible right now',
  507: 'There is no space for this',
}

const codes: Record<number, ProblemCode> = {
  400: 'bad_request',
  404: 'not_found',
  408: 'too_slow',
  413: 'too_large',
  415: 'content_type',
  503: 'busy',
}

/** The answer to whatever was thrown. Failures of ours are logged without values of rows. */
export const problemAnswerTo = (deps: WebDeps, thrown: Error, c: AnyContext): Response => {
  if (thrown instanceof ClientGone) return new Response(null, { status: 499 })
  return sendProblem(deps, asProblem(deps, thrown, c), c)
}

const sendProblem = (deps: WebDeps, problem: ApiProblem, c: Context): Response => {
  for (const [name, value] of Object.entries(problem.headers)) c.header(name, value)
  c.header('Cache-Control', 'no-store')
  const { status, code, message: detail, errors } = problem
  const body = {
    type: `${deps.config.publicUrl}/developers#${code}`,
    title: titles[status] ?? 'This did not work',
    status,
    detail,
    code,
    requestId: c.get('requestId'),
    ...(errors.length > 0 ? { errors } : {}),
  }
  return c.body(JSON.stringify(body), status as never, {
    'Content-Type': 'application/problem+json',
  })
}

const retryS = 5

const asProblem = (deps: WebDeps, thrown: Error, c: AnyContext): ApiProblem => {
  if (thrown instanceof ApiProblem) return thrown
  if (thrown instanceof MediaRefused) {
    const headers: Record<string, string> =
      thrown.reason === 'busy' ? { 'Retry-After': String(retryS) } : {}
    return new ApiProblem(thrown.status, `media_${thrown.reason}`, thrown.message, { headers })
  }
  if (thrown instanceof HTTPException)
    return new ApiProblem(thrown.status, codes[thrown.status] ?? 'refused', thrown.message)
  const { name, message, stack } = thrown
  const facts = { error: name, words: message, stack, requestId: c.get('requestId') }
  const isPassing = isBusy(thrown) || isStorageFull(thrown)
  deps.log[isPassing ? 'warn' : 'error'](facts, 'a request of the API failed')
  if (isPassing)
    return new ApiProblem(503, 'busy', 'Nothing was changed. Send the request again soon.', {
      headers: { 'Retry-After': String(retryS) },
    })
  return new ApiProblem(
    500,
    'failed',
    'The request was not carried out. Send it again with the same Idempotency-Key.',
  )
}
