import type { Hono } from 'hono'
import type { HostPrefix, SandboxEnv } from './world.ts'

/** An account with a page that can be viewed. */
type AccountLink = {
  platform: string
  id: string
  name: string
  username: string | null
  feedPath: string
}

/**
 * A post's numbers up to now: totals, and every metric by the platform's name. Null for an unknown
 * post.
 */
export type NumbersOf = (platform: string, postId: string) => Record<string, unknown> | null

/** A company that has started. */
export type Platform = {
  /** The names that its calls have in the ledger and in faults. */
  names: string[]
  /** The app for each host's path prefix. */
  hosts: Record<HostPrefix, Hono<SandboxEnv>>
  /** Mounted on the control port at /accounts: creates accounts and changes their state. */
  control: Hono<SandboxEnv>
  /** Pages other than accounts, for the start page. */
  places?: { label: string; path: string }[]
  /** Mounted on the control port at its own path: what people do on the platform itself. */
  tools?: { path: string; app: Hono<SandboxEnv> }
  /** Fills an empty state with people and accounts. Called on the first start and after a reset. */
  seed(): void
  /** Called after a start with an existing state: schedules pending effects again. */
  resume(): void
  accounts(): AccountLink[]
  numbers: NumbersOf
}
