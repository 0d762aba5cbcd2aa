import type { Db } from '../postgres/connect.ts'

export type OauthClient = { id: string; name: string; redirectUris: string[] }

export const registerClient = async (
  sql: Db,
  client: { name: string; redirectUris: string[]; now: Date; expiresAt: Date },
): Promise<string> => {
  const [row] = await sql<{ id: string }[]>`
    insert into oauth_clients (name, redirect_uris, created_at, expires_at)
    values (${client.name}, ${client.redirectUris}, ${client.now}, ${client.expiresAt}) returning id`
  return row!.id
}

export const findClient = async (sql: Db, id: string, now: Date): Promise<OauthClient | null> => {
  const [row] = await sql<OauthClient[]>`
    select id, name, redirect_uris from oauth_clients where id = ${id} and expires_at > ${now}`
  return row ?? null
}

/** Until the transaction ends, others who register an app wait, so that no two pass the limit. */
export const lockClients = async (t: Db): Promise<void> => {
  await t`select pg_advisory_xact_lock(hashtextextended('oauth clients', 0))`
}

/** To keep a limit, call `lockClients` first. */
export const countClients = async (sql: Db): Promise<number> => {
  const [row] = await sql<{ count: number }[]>`select count(*)::int from oauth_clients`
  return row?.count ?? 0
}

/** Deletes the oldest registration without a connection. Returns whether there was one. */
export const dropUnusedClient = async (sql: Db): Promise<boolean> => {
  const { count } = await sql`
    delete from oauth_clients where id = (
      select c.id from oauth_clients c where not exists (select from api_keys k where k.client_id = c.id)
      order by c.created_at limit 1)`
  return count > 0
}
