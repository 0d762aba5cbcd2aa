import { createMiddleware } from 'hono/factory'
import { HTTPException } from 'hono/http-exception'
import { secureHeaders } from 'hono/secure-headers'
import type { Env } from './env.ts'

/**
 * promise: A8: a page loads nothing from other origins, and runs only our own scripts and styles.
 * The referrer policy is `same-origin` because with `no-referrer`, Chromium sends `Origin: null` on
 * plain form posts.
 */
export const securityHeaders = secureHeaders({
  referrerPolicy: 'same-origin',
  xFrameOptions: 'DENY',
  // promise: S2
  strictTransportSecurity: 'max-age=31536000; includeSubDomains',
  contentSecurityPolicy: {
    defaultSrc: ["'none'"],
    scriptSrc: ["'self'"],
    styleSrc: ["'self'"],
    imgSrc: ["'self'", 'data:', 'blob:'],
    mediaSrc: ["'self'", 'blob:'],
    fontSrc: ["'self'"],
    connectSrc: ["'self'"],
    manifestSrc: ["'self'"],
    workerSrc: ["'self'"],
    formAction: ["'self'"],
    baseUri: ["'none'"],
    frameAncestors: ["'none'"],
  },
  permissionsPolicy: { camera: [], microphone: [], geolocation: [], payment: [], usb: [] },
})

/**
 * Sets the headers of pages on every answer, unless the route has set its own (files, Temporal's
 * pages).
 */
export const headersEverywhere = createMiddleware<Env>(async (c, next) => {
  await next()
  if (!c.res.headers.has('Content-Security-Policy')) await securityHeaders(c, async () => undefined)
})

/**
 * Every request that changes something must come from our own pages, whatever its content type,
 * including uploads and JSON. Browsers always send one of the two headers with POST, PUT and
 * DELETE.
 */
export const refuseForeignWrites = (publicUrl: string) =>
  createMiddleware<Env>(async (c, next) => {
    const reads = ['GET', 'HEAD', 'OPTIONS'].includes(c.req.method)
    const ours =
      c.req.header('Origin') === publicUrl || c.req.header('Sec-Fetch-Site') === 'same-origin'
    if (!reads && !ours)
      throw new HTTPException(403, {
        message: 'This request came from another page. Open CrateSocial itself and try again.',
      })
    await next()
  })
