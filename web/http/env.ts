import type { HttpBindings } from '@hono/node-server'
import type { Context } from 'hono'
import { createFactory } from 'hono/factory'
import type { Logger } from 'pino'
import type { Config } from '../../config/index.ts'
import type { Frame } from '../../db/notifications/frame.ts'
import type { Role } from '../../db/people/memberships.ts'
import type { SessionUser } from '../../db/people/sessions.ts'
import type { Sql } from '../../db/postgres/connect.ts'
import type { Vault } from '../../db/vault/vault.ts'
import type { MediaStore } from '../../media/store.ts'
import type { Registry } from '../../platforms/index.ts'
import type { DateStyle } from '../../text/date-style.ts'
import type { Live } from '../notifications/live.ts'
import type { ObserveRequest } from '../operate/http-meter.ts'
import type { Temporal } from '../operate/temporal.ts'
import type { PolicyVersions } from '../privacy/policy.ts'

/** The services that routes use. Tests replace some of them. */
export type WebDeps = {
  sql: Sql
  config: Config
  vault: Vault
  platforms: Registry
  mediaStore: MediaStore
  temporal: Temporal
  live: Live
  log: Logger
  /** Called for each request with its duration, to measure it. */
  observe?: ObserveRequest | undefined
  /** The versions of the policy. Default: those of web/privacy/policy.ts. */
  policy?: PolicyVersions
  /** Epoch milliseconds. */
  now: () => number
}

export type User = SessionUser
type Session = { id: string; confirmedAt: Date; secondFactorAt: Date | null }
/** A sign-in whose password was right but whose second factor is missing. */
type Waiting = { session: Session; user: SessionUser }

export type Workspace = {
  id: string
  slug: string
  name: string
  zone: string
  /** How the reader of the page wants dates to be written. */
  dates: DateStyle
}
export type Membership = Omit<Workspace, 'dates'> & { role: Role; requiresSecondFactor: boolean }

export type Env = {
  Bindings: HttpBindings
  Variables: {
    requestId: string
    user: User | null
    session: Session | null
    waiting: Waiting | null
    /** All workspaces of the person, with their roles. */
    memberships: Membership[]
    /** What the page shows around its content. Null outside of workspaces and for parts of pages. */
    frame: Frame | null
  }
}
/** For routes behind `requireUser`. */
export type UserEnv = {
  Bindings: HttpBindings
  Variables: Env['Variables'] & { user: User; session: Session }
}
/** For routes behind `requireMember`: they may only touch rows of `workspace`. */
export type MemberEnv = {
  Bindings: HttpBindings
  Variables: UserEnv['Variables'] & { workspace: Workspace; role: Role }
}

/** Who acts, and in which workspace. */
export const actorIn = (c: Context<MemberEnv>) => ({
  workspaceId: c.var.workspace.id,
  userId: c.var.user.id,
})

/** The same with the whole workspace, for what needs its zone or name. */
export const memberIn = (c: Context<MemberEnv>) => ({
  workspace: c.var.workspace,
  userId: c.var.user.id,
})

export const forAnyone = createFactory<Env>()
export const forUsers = createFactory<UserEnv>()
export const forMembers = createFactory<MemberEnv>()

/** Any of our contexts, for helpers that need only the request. */
// biome-ignore lint/suspicious/noExplicitAny: a Context is invariant in its Env, and this accepts all three
export type AnyContext = Context<any>
