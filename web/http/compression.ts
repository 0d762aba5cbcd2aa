import { compress } from 'hono/compress'
import { createMiddleware } from 'hono/factory'
import type { Env } from './env.ts'

const compressed = compress()

/**
 * Compresses for browsers that connect directly. Caddy compresses itself and sends no
 * Accept-Encoding; then the answer stays a string, which Node sends several times faster than a
 * stream.
 */
export const compressWhenAsked = createMiddleware<Env>((c, next) => {
  if (c.req.header('Accept-Encoding')) return compressed(c, next)
  return next()
})
