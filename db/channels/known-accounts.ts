import type { JsonRecord } from '../../platforms/json.ts'
import type { Db } from '../postgres/connect.ts'
import type { ChannelState } from './channels.ts'

export type KnownAccount = {
  platform: string
  accountId: string
  name: string
  settings: JsonRecord
  state: ChannelState
  issuerUserId: string
}

/** The accounts that the workspace has, or had, through an issuer. */
export const listKnownAccounts = async (
  sql: Db,
  workspaceId: string,
  issuer: string,
): Promise<KnownAccount[]> =>
  await sql<KnownAccount[]>`
    select c.platform, c.account_id, c.name, c.settings, c.state, g.issuer_user_id from channels c join grants g on g.id = c.grant_id
    where c.workspace_id = ${workspaceId} and g.issuer = ${issuer} order by c.platform, lower(c.name)`

export type ConnectedElsewhere = {
  id: string
  platform: string
  accountId: string
  settings: JsonRecord
}

/**
 * Accounts in other workspaces that are connected through the same person. Only their number may be
 * shown.
 */
export const listConnectedElsewhere = async (
  sql: Db,
  workspaceId: string,
  { issuer, issuerUserId }: { issuer: string; issuerUserId: string },
): Promise<ConnectedElsewhere[]> =>
  await sql<ConnectedElsewhere[]>`
    select c.id, c.platform, c.account_id, c.settings from channels c join grants g on g.id = c.grant_id
    where g.issuer = ${issuer} and g.issuer_user_id = ${issuerUserId} and c.workspace_id <> ${workspaceId}
      and g.state = 'active' and c.state = 'connected' order by c.id limit 100`

/** The names of those accounts that are in the person's own workspaces. */
export const listNamesForMember = async (
  sql: Db,
  userId: string,
  channelIds: string[],
): Promise<{ name: string; platform: string; workspaceName: string }[]> =>
  await sql<{ name: string; platform: string; workspaceName: string }[]>`
    select c.name, c.platform, w.name as workspace_name
    from channels c join workspaces w on w.id = c.workspace_id
      join memberships m on m.workspace_id = c.workspace_id and m.user_id = ${userId}
    where c.id = any(${channelIds}) order by w.name, c.platform, lower(c.name)`
