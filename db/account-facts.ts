import type { JsonRecord } from '../platforms/platform.ts'
import type { Db } from './connect.ts'

/** A connected account as the composer offers it: no token comes along. */
export type ComposeChannel = {
  id: string
  platform: string
  name: string
  handle: string
  /** `reconnect`: posts for it wait until a person has connected it again. */
  state: 'connected' | 'reconnect' | 'disconnected'
  accountFacts: JsonRecord | null
  accountFactsAt: Date | null
}

/** Accounts to choose from, and those of `chosen` even when they were disconnected since. */
export const listChannelsToCompose = (sql: Db, workspaceId: string, chosen: string[]): Promise<ComposeChannel[]> =>
  sql<ComposeChannel[]>`
    select channels.id, platform, name, handle, account_facts, account_facts_at,
      case when channels.state = 'connected' and grants.state <> 'active' then 'reconnect' else channels.state end as state
    from channels join grants on grants.id = grant_id
    where channels.workspace_id = ${workspaceId} and (channels.state <> 'disconnected' or channels.id = any(${chosen}::uuid[]))
    order by platform, name, channels.id`

/** promise: D2: keeps what the platform said of the account, for the composer and the rules that depend on it. */
export const saveAccountFacts = async (
  sql: Db,
  channel: { workspaceId: string; channelId: string },
  facts: JsonRecord,
): Promise<void> => {
  await sql`
    update channels set account_facts = ${sql.json(facts)}, account_facts_at = now()
    where workspace_id = ${channel.workspaceId} and id = ${channel.channelId}`
}
