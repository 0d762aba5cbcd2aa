import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import type { Route } from '../support/routes.ts'
import { createAttackers } from './people.ts'
import type { Target } from './stack.ts'
import { findRoutes } from './surface.ts'

/** What an attack needs. It only reaches the server that this program has started. */
export type Arena = {
  port: number
  origin: string
  routes: Route[]
  /** Values of route parameters that exist. */
  known: Record<string, string>
  /** Returns the cookie of a new person with every permission. */
  signIn(): Promise<string>
  headers(cookie: string): Record<string, string>
  /** Sends a request, reads the response and counts its status. */
  ask(route: Route, path: string, init: RequestInit): Promise<void>
  count(route: Route, status: number): void
  /** Records a failure. The attack fails, as it does after a 500 response. */
  fail(words: string): void
  /**
   * Clears the rate limits. All attacks come from one address, so most requests would be refused
   * otherwise.
   */
  forgetThrottles(): Promise<void>
}

type Measured = { worstStallMs: number; peakMb: number; growthMb: number; failed: number }
export type Counted = { requests: number; statuses: Record<string, number>; faults: string[] }

/** `take` returns the counts since its last call. */
export const createArena = async (target: Target): Promise<{ arena: Arena; take(): Counted }> => {
  const { slug, signIn } = await createAttackers(target)
  let counted: Counted = { requests: 0, statuses: {}, faults: [] }
  const count = ({ method, path }: Route, status: number): void => {
    counted.requests++
    counted.statuses[status] = (counted.statuses[status] ?? 0) + 1
    if (status === 500) counted.faults.push(`${method} ${path} was answered with 500`)
  }
  const ended = ['/sign-out', '/account/sessions/end-others']
  const arena: Arena = {
    port: target.port,
    origin: target.origin,
    // Streams don't end on their own, so they have a separate attack.
    routes: findRoutes(target.config).filter(
      ({ path }) => !path.endsWith('/events') && !ended.includes(path),
    ),
    known: { workspace: slug, issuer: 'meta', platform: 'meta' },
    signIn,
    headers: (cookie) => ({ Origin: target.origin, ...(cookie ? { Cookie: cookie } : {}) }),
    ask: async (route, path, init) => {
      const url = `http://127.0.0.1:${target.port}${path}`
      const answer = await fetch(url, { ...init, method: route.method, redirect: 'manual' }).catch(
        () => null,
      ) // cut off
      await answer?.arrayBuffer().catch(() => null)
      count(route, answer?.status ?? 0)
    },
    count,
    fail: (words) => void counted.faults.push(words),
    forgetThrottles: async () => {
      await target.sql`delete from throttle`
    },
  }
  const take = (): Counted => {
    const taken = counted
    counted = { requests: 0, statuses: {}, faults: [] }
    return taken
  }
  return { arena, take }
}

export type Probe = { begin(): Promise<Measured>; report(): Promise<Measured>; stop(): void }

/** Starts the process that watches the server while it is attacked. */
export const startProbe = async ({ port, pid }: Target): Promise<Probe> => {
  const child: ChildProcess = fork(fileURLToPath(new URL('./probe.ts', import.meta.url)), {
    execArgv: ['--import', 'tsx'],
  })
  child.send({ port, pid })
  await once(child, 'message')
  const say = async (words: string): Promise<Measured> => {
    child.send(words)
    const [measured] = (await once(child, 'message')) as [Measured]
    return measured
  }
  return { begin: () => say('begin'), report: () => say('report'), stop: () => void child.kill() }
}
