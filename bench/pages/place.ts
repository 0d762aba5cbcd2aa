import { insertMembership } from '../../db/people/memberships.ts'
import { insertSession } from '../../db/people/sessions.ts'
import { findUserByEmail, insertUser } from '../../db/people/users.ts'
import { close, connect, type Sql } from '../../db/postgres/connect.ts'
import { migrate } from '../../db/postgres/migrate.ts'
import { type BenchPage, pagesOf } from './list.ts'
import { fillWorkspace } from './rows.ts'

export const workspaceNames = ['demo', 'short', 'full'] as const
export type WorkspaceName = (typeof workspaceNames)[number]
export type Place = {
  pages: Record<WorkspaceName, BenchPage[]>
  /**
   * The first session belongs to an operator who is an admin of all three workspaces; the others
   * belong to managers of `full`.
   */
  cookies: string[]
}

/** Adds the workspaces `full` and `short` to the demo, unless they exist. */
export const fillPlace = async (databaseUrl: string, posts: number): Promise<void> => {
  const full = {
    slug: 'full',
    posts,
    files: posts / 10,
    accounts: 200,
    events: posts * 2,
    days: 395,
  }
  const short = {
    ...full,
    slug: 'short',
    posts: posts / 10,
    files: posts / 100,
    events: posts / 5,
    days: 39.5,
  }
  const sql = connect({ url: databaseUrl, prepare: false, max: 2, applicationName: 'bench' })
  try {
    await migrate(sql)
    if (Object.keys(await idsOf(sql)).length < workspaceNames.length)
      for (const size of [short, full]) await fillWorkspace(sql, size)
    // The database does this itself over time. It takes longer than the product's statement
    // timeout.
    const own = await sql.reserve()
    await own`set statement_timeout = 0`
    await own`vacuum (analyze)`
    own.release()
  } finally {
    await close(sql)
  }
}

/** Signs people in and collects the pages to measure. */
export const openPlace = async (databaseUrl: string): Promise<Place> => {
  const sql = connect({ url: databaseUrl, prepare: true, max: 4, applicationName: 'bench' })
  try {
    const ids = await idsOf(sql)
    const pages = { demo: [], short: [], full: [] } as Place['pages']
    for (const name of workspaceNames)
      pages[name] = await pagesOf(sql, ids[name]!.id, ids[name]!.slug)
    return { pages, cookies: await signIn(sql, ids) }
  } finally {
    await close(sql)
  }
}

type Ids = Partial<Record<WorkspaceName, { id: string; slug: string }>>

const idsOf = async (sql: Sql): Promise<Ids> => {
  const rows = await sql<
    { id: string; slug: string }[]
  >`select id, slug from workspaces order by created_at`
  const found = (slug: string) => rows.find((row) => row.slug === slug)
  const entries = Object.entries({ demo: rows[0], short: found('short'), full: found('full') })
  return Object.fromEntries(entries.filter(([, row]) => row !== undefined))
}

const signIn = async (sql: Sql, ids: Ids): Promise<string[]> => {
  const email = 'bench@example.com'
  const admin = { email, name: 'Ada Bench', passwordHash: '-', isOperator: true }
  const adminId = (await findUserByEmail(sql, email))?.id ?? (await insertUser(sql, admin))
  for (const { id } of Object.values(ids)) await insertMembership(sql, id, adminId, 'admin')
  const managers = await sql<{ userId: string }[]>`
    select user_id from memberships where workspace_id = ${ids.full!.id} and role = 'manager' order by user_id limit 40`
  const everyone = [adminId, ...managers.map(({ userId }) => userId)]
  return await Promise.all(
    everyone.map(async (id) => `__Host-session=${await insertSession(sql, id, new Date())}`),
  )
}
