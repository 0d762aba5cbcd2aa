import type { AccountOffer } from '../../platforms/grant.ts'
import type { JsonRecord } from '../../platforms/json.ts'
import { readAgain } from '../insights/measured-channels.ts'
import type { Db } from '../postgres/connect.ts'
import { stateList, unsentStates } from '../posts/target-states.ts'
import type { Vault } from '../vault/vault.ts'

export type ChannelState = 'connected' | 'reconnect' | 'disconnected'

/** A connected account in lists. Contains no token. */
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
  /** The name of the person who consented, from the issuer. */
  grantName: string
  expiresAt: Date | null
  refreshExpiresAt: Date | null
  dataAccessExpiresAt: Date | null
  renewedAt: Date | null
  /** The member who connected it last. Null if their user account was deleted. */
  connectedBy: string | null
  /** The number of unsent posts, and when the first is due. */
  waiting: number
  firstDueAt: Date | null
  /** Pictures of the next posts, as ids of files. */
  nextMedia: string[]
  /** When the admins were last asked to reconnect it. */
  askedAt: Date | null
}

export type ChannelPage = {
  /** Part of a name or handle. Empty for all accounts. */
  find: string
  limit: number
  offset: number
}

/**
 * The accounts of a workspace that match `find`, those that need attention first. `total` is the
 * number of matches on all pages.
 */
export const listChannels = (
  sql: Db,
  workspaceId: string,
  { find, limit, offset }: ChannelPage,
): Promise<(ListedChannel & { total: number })[]> =>
  sql<(ListedChannel & { total: number })[]>`
    with listed as (
      select c.*, (count(*) over ())::int as total, c.state = 'connected' and g.state = 'active' as works
      from channels c join grants g on g.id = c.grant_id
      where c.workspace_id = ${workspaceId} and c.state <> 'disconnected' and position(lower(${find}) in lower(c.name || ' ' || c.handle)) > 0
      order by works, c.platform, lower(c.name), c.id limit ${limit} offset ${offset})
    select c.total, c.id, c.platform, c.account_id, c.name, c.handle, c.state, c.state_reason, c.connected_at, c.grant_id,
      g.issuer, g.state as grant_state, g.user_name as grant_name, g.expires_at, g.refresh_expires_at, g.data_access_expires_at,
      g.renewed_at, u.name as connected_by, w.waiting, w.first_due_at, ${nextMedia(sql)} as next_media,
      (select max(n.created_at) from notices n where n.grant_id = g.id and n.kind = 'asked') as asked_at
    from listed c join grants g on g.id = c.grant_id left join users u on u.id = g.connected_by,
      lateral (select count(*)::int as waiting, min(due_at) as first_due_at from targets t
        where t.channel_id = c.id and t.state in ${stateList(sql, unsentStates)}) w
    order by c.works, c.platform, lower(c.name), c.id`

/** The first files of the next three posts. A post without a file is left out. */
const nextMedia = (sql: Db) => sql`(
  select coalesce(array_agg(f.media_id order by f.due_at), '{}') from (
    select n.due_at, (select p.media_id from post_media p where p.post_id = n.post_id order by p.position limit 1) as media_id
    from (select t.post_id, t.due_at from targets t where t.channel_id = c.id and t.state in ${stateList(sql, unsentStates)}
      order by t.due_at limit 3) n) f
  where f.media_id is not null)`

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

/** The account with its own token decrypted. Null if the workspace has no such account. */
export const openChannel = async (
  sql: Db,
  vault: Vault,
  workspaceId: string,
  id: string,
): Promise<OpenChannel | null> => {
  const [row] = await sql<(Omit<OpenChannel, 'accountToken'> & { seal: string | null })[]>`
    select id, workspace_id, platform, grant_id, account_id, settings, state, state_reason, token_sealed as seal
    from channels where id = ${id} and workspace_id = ${workspaceId}`
  if (!row) return null
  const { seal, ...channel } = row
  return { ...channel, accountToken: seal === null ? null : vault.open(seal, place(id)) }
}

/**
 * Connects an account or reconnects it. A reconnected account keeps its row and its posts, and gets
 * the new token, name and grant.
 */
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
  if (!isNew) await readAgain(sql, id)
  return { id, isNew }
}

/**
 * Updates the name, handle and token from the issuer's answer. False, with nothing changed, if the
 * account is no longer in state `from` under this grant: a person has disconnected it or connected
 * it through someone else.
 */
export const refreshChannel = async (
  sql: Db,
  vault: Vault,
  channel: { id: string; grantId: string; from: 'connected' | 'reconnect' },
  offer: AccountOffer,
): Promise<boolean> => {
  const seal =
    offer.accountToken === null ? null : vault.seal(offer.accountToken, place(channel.id))
  const rows = await sql`
    update channels set name = ${offer.name}, handle = ${offer.handle}, settings = settings || ${sql.json(offer.settings)},
      token_sealed = ${seal}, state = 'connected', state_reason = null
    where id = ${channel.id} and grant_id = ${channel.grantId} and state = ${channel.from}`
  if (rows.count > 0 && channel.from === 'reconnect') await readAgain(sql, channel.id)
  return rows.count > 0
}

/**
 * Marks an account that the new consent no longer lets us use. It waits for a person to reconnect
 * it.
 */
export const markBlocked = async (
  sql: Db,
  grantId: string,
  offer: AccountOffer,
  words: string,
): Promise<void> => {
  await sql`
    update channels set state = 'reconnect', state_reason = ${words}
    where grant_id = ${grantId} and platform = ${offer.platform} and account_id = ${offer.accountId} and state <> 'disconnected'`
}

/** Marks accounts of the grant that the new consent didn't include. */
export const markNotShared = async (
  sql: Db,
  grantId: string,
  shared: string[],
  words: string,
): Promise<void> => {
  await sql`
    update channels set state = 'reconnect', state_reason = ${words}
    where grant_id = ${grantId} and state = 'connected' and not id = any(${shared}::uuid[])`
}
