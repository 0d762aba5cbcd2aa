import type { Db } from './connect.ts'
import { requestIds } from './request-ids.ts'

/** What the relay carries: a workflow to start or nudge (target, deletion, export, policy), or a mail to write (password-reset, mail-link). */
export type OutboxKind = 'target' | 'grant' | 'disconnect' | 'notice' | 'password-reset' | 'mail-link' | 'deletion' | 'export'

/** Asks the relay to tell somebody; call it in the transaction that caused it. Several rows for one ref are told as one. */
export const enqueue = async (sql: Db, kind: OutboxKind, refId: string): Promise<void> => {
  await sql`insert into outbox (kind, ref_id, request_id) values (${kind}, ${refId}, ${requestIds.getStore() ?? null})`
}

/** `requestId`: of the request that caused it, where one did. */
export type OutboxRow = { id: string; kind: OutboxKind; refId: string; requestId: string | null }

/** Takes rows that are due, for 5 s and longer with every try: whoever took them tells them and deletes them, or they come due again. */
export const takeDue = (sql: Db, limit: number): Promise<OutboxRow[]> => sql<OutboxRow[]>`
  update outbox set tries = tries + 1, next_try_at = now() + least(interval '5 minutes', interval '5 seconds' * power(2, least(tries, 8)))
  where id in (select id from outbox where next_try_at <= now() order by next_try_at, id limit ${limit} for update skip locked)
  returning id, kind, ref_id, request_id`

/** The rows of these refs that stand now, whoever may be telling them. */
export const listWaiting = (sql: Db, kind: OutboxKind, refIds: string[]): Promise<OutboxRow[]> => sql<OutboxRow[]>`
  select id, kind, ref_id, request_id from outbox where kind = ${kind} and ref_id = any(${refIds})`

/** Told: the rows go. */
export const deleteTold = async (sql: Db, ids: string[]): Promise<void> => {
  await sql`delete from outbox where id = any(${ids}::bigint[])`
}

/** Of these ids, those whose row does not exist any more. */
export const listGone = async (sql: Db, table: 'targets' | 'grants', ids: string[]): Promise<string[]> => {
  const rows = await sql<{ id: string }[]>`
    select told.id from unnest(${ids}::uuid[]) as told(id) where not exists (select from ${sql(table)} t where t.id = told.id)`
  return rows.map((row) => row.id)
}
