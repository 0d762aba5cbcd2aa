import { mayComeIn } from '../people/second-factor.ts'
import type { Db } from '../postgres/connect.ts'
import { hashSecret, newSecret } from '../vault/secrets.ts'
import type { Connection } from './apps.ts'

/** Scanners for leaked secrets find them by these beginnings. */
const prefixes = { access: 'csa_', refresh: 'csr_' }
export type Tokens = { access: string; refresh: string }

/** Returns a new pair of tokens, of which the table has only the hashes. */
export const insertTokens = async (
  sql: Db,
  { keyId, workspaceId }: Connection,
  ends: { access: Date; refresh: Date },
): Promise<Tokens> => {
  const tokens = {
    access: `${prefixes.access}${newSecret()}`,
    refresh: `${prefixes.refresh}${newSecret()}`,
  }
  await sql`
    insert into app_tokens (token_hash, key_id, workspace_id, kind, expires_at) values
      (${hashSecret(tokens.access)}, ${keyId}, ${workspaceId}, 'access', ${ends.access}),
      (${hashSecret(tokens.refresh)}, ${keyId}, ${workspaceId}, 'refresh', ${ends.refresh})`
  return tokens
}

/**
 * Uses up a refresh token of this app. Null if it isn't valid, or was used, or its person has no
 * two-step sign-in although the workspace requires it.
 */
export const takeRefreshToken = async (
  sql: Db,
  { token, clientId, now }: { token: string; clientId: string; now: Date },
): Promise<Connection | null> => {
  const [row] = await sql<Connection[]>`
    update app_tokens t set used_at = ${now}
    from api_keys k join users u on u.id = k.user_id join workspaces w on w.id = k.workspace_id
    where t.token_hash = ${hashSecret(token)} and t.kind = 'refresh' and t.used_at is null and t.expires_at > ${now}
      and k.id = t.key_id and k.client_id = ${clientId} and ${mayComeIn(sql)}
    returning t.key_id, t.workspace_id, k.scopes`
  return row ?? null
}
