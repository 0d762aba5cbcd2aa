import type { Db } from '../postgres/connect.ts'
import { requestIds } from './request-ids.ts'

/** Rows that are sent as emails. */
export const mailKinds = [
  'notice',
  'password-reset',
  'mail-link',
  'account-mail',
  'deletion-mail',
  'report-mail',
  'report-reader',
] as const

/** What the relay does with a row: start or signal a workflow, or send an email. */
export type OutboxKind =
  | ('target' | 'review' | 'grant' | 'disconnect' | 'deletion' | 'export' | 'media')
  | ('import' | 'webhook' | 'report')
  | (typeof mailKinds)[number]

/**
 * Adds work for the relay. Call it in the transaction that causes it. Rows for the same ref are
 * handled together.
 */
export const enqueue = async (sql: Db, kind: OutboxKind, refId: string): Promise<void> => {
  await sql`insert into outbox (kind, ref_id, request_id) values (${kind}, ${refId}, ${requestIds.getStore() ?? null})`
}

/** `requestId` is the HTTP request that caused the row, if there was one. */
export type OutboxRow = { id: string; kind: OutboxKind; refId: string; requestId: string | null }

/**
 * Takes rows that are due and leases them for 5 seconds, longer with each try (up to 5 minutes).
 * The caller handles them and deletes them; otherwise they become due again.
 */
export const takeDue = (sql: Db, limit: number): Promise<OutboxRow[]> => sql<OutboxRow[]>`
  update outbox set tries = tries + 1, next_try_at = now() + least(interval '5 minutes', interval '5 seconds' * power(2, least(tries, 8)))
  where id in (select id from outbox where next_try_at <= now() order by next_try_at, id limit ${limit} for update skip locked)
  returning id, kind, ref_id, request_id`

/** The current rows of these refs, including leased ones. */
export const listWaiting = (
  sql: Db,
  kind: OutboxKind,
  refIds: string[],
): Promise<OutboxRow[]> => sql<OutboxRow[]>`
  select id, kind, ref_id, request_id from outbox where kind = ${kind} and ref_id = any(${refIds})`

/** Deletes rows that have been handled. */
export const deleteHandled = async (sql: Db, ids: string[]): Promise<void> => {
  await sql`delete from outbox where id = any(${ids}::bigint[])`
}

/** The ids whose rows no longer exist. */
export const listGone = async (
  sql: Db,
  table: 'targets' | 'posts' | 'grants',
  ids: string[],
): Promise<string[]> => {
  const rows = await sql<{ id: string }[]>`
    select told.id from unnest(${ids}::uuid[]) as told(id) where not exists (select from ${sql(table)} t where t.id = told.id)`
  return rows.map((row) => row.id)
}
