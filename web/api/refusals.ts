import { type RouteConfig, z } from '@hono/zod-openapi'

const part = z.object({
  code: z.string().openapi({ example: 'media_missing' }),
  detail: z.string(),
  field: z.string().openapi({ example: 'media' }),
  accountId: z.uuid().nullable().optional(),
})

const problem = z
  .object({
    type: z.url().openapi({ description: 'The code in the API reference.' }),
    title: z.string(),
    status: z.number().int().min(400).max(599),
    detail: z.string(),
    code: z.string().openapi({ example: 'rules' }),
    requestId: z.string(),
    errors: z.array(part).optional(),
  })
  .openapi('Problem')

const words: Record<number, string> = {
  400: 'The request can’t be read, or its Idempotency-Key is missing.',
  401: 'There is no valid API key in the request.',
  403: 'The key doesn’t have the scope for this.',
  404: 'There is no such thing in this workspace.',
  409: 'This conflicts with what is there now.',
  412: 'The post was changed since the version in If-Match.',
  413: 'The body is too large.',
  415: 'The body has another type than the one this operation takes.',
  422: 'A value isn’t valid, or rules keep this from being done. `errors` says which.',
  428: 'If-Match is missing.',
  429: 'The key has sent too many requests this hour.',
  503: 'Nothing was changed. Try again later.',
  507: 'There is no space to store the file.',
}

const limits = {
  'RateLimit-Policy': z.string().openapi({ example: '"hour";q=600;w=3600' }),
  RateLimit: z.string().openapi({ example: '"hour";r=598;t=3012' }),
}

const problemAnswer = (status: number): RouteConfig['responses'][number] => ({
  description: words[status] ?? 'Refused.',
  content: { 'application/problem+json': { schema: problem } },
  ...(status === 429
    ? { headers: z.object({ ...limits, 'Retry-After': z.string().openapi({ example: '3012' }) }) }
    : {}),
})

type Answered = { answer: z.ZodType; status?: number }

/** The answers of an operation: the good one, those that all have in common, and `more`. */
export const answersOf = (
  { answer, status = 200 }: Answered,
  more: number[],
): RouteConfig['responses'] => {
  const refusals = [...new Set([400, 401, 403, 422, 429, 503, ...more])].filter((one) => one >= 400)
  return {
    [status]: {
      description: status === 201 ? 'Made.' : 'Done.',
      content: { 'application/json': { schema: answer } },
      headers: z.object({ ...limits, ETag: z.string().optional() }),
    },
    ...(more.includes(304) ? { 304: { description: 'Not changed since If-None-Match.' } } : {}),
    ...Object.fromEntries(refusals.sort().map((one) => [one, problemAnswer(one)])),
  }
}
