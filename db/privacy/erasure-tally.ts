import type { Db } from '../postgres/connect.ts'
import { countDeleted, countedIn, countKept } from './deletion-items.ts'
import type { OpenRequest } from './deletion-requests.ts'

/**
 * Counts rows in the transaction that deletes them. The status page shows these counts. promise: E3
 */

const add = async (
  t: Db,
  requestId: string,
  rows: { table: string; count: number }[],
): Promise<void> => {
  for (const { table, count } of rows)
    await countDeleted(t, requestId, countedIn[table] ?? 'access', count)
}

/** Counts the person's rows in these tables. */
export const tallyPerson = async (
  t: Db,
  requestId: string,
  userId: string,
  tables: string[],
): Promise<void> => {
  const rows = []
  for (const table of tables) {
    const [row] = await t<
      { count: number }[]
    >`select count(*)::int from ${t(table)} where user_id = ${userId}`
    rows.push({ table, count: row?.count ?? 0 })
  }
  await add(t, requestId, rows)
}

/**
 * Tables whose rows are deleted with the user by `on delete cascade`, read from the database so
 * that new tables are counted too.
 */
export const listTablesOfPerson = async (t: Db): Promise<string[]> => {
  const rows = await t<{ name: string }[]>`
    select distinct r.relname as name from pg_constraint c join pg_class r on r.oid = c.conrelid
    where c.contype = 'f' and c.confrelid = 'users'::regclass and c.confdeltype = 'c' and not r.relispartition order by 1`
  return rows.map(({ name }) => name)
}

/**
 * Deletes and counts the rows of workspaces that are deleted. Their posts and files were counted
 * before. A row that is added a moment later is deleted uncounted, so the page never claims more
 * than was deleted.
 */
export const tallyDoomedWorkspaces = async (t: Db, request: OpenRequest): Promise<void> => {
  const doomed = await t<{ id: string }[]>`
    select id from workspaces where erased_by = ${request.id} order by id for no key update`
  const ids = doomed.map(({ id }) => id)
  const rows = [{ table: 'workspaces', count: ids.length }]
  for (const table of [
    'memberships',
    'invitations',
    'notices',
    'events',
    'connections_under_way',
    'channels',
  ]) {
    const { count } = await t`delete from ${t(table)} where workspace_id = any(${ids}::uuid[])`
    rows.push({ table, count })
  }
  await add(t, request.id, rows)
}

/**
 * Counts the person's work that stays in other workspaces. After the deletion, nothing links it to
 * them.
 */
export const tallyKept = async (t: Db, requestId: string, userId: string): Promise<void> => {
  const [kept] = await t<{ posts: number; files: number; notes: number; log: number }[]>`
    select (select count(*)::int from posts where created_by = ${userId}) as posts,
      (select count(*)::int from media where uploaded_by = ${userId} and purged_at is null) as files,
      (select count(*)::int from annotations where created_by = ${userId}) as notes,
      (select count(*)::int from events where user_id = ${userId} and workspace_id is not null and subject_id is distinct from ${userId}) as log`
  await countKept(t, requestId, 'posts', kept!.posts)
  await countKept(t, requestId, 'files', kept!.files)
  await countKept(t, requestId, 'notes', kept!.notes)
  await countKept(t, requestId, 'log', kept!.log)
}

/**
 * Counts accounts that stay with their workspace, and posts that stay public on the platforms. Must
 * run while the grants still say who connected them.
 */
export const tallyConnections = async (
  t: Db,
  requestId: string,
  grantIds: string[],
): Promise<void> => {
  const [kept] = await t<{ accounts: number; published: number }[]>`
    select (select count(*)::int from channels c join workspaces w on w.id = c.workspace_id
        where c.grant_id = any(${grantIds}::uuid[]) and w.erased_by is distinct from ${requestId}) as accounts,
      (select count(*)::int from targets t join channels c on c.id = t.channel_id
        where c.grant_id = any(${grantIds}::uuid[]) and t.published_at is not null) as published`
  await countKept(t, requestId, 'accounts', kept!.accounts)
  await countKept(t, requestId, 'published', kept!.published)
}
