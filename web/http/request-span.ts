import { SpanKind, SpanStatusCode, trace } from '@opentelemetry/api'
import { forAnyone } from './env.ts'
import { patternOf } from './route-pattern.ts'

/**
 * A tracing span per request; does nothing without a tracer. Starts a new trace, because trace
 * headers of visitors aren't trusted. Uses the route's pattern, never the URL, because URLs contain
 * codes (promise: S3).
 */
export const spanRequests = () =>
  forAnyone.createMiddleware(async (c, next) => {
    const { method, path } = c.req
    if (path.startsWith('/assets/') || path.startsWith('/health/')) return await next()
    await trace
      .getTracer('cratesocial')
      .startActiveSpan(method, { kind: SpanKind.SERVER, root: true }, async (span) => {
        try {
          await next()
        } finally {
          const { status } = c.res
          const route = patternOf(c)
          span.updateName(`${method} ${route}`)
          span.setAttributes({
            'http.request.method': method,
            'http.route': route,
            'http.response.status_code': status,
          })
          if (status >= 500) span.setStatus({ code: SpanStatusCode.ERROR })
          span.end()
        }
      })
  })
