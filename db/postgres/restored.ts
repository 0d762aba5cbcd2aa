import { maybePublishedStates, openStates, stateList } from '../posts/target-states.ts'
import { transition } from '../posts/target-transitions.ts'
import type { Db } from './connect.ts'

/**
 * A restored database doesn't know which posts were published after the backup. Posts that have
 * come due since then might be public already, so they become unconfirmed and someone has to check
 * the account. Returns how many.
 */
export const holdBackUncertain = async (sql: Db, backupAt: Date, now: Date): Promise<number> => {
  const moment = backupAt.toISOString().slice(0, 16).replace('T', ' ')
  const words = `Restored from a backup of ${moment} UTC, made before this was due. It may have gone out since: look at the account.`
  const held = await transition(sql, 'holdBack', { where: sql`t.due_at <= ${now}` }, { words })
  // Their first comments may exist too, so the workflow looks for them before it writes them.
  await sql`
    update targets set comment_state = 'waiting', comment_not_before = null
    where comment_state is null and coalesce(settings ->> 'first_comment', '') <> '' and due_at <= ${now}
      and state in ${stateList(sql, maybePublishedStates)}`
  return held.length
}

/**
 * Adds everything that has a workflow to the outbox again. A workflow that is still running takes
 * this as a signal. Returns how many rows.
 */
export const tellEverything = async (sql: Db): Promise<number> => {
  const told = await sql`
    insert into outbox (kind, ref_id)
    select 'target', id from targets
      where state in ${stateList(sql, openStates)} or (state = 'published' and finished_at is null)
        or comment_open
    union all select 'review', post_id from reviews where state <> 'approved'
    union all select 'report', report_id from report_schedules
    union all select distinct 'webhook', endpoint_id from webhook_messages where next_at is not null
    union all select 'grant', id from grants where state <> 'ended'
    union all select 'disconnect', channel_id from revocations
      where channel_id is not null and (state = 'pending' or (erases_history and erased_at is null))
    union all select 'media', id from media m where purged_at is null and (conversion = 'waiting'
      or exists (select from renditions r where r.media_id = m.id and r.state = 'waiting'))
    union all select 'deletion', id from deletion_requests where finished_at is null`
  return told.count
}

/**
 * Deletes the exports that backups of earlier versions contain. Returns the store keys of their
 * files.
 */
export const dropRestoredExports = async (t: Db): Promise<string[]> => {
  const rows = await t<{ storeKey: string | null }[]>`delete from exports returning store_key`
  return rows.flatMap(({ storeKey }) => storeKey ?? [])
}
