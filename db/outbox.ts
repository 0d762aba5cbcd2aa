import type { Db } from './connect.ts'

/** What the relay carries: a target's workflow to start or nudge, or a password reset to mail. */
export type OutboxKind = 'target' | 'password-reset'

/** Asks the relay to tell somebody; call it in the transaction that caused it. Several rows for one ref are told as one. */
export const enqueue = async (sql: Db, kind: OutboxKind, refId: string): Promise<void> => {
  await sql`insert into outbox (kind, ref_id) values (${kind}, ${refId})`
}
