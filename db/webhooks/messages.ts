import type { Db } from '../postgres/connect.ts'
import { testEvent } from './events.ts'

type Ref = { workspaceId: string; endpointId: string }

/** A line of an endpoint's log. */
export type LoggedMessage = {
  id: string
  event: string
  at: Date
  outcome: 'waiting' | 'delivered' | 'failed'
  tries: number
  nextAt: Date | null
  postId: string | null
  /** The beginning of the post's text, for the page. It isn't sent. */
  text: string | null
  channelName: string | null
  /** The latest try. Null before the first one. */
  triedAt: Date | null
  status: number | null
  problem: string | null
  durationMs: number | null
  answer: string | null
}

/** Newest first. */
export const listMessages = (
  sql: Db,
  ref: Ref,
  page: { before: string | null; limit: number },
): Promise<LoggedMessage[]> => sql<LoggedMessage[]>`
  select m.id, m.event, m.at, m.outcome, m.tries, m.next_at, p.id as post_id, left(coalesce(t.text, p.text), 80) as text, c.name as channel_name,
    tried.at as tried_at, tried.status, tried.problem, tried.duration_ms, tried.answer
  from webhook_messages m left join targets t on t.id = m.target_id left join posts p on p.id = coalesce(m.post_id, t.post_id)
    left join channels c on c.id = coalesce(m.channel_id, t.channel_id) left join lateral (
      select * from webhook_tries w where w.message_id = m.id order by w.number desc limit 1) tried on true
  where m.workspace_id = ${ref.workspaceId} and m.endpoint_id = ${ref.endpointId} and (${page.before}::uuid is null or m.id < ${page.before}::uuid)
  order by m.id desc limit ${page.limit}`

/** Sends a message of the log once more, with the same id. Null if there is none to send. */
export const sendAgain = async (
  sql: Db,
  ref: Ref & { messageId: string },
  now: Date,
): Promise<string | null> => {
  const [row] = await sql<{ id: string }[]>`
    update webhook_messages m set outcome = 'waiting', next_at = ${now}
    from webhook_endpoints e
    where m.workspace_id = ${ref.workspaceId} and m.endpoint_id = ${ref.endpointId} and m.id = ${ref.messageId}
      and e.id = m.endpoint_id and e.disabled_at is null
    returning m.id`
  return row?.id ?? null
}

/**
 * Sends a test. One that still waits is tried now instead, so that nobody can flood a receiver. Null if
 * the endpoint is off, or gone.
 */
export const insertTest = async (sql: Db, ref: Ref, now: Date): Promise<string | null> => {
  const [row] = await sql<{ id: string }[]>`
    with its as (
      select workspace_id, id from webhook_endpoints
      where workspace_id = ${ref.workspaceId} and id = ${ref.endpointId} and disabled_at is null),
    hurried as (
      update webhook_messages m set next_at = least(m.next_at, ${now}) from its
      where m.endpoint_id = its.id and m.event = ${testEvent} and m.next_at is not null returning m.id),
    added as (
      insert into webhook_messages (workspace_id, endpoint_id, event, state, next_at)
      select workspace_id, id, ${testEvent}, 'test', ${now} from its where not exists (select from hurried)
      returning id)
    select id from hurried union all select id from added limit 1`
  return row?.id ?? null
}
