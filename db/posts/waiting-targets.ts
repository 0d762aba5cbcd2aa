import type { Problem } from '../../platforms/errors.ts'
import { enqueue } from '../notifications/outbox.ts'
import type { Db } from '../postgres/connect.ts'
import { lockPostsOn } from './post-locks.ts'
import { transition, transitions } from './target-transitions.ts'

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
  const notBefore = sql`case
    when exists (select from channels c join grants g on g.id = c.grant_id
      where c.id = t.channel_id and c.state = 'connected' and g.state = 'active') then null -- connected again in this moment
    when t.due_at > ${at} then least(t.due_at, ${at}::timestamptz + interval '15 minutes')
    else ${at}::timestamptz + interval '15 minutes' end`
  const where = sql`t.id = ${target.id} and t.revision = ${target.revision}`
  const waits = await transition(sql, 'awaitConnection', { where }, { words, problem, notBefore })
  return waits.length === 1
}

/**
 * Continues the posts of accounts that are connected again: waiting ones proceed, and ones that
 * failed because of the lost connection are rescheduled if their time hasn't passed. Call it in the
 * transaction that connects. Returns their ids.
 */
export const reviveTargets = async (
  t: Db,
  ref: { workspaceId: string; channelIds: string[] },
  at: Date,
): Promise<string[]> => {
  await lockPostsOn(t, ref.channelIds, transitions.revive.from)
  const rows = await transition(t, 'revive', {
    where: t`
      t.workspace_id = ${ref.workspaceId} and t.channel_id = any(${ref.channelIds}) and t.problem ->> 'kind' = 'reauthorize'
      and (t.state = 'scheduled' or (t.due_at > ${at} and t.sent_at is null))`,
  })
  for (const { id } of rows) await enqueue(t, 'target', id)
  return rows.map((row) => row.id)
}
