import type { Db } from '../postgres/connect.ts'
import type { WebhookEvent, WebhookFormat } from './events.ts'

type Ref = { workspaceId: string; endpointId: string }

export type WebhookEndpoint = {
  id: string
  format: WebhookFormat
  urlSealed: string
  events: WebhookEvent[]
  createdAt: Date
  /** Who added it. */
  addedBy: string
  rotatedAt: Date | null
  /** Until when the secret from before the rotation signs too. */
  oldSecretUntil: Date | null
  disabledAt: Date | null
  /** An admin, a 410 of the receiver, or three days without a delivery. */
  disabledBy: 'person' | 'receiver' | 'failures' | null
  /** Of the latest message. Null if there was none. */
  lastAt: Date | null
  lastOutcome: 'waiting' | 'delivered' | 'failed' | null
  /** Messages that failed at least once and are tried again. */
  retrying: number
  nextAt: Date | null
}

const columns = (sql: Db) => sql`
  e.id, e.format, e.url_sealed, e.events, e.created_at, u.name as added_by, e.rotated_at, e.old_secret_until, e.disabled_at, e.disabled_by,
  last.at as last_at, last.outcome as last_outcome,
  (select count(*)::int from webhook_messages m where m.endpoint_id = e.id and m.next_at is not null and m.tries > 0) as retrying,
  (select min(m.next_at) from webhook_messages m where m.endpoint_id = e.id and m.next_at is not null) as next_at`

const tables = (sql: Db) => sql`
  webhook_endpoints e join users u on u.id = e.user_id left join lateral (
    select m.at, m.outcome from webhook_messages m where m.endpoint_id = e.id order by m.id desc limit 1) last on true`

/** Oldest first. */
export const listEndpoints = (sql: Db, workspaceId: string): Promise<WebhookEndpoint[]> => sql<
  WebhookEndpoint[]
>`
  select ${columns(sql)} from ${tables(sql)} where e.workspace_id = ${workspaceId} order by e.created_at, e.id`

export const findEndpoint = async (sql: Db, ref: Ref): Promise<WebhookEndpoint | undefined> => {
  const [row] = await sql<WebhookEndpoint[]>`
    select ${columns(sql)} from ${tables(sql)} where e.workspace_id = ${ref.workspaceId} and e.id = ${ref.endpointId}`
  return row
}

/** To keep a limit, call `lockWorkspace` first. */
export const countEndpoints = async (sql: Db, workspaceId: string): Promise<number> => {
  const [row] = await sql<{ count: number }[]>`
    select count(*)::int from webhook_endpoints where workspace_id = ${workspaceId}`
  return row?.count ?? 0
}

export const insertEndpoint = async (
  sql: Db,
  endpoint: {
    id: string
    workspaceId: string
    userId: string
    format: WebhookFormat
    urlSealed: string
    secretSealed: string
    events: WebhookEvent[]
    now: Date
  },
): Promise<void> => {
  const { id, workspaceId, userId, format, urlSealed, secretSealed, events, now } = endpoint
  await sql`
    insert into webhook_endpoints (id, workspace_id, user_id, format, url_sealed, secret_sealed, events, created_at)
    values (${id}, ${workspaceId}, ${userId}, ${format}, ${urlSealed}, ${secretSealed}, ${events}, ${now})`
}

/** Returns whether there was such an endpoint. */
export const deleteEndpoint = async (sql: Db, ref: Ref): Promise<boolean> => {
  const { count } = await sql`
    delete from webhook_endpoints where workspace_id = ${ref.workspaceId} and id = ${ref.endpointId}`
  return count > 0
}

export const setEndpointEvents = async (
  sql: Db,
  ref: Ref,
  events: WebhookEvent[],
): Promise<boolean> => {
  const { count } = await sql`
    update webhook_endpoints set events = ${events}
    where workspace_id = ${ref.workspaceId} and id = ${ref.endpointId}`
  return count > 0
}

/** The new secret signs from now on, and the one from before signs too until `until`. */
export const rotateSecret = async (
  sql: Db,
  ref: Ref,
  { secretSealed, oldSecretSealed, until, now }: Rotation,
): Promise<void> => {
  await sql`
    update webhook_endpoints set secret_sealed = ${secretSealed}, old_secret_sealed = ${oldSecretSealed}, old_secret_until = ${until}, rotated_at = ${now}
    where workspace_id = ${ref.workspaceId} and id = ${ref.endpointId}`
}

type Rotation = { secretSealed: string; oldSecretSealed: string; until: Date; now: Date }

/** Locked until the end of the transaction. */
export const findSecret = async (sql: Db, ref: Ref): Promise<string | undefined> => {
  const [row] = await sql<{ secretSealed: string }[]>`
    select secret_sealed from webhook_endpoints
    where workspace_id = ${ref.workspaceId} and id = ${ref.endpointId} for no key update`
  return row?.secretSealed
}

/** False if it is on already. What was given up stays given up. */
export const enableEndpoint = async (sql: Db, ref: Ref): Promise<boolean> => {
  const { count } = await sql`
    update webhook_endpoints set disabled_at = null, disabled_by = null, failing_since = null
    where workspace_id = ${ref.workspaceId} and id = ${ref.endpointId} and disabled_at is not null`
  return count > 0
}

/** Its messages that wait are given up. False if it is off already. */
export const disableEndpoint = async (
  sql: Db,
  ref: Ref,
  by: 'person' | 'receiver' | 'failures',
  now: Date,
): Promise<boolean> => {
  const { count } = await sql`
    with given_up as (
      update webhook_messages set outcome = 'failed', next_at = null
      where endpoint_id = ${ref.endpointId} and workspace_id = ${ref.workspaceId} and next_at is not null)
    update webhook_endpoints set disabled_at = ${now}, disabled_by = ${by}
    where workspace_id = ${ref.workspaceId} and id = ${ref.endpointId} and disabled_at is null`
  return count > 0
}

/** For an account that closes, or someone who is no admin of a workspace any more. */
export const deleteEndpointsOf = async (
  sql: Db,
  userId: string,
  workspaceId: string | null = null,
): Promise<void> => {
  await sql`
    delete from webhook_endpoints
    where user_id = ${userId} and (${workspaceId}::uuid is null or workspace_id = ${workspaceId})`
}
