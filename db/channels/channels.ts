import type { AccountOffer } from '../platforms/grant.ts'
import type { JsonRecord } from '../platforms/platform.ts'
import type { Db } from './connect.ts'
import type { Vault } from './vault.ts'

export type ChannelState = 'connected' | 'reconnect' | 'disconnected'

/** A connected account as lists show it: no token comes along. */
export type ListedChannel = {
  id: string
  platform: string
  accountId: string
  name: string
  handle: string
  state: ChannelState
  stateReason: string | null
  connectedAt: Date
  grantId: string
  issuer: string
  grantState: 'active' | 'reauthorize' | 'ended'
  /** The person who consented, as the issuer calls them. */
  grantName: string
  expiresAt: Date | null
  refreshExpiresAt: Date | null
  dataAccessExpiresAt: Date | null
  renewedAt: Date | null
  /** Member who connected it last; null when their account is gone. */
  connectedBy: string | null
  /** Posts that are still to go out there, and when the first does. */
  waiting: number
  firstDueAt: Date | null
}

/** The workspace's accounts, those that need a person first. */
export const listChannels = async (sql: Db, workspaceId: string): Promise<ListedChannel[]> =>
  await sql<ListedChannel[]>`
    select c.id, c.platform, c.account_id, c.name, c.handle, c.state, c.state_reason, c.connected_at, c.grant_id,
      g.issuer, g.state as grant_state, g.user_name as grant_name, g.expires_at, g.refresh_expires_at, g.data_access_expires_at,
      g.renewed_at, u.name as connected_by, w.waiting, w.first_due_at
    from channels c join grants g on g.id = c.grant_id left join users u on u.id = g.connected_by,
      lateral (select count(*)::int as waiting, min(due_at) as first_due_at from targets t
        where t.channel_id = c.id and t.state in ('scheduled', 'preparing', 'ready')) w
    where c.workspace_id = ${workspaceId} and c.state <> 'disconnected'
    order by c.state = 'connected' and g.state = 'active', c.platform, lower(c.name), c.id`

export type OpenChannel = {
  id: string
  workspaceId: string
  platform: string
  grantId: string
  accountId: string
  settings: JsonRecord
  state: ChannelState
  stateReason: string | null
  accountToken: string | null
}

const place = (id: string) => ({ table: 'channels', id, column: 'token_sealed' })

/** The account with its own token open. Null when the workspace has no such account. */
export const openChannel = async (sql: Db, vault: Vault, workspaceId: string, id: string): Promise<OpenChannel | null> => {
  const [row] = await sql<(Omit<OpenChannel, 'accountToken'> & { seal: string | null })[]>`
    select id, workspace_id, platform, grant_id, account_id, settings, state, state_reason, token_sealed as seal
    from channels where id = ${id} and workspace_id = ${workspaceId}`
  if (!row) return null
  const { seal, ...channel } = row
  return { ...channel, accountToken: seal === null ? null : vault.open(seal, place(id)) }
}

/** Connects an account, or connects it again: same row, new token, name and grant; its posts stay its own. */
export const saveChannel = async (
  sql: Db,
  vault: Vault,
  channel: { workspaceId: string; grantId: string; offer: AccountOffer },
): Promise<{ id: string; isNew: boolean }> => {
  const { offer } = channel
  const [row] = await sql<{ id: string; isNew: boolean }[]>`
    insert into channels (workspace_id, grant_id, platform, account_id, name, handle, settings)
    values (${channel.workspaceId}, ${channel.grantId}, ${offer.platform}, ${offer.accountId}, ${offer.name}, ${offer.handle},
      ${sql.json(offer.settings)})
    on conflict on constraint channels_account_unique do update set
      grant_id = excluded.grant_id, name = excluded.name, handle = excluded.handle, settings = channels.settings || excluded.settings,
      state = 'connected', state_reason = null, disconnected_at = null,
      connected_at = case when channels.state = 'disconnected' then now() else channels.connected_at end
    returning id, xmax = 0 as is_new`
  const { id, isNew } = row!
  // promise: S1
  const seal = offer.accountToken === null ? null : vault.seal(offer.accountToken, place(id))
  await sql`update channels set token_sealed = ${seal} where id = ${id}`
  return { id, isNew }
}

/** An account that the new consent no longer lets us use: it is never deleted, it waits for a person. */
export const markBlocked = async (sql: Db, grantId: string, offer: AccountOffer, words: string): Promise<void> => {
  await sql`
    update channels set state = 'reconnect', state_reason = ${words}
    where grant_id = ${grantId} and platform = ${offer.platform} and account_id = ${offer.accountId} and state <> 'disconnected'`
}

/** Accounts of the grant that the new consent did not cover at all. */
export const markNotShared = async (sql: Db, grantId: string, shared: string[], words: string): Promise<void> => {
  await sql`
    update channels set state = 'reconnect', state_reason = ${words}
    where grant_id = ${grantId} and state = 'connected' and not id = any(${shared}::uuid[])`
}

export type KnownAccount = { platform: string; accountId: string; name: string; state: ChannelState; issuerUserId: string }

/** The accounts that the workspace has, or had, through an issuer. */
export const listKnownAccounts = async (sql: Db, workspaceId: string, issuer: string): Promise<KnownAccount[]> =>
  await sql<KnownAccount[]>`
    select c.platform, c.account_id, c.name, c.state, g.issuer_user_id from channels c join grants g on g.id = c.grant_id
    where c.workspace_id = ${workspaceId} and g.issuer = ${issuer} order by c.platform, lower(c.name)`
