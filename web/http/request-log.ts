import { routePath } from 'hono/route'
import type { Logger } from 'pino'
import { requestIds } from '../db/request-ids.ts'
import { forAnyone } from './env.ts'
import type { ObserveRequest } from './http-meter.ts'

/** One line for each request: the pattern of the route, never the address itself, since addresses hold codes (promise: S3). */
export const logRequests = (log: Logger, observe?: ObserveRequest) =>
  forAnyone.createMiddleware(async (c, next) => {
    const startedAt = performance.now()
    await requestIds.run(c.get('requestId'), next)
    const ms = Math.round(performance.now() - startedAt)
    const route = routePath(c, -1)
    observe?.({ method: c.req.method, route, status: c.res.status }, ms / 1_000)
    if (route.startsWith('/assets') || route.startsWith('/health')) return
    log.info({ requestId: c.get('requestId'), method: c.req.method, route, status: c.res.status, ms }, 'request')
  })
