import type { AnyContext } from './env.ts'

/** Whether the client has this version already, so that the answer is a 304. `etag` has its quotes. */
export const isKnown = (c: AnyContext, etag: string): boolean =>
  c.req
    .header('If-None-Match')
    ?.split(',')
    .some((entry) => entry.trim() === '*' || entry.trim().replace(/^W\//, '') === etag) ?? false
