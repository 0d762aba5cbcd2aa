import type { Db } from '../postgres/connect.ts'
import { hashSecret, newSecret } from '../vault/secrets.ts'
import type { ApiScope } from './scopes.ts'

/** What a person allowed an app. `challenge`: PKCE. */
export type Consent = {
  workspaceId: string
  userId: string
  clientId: string
  redirectUri: string
  challenge: string
  scopes: ApiScope[]
}

/**
 * Returns the code, of which the table has only the hash. Null if the session of the person ended
 * meanwhile. Whoever ends the session at the same moment waits, so they find the code.
 */
export const insertCode = async (
  sql: Db,
  consent: Consent & { sessionId: string },
  expiresAt: Date,
): Promise<string | null> => {
  const code = newSecret()
  const { workspaceId, userId, clientId, redirectUri, challenge, scopes, sessionId } = consent
  const { count } = await sql`
    insert into oauth_codes (code_hash, workspace_id, user_id, client_id, redirect_uri, challenge, scopes, expires_at)
    select ${hashSecret(code)}, ${workspaceId}, s.user_id, ${clientId}, ${redirectUri}, ${challenge}, ${scopes}::text[], ${expiresAt}
    from sessions s where s.id = ${sessionId} and s.user_id = ${userId} for share`
  return count > 0 ? code : null
}

/** For a person whose sessions ended: what they allowed and no app has fetched yet. */
export const deleteCodesOf = async (sql: Db, userId: string): Promise<void> => {
  await sql`delete from oauth_codes where user_id = ${userId}`
}

type Given = { code: string; clientId: string; now: Date }

/** Uses up a code. Null if it isn't valid, or was used. */
export const takeCode = async (
  sql: Db,
  { code, clientId, now }: Given,
): Promise<Consent | null> => {
  const [row] = await sql<Consent[]>`
    update oauth_codes set used_at = ${now}
    where code_hash = ${hashSecret(code)} and client_id = ${clientId} and used_at is null and expires_at > ${now}
    returning workspace_id, user_id, client_id, redirect_uri, challenge, scopes`
  return row ?? null
}

/** Remembers what was made with a code. */
export const bindCode = async (sql: Db, code: string, keyId: string): Promise<void> => {
  await sql`update oauth_codes set key_id = ${keyId} where code_hash = ${hashSecret(code)}`
}
