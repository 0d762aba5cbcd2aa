import type { JsonRecord } from '../../platforms/json.ts'
import type { Db } from '../postgres/connect.ts'

/** A connected account as the composer offers it. Contains no token. */
export type ComposeChannel = {
  id: string
  platform: string
  name: string
  handle: string
  /** `reconnect`: posts for it are on hold until a person reconnects it. */
  state: 'connected' | 'reconnect' | 'disconnected'
  accountFacts: JsonRecord | null
  accountFactsAt: Date | null
  /** The permissions of its connection, as last reported by the issuer. */
  scopes: string[]
}

/** The connected accounts, and those of `chosen` even if they were disconnected since. */
export const listChannelsToCompose = (
  sql: Db,
  workspaceId: string,
  chosen: string[],
): Promise<ComposeChannel[]> =>
  sql<ComposeChannel[]>`
    select channels.id, platform, name, handle, account_facts, account_facts_at, grants.scopes,
      case when channels.state = 'connected' and grants.state <> 'active' then 'reconnect' else channels.state end as state
    from channels join grants on grants.id = grant_id
    where channels.workspace_id = ${workspaceId} and (channels.state <> 'disconnected' or channels.id = any(${chosen}::uuid[]))
    order by platform, name, channels.id`

/** The connected accounts, for lists to choose from. */
export const listAccountNames = (
  sql: Db,
  workspaceId: string,
): Promise<Pick<ComposeChannel, 'id' | 'platform' | 'name'>[]> => sql<
  Pick<ComposeChannel, 'id' | 'platform' | 'name'>[]
>`
  select id, platform, name from channels where workspace_id = ${workspaceId} and state <> 'disconnected'
  order by platform, name, id`

/** How many accounts are offered at once. If there are more, people search. */
export const mostOffered = 20

export type Offered = {
  channels: ComposeChannel[]
  /** The number of accounts in the workspace. */
  total: number
}

/**
 * The accounts of `kept`, and up to `mostOffered` others whose name or handle contains `find`. If
 * the workspace has few accounts, all are returned and `find` is ignored.
 */
export const findChannelsToCompose = async (
  sql: Db,
  workspaceId: string,
  wanted: { kept: string[]; find: string },
): Promise<Offered> => {
  const rows = await sql<(ComposeChannel & { total: number })[]>`
    with own as (
      select c.id, c.platform, c.name, c.handle, c.account_facts, c.account_facts_at, g.scopes, c.id = any(${wanted.kept}::uuid[]) as kept,
        case when c.state = 'connected' and g.state <> 'active' then 'reconnect' else c.state end as state
      from channels c join grants g on g.id = c.grant_id
      where c.workspace_id = ${workspaceId} and (c.state <> 'disconnected' or c.id = any(${wanted.kept}::uuid[]))),
    counted as (select own.*, (count(*) over ())::int as total from own),
    found as (
      select * from counted where not kept and (total <= ${mostOffered}::int
        or position(lower(${wanted.find}) in lower(name || ' ' || handle)) > 0)
      order by platform, name, id limit ${mostOffered})
    select id, platform, name, handle, account_facts, account_facts_at, scopes, state, total from (
      select * from counted where kept union all select * from found) offered
    order by platform, name, id`
  const channels = rows.map(({ total, ...channel }) => channel)
  return { channels, total: rows[0]?.total ?? (await countChannels(sql, workspaceId)) }
}

const countChannels = async (sql: Db, workspaceId: string): Promise<number> => {
  const [row] = await sql<{ count: number }[]>`
    select count(*)::int from channels where workspace_id = ${workspaceId} and state <> 'disconnected'`
  return row?.count ?? 0
}

/**
 * promise: D2: stores the facts that the platform gave about the account, for the composer and the
 * rules that depend on them.
 */
export const saveAccountFacts = async (
  sql: Db,
  channel: { workspaceId: string; channelId: string },
  facts: JsonRecord,
): Promise<void> => {
  await sql`
    update channels set account_facts = ${sql.json(facts)}, account_facts_at = now()
    where workspace_id = ${channel.workspaceId} and id = ${channel.channelId}`
}

/**
 * Marks the stored facts as outdated, because the platform refused what they allowed. They are
 * requested again before the next post is composed.
 */
export const forgetAccountFacts = async (sql: Db, channelId: string): Promise<void> => {
  await sql`update channels set account_facts_at = null where id = ${channelId} and account_facts_at is not null`
}
