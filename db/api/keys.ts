import type { DateChoice } from '../people/date-choice.ts'
import type { Role } from '../people/memberships.ts'
import { mayComeIn } from '../people/second-factor.ts'
import type { Db } from '../postgres/connect.ts'
import { hashSecret, newSecret } from '../vault/secrets.ts'
import { type ApiScope, adminScopes, appAdminScopes } from './scopes.ts'

/** All keys begin with it, so that scanners for leaked secrets find them. */
const keyPrefix = 'cs_'
/** How long requests are counted for, in seconds: an hour. */
export const windowS = 3_600

/** Returns the key, which is shown once. The table stores only its hash. */
export const insertApiKey = async (
  sql: Db,
  key: {
    workspaceId: string
    userId: string
    name: string
    scopes: ApiScope[]
    expiresAt: Date
    now: Date
  },
): Promise<{ id: string; secret: string }> => {
  const secret = `${keyPrefix}${newSecret()}`
  const [row] = await sql<{ id: string }[]>`
    insert into api_keys (workspace_id, user_id, name, secret_hash, hint, scopes, created_at, expires_at, window_at)
    values (${key.workspaceId}, ${key.userId}, ${key.name}, ${hashSecret(secret)}, ${secret.slice(-4)}, ${key.scopes},
      ${key.now}, ${key.expiresAt}, ${key.now})
    returning id`
  return { id: row!.id, secret }
}

/** The key of a request, with its workspace and what it may do now. */
export type UsedKey = DateChoice & {
  id: string
  userId: string
  /** Of the person who made it, today. */
  role: Role
  scopes: ApiScope[]
  workspaceId: string
  slug: string
  workspaceName: string
  zone: string
  expiresAt: Date
  /** Requests of this hour with this one, and how long the hour still is. */
  requests: number
  resetS: number
}

/** A key of the API, or the access token of a connected app. Neither counts as the other. */
export type Secret = { kind: 'key' | 'app'; text: string }

/**
 * Counts a request with this key. Null unless the key is valid: not expired, and made by someone
 * who is an active member today, with two-step sign-in if the workspace requires it. Scopes for
 * admins count only while they are one.
 */
export const useApiKey = async (
  sql: Db,
  { kind, text }: Secret,
  now: Date,
): Promise<UsedKey | null> => {
  const isIt =
    kind === 'key'
      ? sql`k.secret_hash = ${hashSecret(text)}`
      : sql`k.id = (select key_id from app_tokens
          where token_hash = ${hashSecret(text)} and kind = 'access' and expires_at > ${now})`
  const isOver = sql`k.window_at <= ${now}::timestamptz - make_interval(secs => ${windowS})`
  const [row] = await sql<UsedKey[]>`
    update api_keys k set used_on = (${now}::timestamptz at time zone 'UTC')::date,
      window_at = case when ${isOver} then ${now} else k.window_at end,
      window_requests = case when ${isOver} then 1 else k.window_requests + 1 end
    from memberships m join users u on u.id = m.user_id join workspaces w on w.id = m.workspace_id
    where ${isIt} and k.expires_at > ${now} and ${belongs(sql)}
    returning k.id, k.user_id, m.role, ${scopesNow(sql)} as scopes, w.id as workspace_id, w.slug, w.name as workspace_name, w.zone,
      k.expires_at, u.hours, u.date_order, u.week_start, k.window_requests as requests,
      greatest(1, ceil(extract(epoch from k.window_at - ${now}::timestamptz)) + ${windowS})::int as reset_s`
  return row ?? null
}

const belongs = (sql: Db) => sql`
  m.workspace_id = k.workspace_id and m.user_id = k.user_id and u.deactivated_at is null and w.erased_by is null
  and ${mayComeIn(sql)}`

const scopesNow = (sql: Db) => sql`
  case when m.role = 'admin' then k.scopes
    else array(select scope from unnest(k.scopes) scope where scope <> all(${endingScopes(sql)})) end`

/** What ends of a key when its maker is no admin any more. */
const endingScopes = (sql: Db) => sql`
  case when client_id is null then ${adminScopes}::text[] else ${appAdminScopes}::text[] end`

export type ListedKey = {
  id: string
  name: string
  hint: string
  scopes: ApiScope[]
  createdAt: Date
  expiresAt: Date
  /** Such as `2026-12-01`, in UTC. */
  usedOn: string | null
  madeBy: string
}

/** The keys of a workspace, newest first, those that have expired too. */
export const listApiKeys = (sql: Db, workspaceId: string): Promise<ListedKey[]> => sql<ListedKey[]>`
  select k.id, k.name, k.hint, ${scopesNow(sql)} as scopes, k.created_at, k.expires_at, k.used_on::text as used_on, u.name as made_by
  from api_keys k join memberships m on m.workspace_id = k.workspace_id and m.user_id = k.user_id
    join users u on u.id = m.user_id
  where k.workspace_id = ${workspaceId} and k.client_id is null order by k.created_at desc, k.id desc`

/** Keys and connected apps, expired ones included. To keep a limit, call `lockWorkspace` first. */
export const countApiKeys = async (sql: Db, workspaceId: string): Promise<number> => {
  const [row] = await sql<{ count: number }[]>`
    select count(*)::int from api_keys where workspace_id = ${workspaceId}`
  return row?.count ?? 0
}

/** What was ended, or null if there was no such key. */
export const deleteApiKey = async (
  sql: Db,
  ref: { workspaceId: string; keyId: string },
): Promise<Secret['kind'] | null> => {
  const [row] = await sql<{ kind: Secret['kind'] }[]>`
    delete from api_keys where workspace_id = ${ref.workspaceId} and id = ${ref.keyId}
    returning case when client_id is null then 'key' else 'app' end as kind`
  return row?.kind ?? null
}

/** For an account that is deactivated or deleted: its keys don't come back with it. */
export const deleteApiKeysOf = async (sql: Db, userId: string): Promise<void> => {
  await sql`delete from api_keys where user_id = ${userId}`
}

/**
 * For a person who is no admin of the workspace any more: takes the scopes for admins from their
 * keys, and deletes keys that have no other.
 */
export const lowerApiKeys = async (sql: Db, workspaceId: string, userId: string): Promise<void> => {
  const own = sql`workspace_id = ${workspaceId} and user_id = ${userId}`
  await sql`
    with empty as (delete from api_keys where ${own} and scopes <@ ${endingScopes(sql)})
    update api_keys set scopes = array(select scope from unnest(scopes) scope where scope <> all(${endingScopes(sql)}))
    where ${own} and not scopes <@ ${endingScopes(sql)}`
}
