import { mayComeIn } from '../people/second-factor.ts'
import type { Db } from '../postgres/connect.ts'
import { hashSecret } from '../vault/secrets.ts'
import type { Consent } from './oauth-codes.ts'
import { type ApiScope, appAdminScopes } from './scopes.ts'

/** A connected app: a row of api_keys that has tokens instead of a secret. */
export type Connection = { keyId: string; workspaceId: string; scopes: ApiScope[] }

/**
 * Connects an app to a workspace for a person, who must still be allowed to. Null if not. A former
 * connection of the same app there must be deleted before. Whoever takes a right from the person at
 * the same moment comes before or after this, never between, and ends what they find.
 */
export const insertConnection = async (
  sql: Db,
  { workspaceId, userId, clientId, scopes }: Consent,
  { now, expiresAt }: { now: Date; expiresAt: Date },
): Promise<Connection | null> => {
  const [row] = await sql<Connection[]>`
    insert into api_keys (workspace_id, user_id, client_id, name, scopes, created_at, expires_at, window_at)
    select m.workspace_id, m.user_id, c.id, c.name, ${scopes}::text[], ${now}, ${expiresAt}, ${now}
    from memberships m join users u on u.id = m.user_id join workspaces w on w.id = m.workspace_id
      join oauth_clients c on c.id = ${clientId}
    where m.workspace_id = ${workspaceId} and m.user_id = ${userId} and u.deactivated_at is null
      and w.erased_by is null and ${mayComeIn(sql)} and (m.role = 'admin' or not ${scopes}::text[] && ${appAdminScopes}::text[])
    for share of m, u
    returning id as key_id, workspace_id, scopes`
  return row ?? null
}

export const deleteFormerConnection = async (
  sql: Db,
  { workspaceId, userId, clientId }: Consent,
): Promise<void> => {
  await sql`
    delete from api_keys where client_id = ${clientId} and workspace_id = ${workspaceId} and user_id = ${userId}`
}

/**
 * Moves the ends of a connection and of the registration of its app. False if the connection ended
 * meanwhile.
 */
export const prolongConnection = async (sql: Db, keyId: string, until: Date): Promise<boolean> => {
  const { count } = await sql`
    with key as (update api_keys set expires_at = ${until} where id = ${keyId} returning client_id)
    update oauth_clients c set expires_at = greatest(c.expires_at, ${until}) from key where c.id = key.client_id`
  return count > 0
}

type Ended = { id: string; workspaceId: string }

/** Ends the connection that was made with a code, which was sent a second time. */
export const deleteConnectionOfCode = async (
  sql: Db,
  code: string,
  clientId: string,
): Promise<Ended | null> => {
  const [row] = await sql<Ended[]>`
    delete from api_keys where client_id = ${clientId}
      and id = (select key_id from oauth_codes where code_hash = ${hashSecret(code)} and used_at is not null)
    returning id, workspace_id`
  return row ?? null
}

/** Ends the connection of a token. `onlyUsed`: only if the token was exchanged before. */
export const deleteConnectionOfToken = async (
  sql: Db,
  { token, clientId, onlyUsed }: { token: string; clientId: string; onlyUsed: boolean },
): Promise<Ended | null> => {
  const [row] = await sql<Ended[]>`
    delete from api_keys where client_id = ${clientId}
      and id = (select key_id from app_tokens where token_hash = ${hashSecret(token)}
        and (used_at is not null or not ${onlyUsed}))
    returning id, workspace_id`
  return row ?? null
}

/** Ends a connection of this person. Null if it isn't theirs. */
export const deleteOwnConnection = async (
  sql: Db,
  userId: string,
  keyId: string,
): Promise<Ended | null> => {
  const [row] = await sql<Ended[]>`
    delete from api_keys where id = ${keyId} and user_id = ${userId} and client_id is not null
    returning id, workspace_id`
  return row ?? null
}

/**
 * Ends all apps that a person connected, in every workspace, and writes it into the activity log.
 */
export const endAppsOf = async (sql: Db, userId: string): Promise<void> => {
  await sql`
    with ended as (delete from api_keys where user_id = ${userId} and client_id is not null returning id, workspace_id)
    insert into events (name, workspace_id, subject_id, facts)
    select 'app.cut_off', workspace_id, id, '{}' from ended`
}

export type ListedApp = {
  id: string
  name: string
  scopes: ApiScope[]
  createdAt: Date
  /** Such as `2026-12-01`, in UTC. */
  usedOn: string | null
  connectedBy: string
  workspaceName: string
}

const listed = (sql: Db) => sql`
  select k.id, k.name, k.scopes, k.created_at, k.used_on::text as used_on, u.name as connected_by, w.name as workspace_name
  from api_keys k join users u on u.id = k.user_id join workspaces w on w.id = k.workspace_id`

/** The apps that are connected to a workspace, newest first. */
export const listAppsOfWorkspace = (
  sql: Db,
  workspaceId: string,
  now: Date,
): Promise<ListedApp[]> => sql<ListedApp[]>`
  ${listed(sql)} where k.workspace_id = ${workspaceId} and k.client_id is not null and k.expires_at > ${now}
  order by k.created_at desc, k.id desc`

/** The apps that a person connected, in all their workspaces, newest first. */
export const listAppsOfPerson = (sql: Db, userId: string, now: Date): Promise<ListedApp[]> => sql<
  ListedApp[]
>`
  ${listed(sql)} where k.user_id = ${userId} and k.client_id is not null and k.expires_at > ${now}
  order by k.created_at desc, k.id desc`
