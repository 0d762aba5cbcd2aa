import type { Server } from 'node:http'
import { serve } from '@hono/node-server'
import type { Hono } from 'hono'
import type { Env } from './env.ts'
import { type BodyTimes, guardSlowBodies } from './forms/slow-bodies.ts'
import { leaveLargeBodies } from './forms/unread-bodies.ts'
import { inTurns } from './turns.ts'

/** A request's headers have to arrive within this time. */
export const headersTimeoutMs = 30_000
/** A connection without any traffic ends after this time. Event streams send a byte every 25 s. */
export const idleTimeoutMs = 120_000

type Address = { host: string; port: number }

/**
 * Serves the app over HTTP, with the time limits of a real connection. `listening` gets the port.
 */
export const listen = (
  app: Hono<Env>,
  { host, port }: Address,
  listening?: (port: number) => void,
  times?: BodyTimes,
): Server => {
  const server = serve(
    // Bodies have their own limits (web/http/forms/slow-bodies.ts): no single time fits both forms and
    // uploads of a gigabyte.
    {
      fetch: inTurns(app.fetch, isProbe),
      hostname: host,
      port,
      serverOptions: { requestTimeout: 0, headersTimeout: headersTimeoutMs },
    },
    (info) => listening?.(info.port),
  ) as Server
  server.setTimeout(idleTimeoutMs)
  guardSlowBodies(server, times)
  leaveLargeBodies(server)
  return server
}

const isProbe = ({ url }: Request): boolean => url.endsWith('/health/live')
