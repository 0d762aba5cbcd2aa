import type { Problem } from '../platforms/errors.ts'
import type { Db } from './connect.ts'
import { enqueue } from './outbox.ts'

/**
 * The connection is gone while the post's time has not come: it waits for a person to reconnect, until its time. False when the row has
 * moved on, or its time is there.
 */
export const waitForConnection = async (
  sql: Db,
  target: { id: string; revision: number },
  problem: Problem,
  words: string,
  at: Date,
): Promise<boolean> => {
  const waits = await sql`
    update targets set state = 'scheduled', state_at = ${at}, not_before = due_at, waiting_for = ${words}, problem = ${sql.json(problem)}
    where id = ${target.id} and revision = ${target.revision} and state in ('scheduled', 'preparing', 'ready') and due_at > ${at}
    returning id`
  return waits.length === 1
}

/**
 * Posts of accounts that are connected again: those that wait go on, and those that failed for the lost connection are scheduled again
 * while their time has not come. Call it in the transaction that connects; answers with their ids.
 */
export const reviveTargets = async (t: Db, ref: { workspaceId: string; channelIds: string[] }, at: Date): Promise<string[]> => {
  const rows = await t<{ id: string }[]>`
    update targets set state = 'scheduled', state_at = ${at}, not_before = null, waiting_for = null, problem = null,
      finished_at = null, revision = revision + 1
    where workspace_id = ${ref.workspaceId} and channel_id = any(${ref.channelIds}) and problem ->> 'kind' = 'reauthorize'
      and (state = 'scheduled' or (state = 'failed' and due_at > ${at} and sent_at is null))
    returning id`
  for (const { id } of rows) await enqueue(t, 'target', id)
  return rows.map((row) => row.id)
}
