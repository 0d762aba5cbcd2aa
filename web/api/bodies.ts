import { createMiddleware } from 'hono/factory'
import { cleanText } from '../../text/clean-text.ts'
import type { AnyContext } from '../http/env.ts'
import { putJson, readJsonBody } from '../http/forms/body.ts'
import type { ApiEnv } from './caller.ts'
import { ApiProblem } from './problems.ts'

/** The body of a request that isn't an upload: texts for several platforms. */
export const apiBodyMaxBytes = 1024 * 1024

/**
 * Reads the JSON of a write with the limits of all bodies, and cleans its texts like those of forms.
 * A body that is missing counts as an empty object.
 */
export const takeJson = createMiddleware<ApiEnv>(async (c, next) => {
  putJson(c, await readCleanJson(c))
  await next()
})

export const readCleanJson = async (c: AnyContext): Promise<unknown> => {
  const type = (c.req.header('Content-Type') ?? '').split(';', 1)[0]?.trim().toLowerCase()
  const value = await readJsonBody(c, apiBodyMaxBytes).catch(unreadable)
  if (value !== undefined && type !== 'application/json')
    throw new ApiProblem(415, 'content_type', 'Send the body as application/json.')
  return value === undefined ? {} : cleaned(value)
}

const unreadable = (error: unknown): never => {
  if (error instanceof SyntaxError || error instanceof TypeError)
    throw new ApiProblem(400, 'json_invalid', 'The body is not valid JSON in UTF-8.')
  throw error
}

const cleaned = (value: unknown, depth = 0): unknown => {
  if (depth > deepest) throw new ApiProblem(400, 'json_invalid', 'The body is nested too deeply.')
  if (typeof value === 'string') return cleanText(value)
  if (Array.isArray(value)) return value.map((one) => cleaned(one, depth + 1))
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(
    Object.entries(value).map(([name, one]) => [cleanText(name), cleaned(one, depth + 1)]),
  )
}

const deepest = 8
