import { HTTPException } from 'hono/http-exception'
import { z } from 'zod'
import type { AnyContext } from './env.ts'

const uuid = z.uuid()

export const isId = (text: unknown): text is string => uuid.safeParse(text).success

/** An id from the URL. Answers 404 if it isn't an id. */
export const idParam = (c: AnyContext, name: string): string => {
  const id = c.req.param(name)
  if (!isId(id)) throw new HTTPException(404)
  return id
}
