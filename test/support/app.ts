import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import type { Hono } from 'hono'
import { pino } from 'pino'
import { insertMembership, type Role } from '../../db/people/memberships.ts'
import { insertSession } from '../../db/people/sessions.ts'
import { insertUser } from '../../db/people/users.ts'
import { insertWorkspace } from '../../db/people/workspaces.ts'
import { markPolicySeen } from '../../db/privacy/policy-versions.ts'
import { createVault } from '../../db/vault/vault.ts'
import { createDiskStore } from '../../media/store.ts'
import { createPlatforms } from '../../platforms/index.ts'
import { createApp } from '../../web/app.ts'
import type { Env, WebDeps } from '../../web/http/env.ts'
import { createLive } from '../../web/notifications/live.ts'
import { hashPassword } from '../../web/people/sign-in/passwords.ts'
import { policyVersions } from '../../web/privacy/policy.ts'
import { atTheEnd } from './at-the-end.ts'
import { type Browser, createBrowser } from './browsing.ts'
import { testConfig } from './config.ts'
import { createTestDatabase } from './database.ts'
import { european } from './european.ts'
import { withoutTemporal } from './without-temporal.ts'

export const password = 'crates of vinyl on a van'
/** Hashed once per process, because hashing is slow. */
const passwordHash = hashPassword(password)

export type Person = Browser & { id: string; email: string; name: string }
type Cast = {
  operator: Person
  admin: Person
  manager: Person
  outsider: Person
  stranger: Browser
}
export type TestApp = {
  app: Hono<Env>
  deps: WebDeps
  sql: WebDeps['sql']
  cast: Cast
  /** Northside (with admin and manager) and elsewhere (with outsider as its admin). */
  workspaces: { northside: string; elsewhere: string }
  /** Ids of the targets that the web app asked Temporal to look at. */
  signaled: string[]
  clock: { moveBy(ms: number): void }
  addPerson(name: string): Promise<Person>
  browser(from?: string): Browser
}

/**
 * The web app with its own database and the cast: an admin and a manager of `northside`, an
 * outsider who is admin of `elsewhere`, the operator who is in neither, and a stranger without an
 * account. Call it at the top of beforeAll.
 */
export const createTestApp = async (swap: Partial<WebDeps> = {}): Promise<TestApp> => {
  const { sql } = await createTestDatabase()
  const folder = await mkdtemp(join(tmpdir(), 'cratesocial-media-'))
  const signaled: string[] = []
  let aheadMs = 0
  const config = swap.config ?? testConfig()
  const log = pino({ level: config.log.level })
  const live = swap.live ?? (await createLive(sql, log))
  const deps: WebDeps = {
    sql,
    config,
    log,
    live,
    vault: createVault(config.vaultKeys),
    platforms: createPlatforms(config),
    mediaStore: createDiskStore(pathToFileURL(folder).href),
    temporal: { ...withoutTemporal, signalTargets: async (ids) => void signaled.push(...ids) },
    now: () => Date.now() + aheadMs,
    ...swap,
  }
  const app = createApp(deps)
  atTheEnd(async () => {
    await live.close()
    await rm(folder, { recursive: true, force: true })
  })
  const browser = (from?: string) => createBrowser(app, config.publicUrl, from)
  const addPerson = (name: string) => insertPerson(deps, browser, name)
  const { cast, workspaces } = await insertCast(deps, browser)
  const clock = {
    moveBy: (ms: number) => {
      aheadMs += ms
    },
  }
  return { app, deps, sql, cast, workspaces, signaled, clock, addPerson, browser }
}

type OpenBrowser = (from?: string) => Browser

const insertCast = async (deps: WebDeps, browser: OpenBrowser) => {
  const operator = await insertPerson(deps, browser, 'Olive Operator', true)
  const admin = await insertPerson(deps, browser, 'Ada Admin')
  const manager = await insertPerson(deps, browser, 'Max Manager')
  const outsider = await insertPerson(deps, browser, 'Otto Outsider')
  const northside = await makeWorkspace(deps, 'northside', 'Northside Records', operator.id)
  const elsewhere = await makeWorkspace(deps, 'elsewhere', 'Elsewhere Coffee', operator.id)
  const members: [string, Person, Role][] = [
    [northside, admin, 'admin'],
    [northside, manager, 'manager'],
    [elsewhere, outsider, 'admin'],
  ]
  for (const [workspaceId, person, role] of members)
    await insertMembership(deps.sql, workspaceId, person.id, role)
  return {
    cast: { operator, admin, manager, outsider, stranger: browser() },
    workspaces: { northside, elsewhere },
  }
}

const insertPerson = async (
  deps: WebDeps,
  browser: OpenBrowser,
  name: string,
  isOperator = false,
): Promise<Person> => {
  const email = `${name.toLowerCase().replaceAll(' ', '.')}@example.com`
  const id = await insertUser(deps.sql, {
    email,
    name,
    passwordHash: await passwordHash,
    isOperator,
    dates: european,
  })
  // Everyone has seen the newest policy, unless a test has its own versions.
  if (!deps.policy) await markPolicySeen(deps.sql, id, policyVersions[0].version)
  const signedIn = browser()
  signedIn.setCookie(`__Host-session=${await insertSession(deps.sql, id, new Date(deps.now()))}`)
  return Object.assign(signedIn, { id, email, name })
}

const makeWorkspace = async (
  deps: WebDeps,
  slug: string,
  name: string,
  createdBy: string,
): Promise<string> => {
  const id = await insertWorkspace(deps.sql, { slug, name, zone: 'Europe/Zurich', createdBy })
  if (!id) throw new Error(`the workspace ${slug} is there already`)
  return id
}
