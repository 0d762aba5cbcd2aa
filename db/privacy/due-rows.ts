import { type Db, type Sql, tx } from '../postgres/connect.ts'
import type { Rule } from './retention-rules/rule.ts'

/** Rows whose term began at or before this moment are due. */
export const cutoffOf = async (sql: Db, rule: Rule, now: Date): Promise<Date> => {
  const [found] = await sql<
    { at: Date }[]
  >`select ${now}::timestamptz - ${rule.keep}::interval as at`
  return found!.at
}

/** Whether the table exists. A rule may be written before its table. */
export const hasTable = async (sql: Db, table: string): Promise<boolean> => {
  const [found] = await sql<{ is: boolean }[]>`select to_regclass(${table}) is not null as is`
  return found!.is
}

/** Deletes at most `limit` rows that are due, and skips locked rows. Returns how many. */
export const deleteDueRows = async (
  sql: Db,
  rule: Rule,
  cutoff: Date,
  limit: number,
): Promise<number> => {
  const table = sql(rule.table)
  const due = sql`${isDue(sql, rule, cutoff)} limit ${limit} for update skip locked`
  // In a partitioned table, the same ctid exists in every partition.
  const { count } =
    rule.goes === 'month'
      ? await sql`
          delete from ${table} t using (select tableoid as part, ctid as place from ${table} where ${due}) due
          where t.tableoid = due.part and t.ctid = due.place`
      : await sql`delete from ${table} where ctid = any(array(select ctid from ${table} where ${due}))`
  return count
}

/** SQL: which rows are due, in the order of the rule's index if it has one. */
const isDue = (sql: Db, { began, index }: Rule, cutoff: Date) =>
  index
    ? sql`${sql.unsafe(index.where ?? 'true')} and ${sql.unsafe(index.at)} <= ${cutoff}::timestamptz at time zone 'UTC'
        and (${sql.unsafe(began)}) <= ${cutoff} order by ${sql.unsafe(index.at)}`
    : sql`(${sql.unsafe(began)}) <= ${cutoff}`

// promise: R3
/** Drops the partitions of whole months before the cutoff. Returns how many rows they had. */
export const dropDueMonths = (sql: Sql, cutoff: Date): Promise<number> =>
  tx(sql, async (t) => {
    const [due] = await t<{ rows: number }[]>`
      select count(*)::int as rows from snapshots where taken_at < date_trunc('month', ${cutoff}::timestamptz, 'UTC')`
    await t`select drop_snapshot_months(${cutoff})`
    return due!.rows
  })

/** Connections that were removed on their platform and are due. */
export const listDueGrants = async (
  sql: Db,
  rule: Rule,
  cutoff: Date,
  limit: number,
): Promise<string[]> => {
  const rows = await sql<{ id: string }[]>`
    select id from grants where (${sql.unsafe(rule.began)}) <= ${cutoff} order by id limit ${limit}`
  return rows.map((row) => row.id)
}

export type Left = { count: number; oldestAt: Date | null }

/** More rows than this are not counted: whoever reads the result needs to know that they are many. */
export const mostCounted = 10_000

/**
 * How many rows have a running term, up to one more than `mostCounted`, and when the oldest one
 * began.
 */
export const whatIsLeft = async (sql: Db, rule: Rule): Promise<Left> => {
  const began = sql.unsafe(`(${rule.began})`)
  const running = sql`from ${sql(rule.table)} where ${sql.unsafe(rule.index?.where ?? 'true')} and ${began} is not null`
  const at = rule.index && sql.unsafe(rule.index.at)
  const ordered = at ? sql`order by ${at}` : sql``
  // No term begins before the row's place in the index, so the oldest is at or before the first.
  const first = at
    ? sql`and ${at} <= (select ${began} ${running} ${ordered} limit 1) at time zone 'UTC'`
    : sql``
  const [left] = await sql<Left[]>`
    select (select count(*)::int from (select ${running} ${ordered} limit ${mostCounted + 1}) as counted) as count,
      (select min(${began}) ${running} ${first}) as oldest_at`
  return left!
}

// promise: R4
/** Makes the URLs of due files answer 410. Their bytes are deleted next. Returns how many. */
export const purgeDueMedia = async (
  sql: Db,
  rule: Rule,
  cutoff: Date,
  limit: number,
  now: Date,
): Promise<number> => {
  const { count } = await sql`
    update media set purged_at = ${now} where id = any(array(
      select id from media where ${isDue(sql, rule, cutoff)} limit ${limit} for update skip locked))`
  return count
}

/** Accounts that are due and have no open deletion request. */
export const listDueAccounts = async (sql: Db, cutoff: Date, limit: number): Promise<string[]> => {
  const rows = await sql<{ id: string }[]>`
    select id from users u where deactivated_at <= ${cutoff}
      and not exists (select from deletion_requests d where d.user_id = u.id and d.finished_at is null) limit ${limit}`
  return rows.map((one) => one.id)
}
