import type { Db } from '../postgres/connect.ts'
import type { WebhookFormat } from './events.ts'

/** What the workflow of an endpoint needs. */
export type EndpointToServe = {
  workspaceId: string
  /** When the next of its messages is to be tried. Null: none waits. */
  nextAt: Date | null
  waiting: number
}

/** Undefined if it is gone or off. */
export const findEndpointToServe = async (
  sql: Db,
  endpointId: string,
): Promise<EndpointToServe | undefined> => {
  const [row] = await sql<EndpointToServe[]>`
    select e.workspace_id, min(m.next_at) as next_at, count(m.id)::int as waiting
    from webhook_endpoints e left join webhook_messages m on m.endpoint_id = e.id and m.next_at is not null
    where e.id = ${endpointId} and e.disabled_at is null group by e.id`
  return row
}

/** A message with everything that is sent. */
export type DueMessage = {
  id: string
  workspaceId: string
  endpointId: string
  slug: string
  format: WebhookFormat
  urlSealed: string
  secretSealed: string
  /** Null unless the secret from before a rotation still signs. */
  oldSecretSealed: string | null
  event: string
  at: Date
  state: string
  tries: number
  postId: string | null
  targetId: string | null
  channelId: string | null
  platform: string | null
  permalink: string | null
  dueAt: Date | null
  publishedAt: Date | null
}

/** In the order of their times. */
export const listDueMessages = (
  sql: Db,
  endpointId: string,
  { now, limit }: { now: Date; limit: number },
): Promise<DueMessage[]> => sql<DueMessage[]>`
  select m.id, m.workspace_id, m.endpoint_id, w.slug, e.format, e.url_sealed, e.secret_sealed,
    case when e.old_secret_until > ${now} then e.old_secret_sealed end as old_secret_sealed,
    m.event, m.at, m.state, m.tries, coalesce(m.post_id, t.post_id) as post_id, m.target_id, c.id as channel_id, c.platform, t.permalink,
    coalesce(t.due_at, p.due_at) as due_at, t.published_at
  from webhook_messages m join webhook_endpoints e on e.id = m.endpoint_id join workspaces w on w.id = m.workspace_id
    left join targets t on t.id = m.target_id left join posts p on p.id = m.post_id
    left join channels c on c.id = coalesce(m.channel_id, t.channel_id)
  where m.endpoint_id = ${endpointId} and m.next_at <= ${now} and e.disabled_at is null
  order by m.next_at, m.id limit ${limit}`

/**
 * Locks the endpoint until the transaction ends. Lock it before its messages, which is the order in
 * which it is turned off or deleted with them.
 */
export const lockEndpoint = async (
  t: Db,
  { workspaceId, endpointId }: Pick<DueMessage, 'workspaceId' | 'endpointId'>,
): Promise<void> => {
  await t`
    select from webhook_endpoints where workspace_id = ${workspaceId} and id = ${endpointId} for no key update`
}

export type Try = {
  at: Date
  durationMs: number
  status: number | null
  problem: string | null
  answer: string
}

/**
 * Notes a try and what comes of it. `nextAt` null: it is over. False if another worker has noted
 * this try.
 */
export const noteTry = async (
  sql: Db,
  message: Pick<DueMessage, 'id' | 'workspaceId' | 'tries'>,
  tried: Try,
  after: { outcome: 'waiting' | 'delivered' | 'failed'; nextAt: Date | null },
): Promise<boolean> => {
  const rows = await sql`
    with noted as (
      update webhook_messages set tries = tries + 1, outcome = ${after.outcome}, next_at = ${after.nextAt}
      where id = ${message.id} and tries = ${message.tries} returning id, endpoint_id),
    since as (
      update webhook_endpoints set failing_since = case when ${after.outcome === 'delivered'} then null else coalesce(failing_since, ${tried.at}) end
      where id in (select endpoint_id from noted)
        and (failing_since is null) <> ${after.outcome === 'delivered'})
    insert into webhook_tries (workspace_id, message_id, number, at, duration_ms, status, problem, answer)
    select ${message.workspaceId}, id, ${message.tries + 1}, ${tried.at}, ${tried.durationMs}, ${tried.status}, ${tried.problem}, ${tried.answer}
    from noted returning id`
  return rows.length > 0
}

/** Whether nothing could be delivered since then. */
export const isFailingSince = async (
  sql: Db,
  endpointId: string,
  since: Date,
): Promise<boolean> => {
  const [row] = await sql<{ isFailing: boolean }[]>`
    select coalesce(failing_since <= ${since}, false) as is_failing from webhook_endpoints where id = ${endpointId}`
  return row?.isFailing ?? false
}

/** Endpoints with messages that should have been tried, and that no row of the outbox tells about. */
export const listEndpointsAlone = async (sql: Db, limit: number): Promise<string[]> => {
  const rows = await sql<{ id: string }[]>`
    select distinct m.endpoint_id as id from webhook_messages m
    where m.next_at < now() - interval '1 minute'
      and not exists (select from outbox o where o.kind = 'webhook' and o.ref_id = m.endpoint_id)
    limit ${limit}`
  return rows.map(({ id }) => id)
}
