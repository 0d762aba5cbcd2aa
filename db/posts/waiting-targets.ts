import type { Problem } from '../../platforms/errors.ts'
import { enqueue } from '../notifications/outbox.ts'
import type { Db } from '../postgres/connect.ts'
import { lockPostsOn } from './post-locks.ts'

/**
 * The connection was lost before anything was sent: the post waits for a person to reconnect, even
 * past its time, until it is missed. The account is checked again when the post would be prepared,
 * at its time, and every 15 minutes after that. False if the row has moved on.
 */
export const waitForConnection = async (
  sql: Db,
  target: { id: string; revision: number },
  problem: Problem,
  words: string,
  at: Date,
): Promise<boolean> => {
  const waits = await sql`
    update targets set state = 'scheduled', state_at = ${at}, waiting_for = ${words}, problem = ${sql.json(problem)},
      not_before = case
        when exists (select from channels c join grants g on g.id = c.grant_id
          where c.id = targets.channel_id and c.state = 'connected' and g.state = 'active') then null -- connected again in this moment
        when due_at > ${at} then least(due_at, ${at}::timestamptz + interval '15 minutes')
        else ${at}::timestamptz + interval '15 minutes' end
    where id = ${target.id} and revision = ${target.revision} and state in ('scheduled', 'preparing', 'ready')
    returning id`
  return waits.length === 1
}

/**
 * Continues the posts of accounts that are connected again: waiting ones proceed, and ones that
 * failed because of the lost connection are rescheduled if their time hasn't passed. Call it in the
 * transaction that connects. Returns their ids.
 */
export const reviveTargets = async (t: Db, ref: { workspaceId: string; channelIds: string[] }, at: Date): Promise<string[]> => {
  await lockPostsOn(t, ref.channelIds, ['scheduled', 'failed'])
  const rows = await t<{ id: string }[]>`
    update targets set state = 'scheduled', state_at = ${at}, not_before = null, waiting_for = null, problem = null,
      finished_at = null, revision = revision + 1
    where workspace_id = ${ref.workspaceId} and channel_id = any(${ref.channelIds}) and problem ->> 'kind' = 'reauthorize'
      and (state = 'scheduled' or (state = 'failed' and due_at > ${at} and sent_at is null))
    returning id`
  for (const { id } of rows) await enqueue(t, 'target', id)
  return rows.map((row) => row.id)
}
