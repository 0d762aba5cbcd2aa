import { randomUUID } from 'node:crypto'
import { forAnyone } from './env.ts'

/**
 * Gives each request our own id. An id from the client is ignored, because it could repeat another
 * request's id in the log.
 */
export const ownRequestId = forAnyone.createMiddleware(async (c, next) => {
  const id = randomUUID()
  c.set('requestId', id)
  c.header('X-Request-Id', id)
  await next()
})
