import type { TransactionSql } from 'postgres'
import type { Db } from '../../postgres/connect.ts'
import { hashSecret, newSecret } from '../../vault/secrets.ts'

/**
 * Returns the code for the client's cookie. Null if the link has so many clients already: the lock
 * makes those who come at the same time wait for each other.
 */
export const insertClient = async (
  t: TransactionSql,
  client: { linkId: string; workspaceId: string; name: string; most: number; now: Date },
): Promise<{ id: string; cookie: string } | null> => {
  const cookie = newSecret()
  await t`select from review_links where id = ${client.linkId} for no key update`
  const [row] = await t<{ id: string }[]>`
    insert into client_reviewers (workspace_id, link_id, name, cookie_hash, created_at)
    select ${client.workspaceId}, ${client.linkId}, ${client.name}, ${hashSecret(cookie)}, ${client.now}
    where (select count(*) from client_reviewers where link_id = ${client.linkId}) < ${client.most}
    returning id`
  return row ? { id: row.id, cookie } : null
}

export const renameClient = async (
  sql: Db,
  ref: { linkId: string; clientId: string },
  name: string,
): Promise<void> => {
  await sql`update client_reviewers set name = ${name} where link_id = ${ref.linkId} and id = ${ref.clientId}`
}
