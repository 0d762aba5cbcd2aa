import type { HttpBindings } from '@hono/node-server'
import type { Context } from 'hono'
import { createFactory } from 'hono/factory'
import type { Logger } from 'pino'
import type { MediaStore } from '../activities/media-store.ts'
import type { Config } from '../config.ts'
import type { Sql } from '../db/connect.ts'
import type { Need } from '../db/needs.ts'
import type { Pause } from '../db/pauses.ts'
import type { SessionUser } from '../db/sessions.ts'
import type { Vault } from '../db/vault.ts'
import type { Registry } from '../platforms/index.ts'
import type { ObserveRequest } from './http-meter.ts'
import type { Live } from './live.ts'
import type { PolicyVersions } from './policy.ts'
import type { Temporal } from './temporal.ts'

/** What the web needs of the world; tests swap parts of it. */
export type WebDeps = {
  sql: Sql
  config: Config
  vault: Vault
  platforms: Registry
  mediaStore: MediaStore
  temporal: Temporal
  live: Live
  log: Logger
  /** Measures each request; undefined: nobody wants to know. */
  observe?: ObserveRequest | undefined
  /** Versions of the policy, where they are not those of web/policy.ts. */
  policy?: PolicyVersions
  /** Epoch milliseconds. */
  now: () => number
}

export type User = SessionUser
export type Session = { id: string; passwordCheckedAt: Date }
export type Role = 'manager' | 'admin'
export type Workspace = { id: string; slug: string; name: string; zone: string }
export type Membership = Workspace & { role: Role }

export type Env = {
  Bindings: HttpBindings
  Variables: {
    requestId: string
    user: User | null
    session: Session | null
    /** Every workspace of the person, with their role in it. */
    memberships: Membership[]
  }
}
/** Behind `requireUser`. */
export type UserEnv = { Bindings: HttpBindings; Variables: Env['Variables'] & { user: User; session: Session } }
/** Behind `requireMember`: every row that these routes touch belongs to `workspace`. */
export type MemberEnv = {
  Bindings: HttpBindings
  Variables: UserEnv['Variables'] & { workspace: Workspace; role: Role; needs: Need[]; pause: Pause | null; unseen: number }
}

export const forAnyone = createFactory<Env>()
export const forUsers = createFactory<UserEnv>()
export const forMembers = createFactory<MemberEnv>()

/** Any context of ours: for helpers that need no more than the request. */
// biome-ignore lint/suspicious/noExplicitAny: a Context is invariant in its Env, and this accepts all three
export type AnyContext = Context<any>
