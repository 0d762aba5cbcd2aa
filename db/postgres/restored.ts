import type { Db } from './connect.ts'

/**
 * What a restored database does not know is whether posts went out after the backup was made. Those whose time has come since may be
 * public, so none of them is sent by itself: they are unconfirmed, and a person who looks at the account decides. Returns how many.
 */
export const holdBackUncertain = async (sql: Db, backupAt: Date, now: Date): Promise<number> => {
  const moment = backupAt.toISOString().slice(0, 16).replace('T', ' ')
  const words = `Restored from a backup of ${moment} UTC, made before this was due. It may have gone out since: look at the account.`
  const held = await sql`
    update targets set state = 'unconfirmed', state_at = ${now}, waiting_for = ${words}, not_before = null, revision = revision + 1
    where state in ('scheduled', 'preparing', 'ready') and due_at <= ${now}`
  return held.count
}

/** Everything that a workflow drives is told to Temporal again; one that runs there already takes it as a nudge. Returns how many. */
export const tellEverything = async (sql: Db): Promise<number> => {
  const told = await sql`
    insert into outbox (kind, ref_id)
    select 'target', id from targets
      where state in ('scheduled', 'preparing', 'ready', 'sending', 'processing') or (state = 'published' and finished_at is null)
    union all select 'grant', id from grants where state <> 'ended'
    union all select 'disconnect', channel_id from disconnections
    union all select 'deletion', id from deletion_requests where finished_at is null
    union all select 'export', id from exports where made_at is null`
  return told.count
}
