import type { Logger } from 'pino'
import { requestIds } from '../../db/notifications/request-ids.ts'
import type { ObserveRequest } from '../operate/http-meter.ts'
import { forAnyone } from './env.ts'
import { patternOf } from './route-pattern.ts'

/**
 * One log line per request. Logs the route's pattern, never the URL, because URLs contain codes
 * (promise: S3).
 */
export const logRequests = (log: Logger, observe?: ObserveRequest) =>
  forAnyone.createMiddleware(async (c, next) => {
    const startedAt = performance.now()
    await requestIds.run(c.get('requestId'), next)
    const ms = Math.round(performance.now() - startedAt)
    const route = patternOf(c)
    observe?.({ method: c.req.method, route, status: c.res.status }, ms / 1_000)
    if (route.startsWith('/assets') || route.startsWith('/health')) return
    log.info(
      { requestId: c.get('requestId'), method: c.req.method, route, status: c.res.status, ms },
      'request',
    )
  })
