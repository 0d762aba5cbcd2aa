import { z } from 'zod'
import type { Db } from './connect.ts'
import { endGrant, openGrant } from './grants.ts'
import { eraseAccountNumbers } from './measured-channels.ts'
import type { Vault } from './vault.ts'

export type DisconnectionState = 'kept' | 'pending' | 'revoked' | 'given_up'

/** How far disconnecting an account is; tokens are opened by `openRevocation` only. */
export type Disconnection = {
  channelId: string
  workspaceId: string
  grantId: string
  issuer: string
  issuerUserId: string
  platform: string
  channelName: string
  askedAt: Date
  erasesHistory: boolean
  erasedAt: Date | null
  givesUpAt: Date | null
  accessExpiresAt: Date | null
  tries: number
  problem: string | null
  state: DisconnectionState
  endedAt: Date | null
}

const columns = (sql: Db) => sql`
  d.channel_id, d.workspace_id, d.grant_id, g.issuer, g.issuer_user_id, c.platform, c.name as channel_name, d.asked_at, d.erases_history, d.erased_at,
  d.gives_up_at, d.access_expires_at, d.tries, d.problem, d.state, d.ended_at`

const tables = (sql: Db) => sql`
  disconnections d join channels c on c.id = d.channel_id join grants g on g.id = d.grant_id`

export const findDisconnection = async (sql: Db, channelId: string): Promise<Disconnection | undefined> => {
  const [row] = await sql<Disconnection[]>`select ${columns(sql)} from ${tables(sql)} where d.channel_id = ${channelId}`
  return row
}

/** Those that are under way, and those that ended since a moment. */
export const listDisconnections = (sql: Db, workspaceId: string, since: Date): Promise<Disconnection[]> => sql<Disconnection[]>`
  select ${columns(sql)} from ${tables(sql)}
  where d.workspace_id = ${workspaceId} and c.state = 'disconnected' and (d.state = 'pending' or d.ended_at >= ${since})
  order by d.asked_at desc`

/** What hangs on an account before it is disconnected: for the page that asks. */
export type ToDisconnect = {
  id: string
  grantId: string
  platform: string
  name: string
  issuer: string
  grantName: string
  grantState: 'active' | 'reauthorize' | 'ended'
  /** Posts that have not gone out. */
  unsent: number
  /** Posts that are on their way or have ended. */
  past: number
  /** Other accounts that are connected through the same authorization, here and in other workspaces. */
  othersHere: string[]
  othersElsewhere: number
}

/** So that two disconnections of the same grant see each other. */
export const lockGrantOf = async (t: Db, ref: { workspaceId: string; channelId: string }): Promise<void> => {
  await t`
    select from channels c join grants g on g.id = c.grant_id
    where c.id = ${ref.channelId} and c.workspace_id = ${ref.workspaceId} for update`
}

/** Null when the workspace has no such account, or it is disconnected already. */
export const findToDisconnect = async (
  sql: Db,
  ref: { workspaceId: string; channelId: string },
): Promise<ToDisconnect | null> => {
  const [row] = await sql<ToDisconnect[]>`
    select c.id, c.grant_id, c.platform, c.name, g.issuer, g.user_name as grant_name, g.state as grant_state, p.unsent, p.past,
      array(select o.name from channels o where o.grant_id = g.id and o.id <> c.id and o.state <> 'disconnected' order by o.name) as others_here,
      (select count(*)::int from channels o join grants h on h.id = o.grant_id
        where h.issuer = g.issuer and h.issuer_user_id = g.issuer_user_id and h.id <> g.id and o.state <> 'disconnected' and h.state = 'active')
        as others_elsewhere
    from channels c join grants g on g.id = c.grant_id,
      lateral (select count(*) filter (where t.state in ('scheduled', 'preparing', 'ready'))::int as unsent,
        count(*) filter (where t.state not in ('scheduled', 'preparing', 'ready', 'canceled'))::int as past
        from targets t where t.channel_id = c.id) p
    where c.id = ${ref.channelId} and c.workspace_id = ${ref.workspaceId} and c.state <> 'disconnected'`
  return row ?? null
}

// promise: R2
/** The account's own token is deleted, the account is no longer connected. */
export const takeChannelOut = async (t: Db, channelId: string, at: Date): Promise<void> => {
  await t`
    update channels set state = 'disconnected', state_reason = null, token_sealed = null, account_facts = null, disconnected_at = ${at}
    where id = ${channelId}`
}

/** Cancels what has not gone out there, with the ids of what was canceled. */
export const cancelUnsentOf = async (t: Db, channelId: string, at: Date): Promise<{ id: string; revision: number }[]> => t<
  { id: string; revision: number }[]
>`
  update targets set state = 'canceled', state_at = ${at}, waiting_for = null, not_before = null, problem = null, revision = revision + 1
  where channel_id = ${channelId} and state in ('scheduled', 'preparing', 'ready') returning id, revision`

const place = (channelId: string, column: string) => ({ table: 'disconnections', id: channelId, column })

type New = { workspaceId: string; channelId: string; grantId: string; askedBy: string; at: Date; erasesHistory: boolean }

/** The grant goes on, for other accounts. */
export const insertKept = async (t: Db, { workspaceId, channelId, grantId, askedBy, at, erasesHistory }: New): Promise<void> => {
  await t`
    insert into disconnections (channel_id, workspace_id, grant_id, asked_by, asked_at, erases_history, state, ended_at)
    values (${channelId}, ${workspaceId}, ${grantId}, ${askedBy}, ${at}, ${erasesHistory}, 'kept', ${at})
    on conflict (channel_id) do update set asked_by = excluded.asked_by, asked_at = excluded.asked_at, grant_id = excluded.grant_id,
      erases_history = excluded.erases_history, erased_at = null, state = 'kept', ended_at = excluded.ended_at, tries = 0, problem = null,
      access_token_sealed = null, refresh_token_sealed = null, gives_up_at = null`
}

/**
 * The grant ends: its tokens are deleted from its row and sealed again where only revoking reads them. A grant whose tokens are gone
 * already has nothing to revoke. True when the platform is still to be told.
 */
export const moveTokensToRevocation = async (t: Db, vault: Vault, disconnection: New): Promise<boolean> => {
  await insertKept(t, disconnection)
  const { workspaceId, channelId, grantId, at } = disconnection
  const grant = await openGrant(t, vault, workspaceId, grantId)
  if (grant) {
    const access = vault.seal(grant.accessToken, place(channelId, 'access_token_sealed'))
    const refresh = grant.refreshToken === null ? null : vault.seal(grant.refreshToken, place(channelId, 'refresh_token_sealed'))
    await t`
      update disconnections d set state = 'pending', ended_at = null, access_token_sealed = ${access}, refresh_token_sealed = ${refresh},
        access_expires_at = g.expires_at, gives_up_at = coalesce(g.refresh_expires_at, g.expires_at)
      from grants g where d.channel_id = ${channelId} and g.id = ${grantId}`
  } else await t`update disconnections set state = 'revoked' where channel_id = ${channelId}`
  await endGrant(t, grantId, 'disconnected', at)
  return grant !== null
}

const sealed = z.object({ access: z.string().nullable(), refresh: z.string().nullable() })

/** The tokens, for revoking only. Null when nothing is pending. */
export const openRevocation = async (
  sql: Db,
  vault: Vault,
  channelId: string,
): Promise<{ accessToken: string; refreshToken: string | null } | null> => {
  const [row] = await sql`
    select access_token_sealed as access, refresh_token_sealed as refresh from disconnections
    where channel_id = ${channelId} and state = 'pending'`
  const { access, refresh } = row ? sealed.parse(row) : { access: null, refresh: null }
  if (access === null) return null
  return {
    accessToken: vault.open(access, place(channelId, 'access_token_sealed')),
    refreshToken: refresh === null ? null : vault.open(refresh, place(channelId, 'refresh_token_sealed')),
  }
}

/** A new pair that was needed to revoke; written in the same step that got it. */
export const saveRevocationTokens = async (
  sql: Db,
  vault: Vault,
  channelId: string,
  tokens: { accessToken: string; refreshToken: string | null; expiresAtMs: number | null },
): Promise<void> => {
  const { accessToken, refreshToken, expiresAtMs } = tokens
  await sql`
    update disconnections set access_token_sealed = ${vault.seal(accessToken, place(channelId, 'access_token_sealed'))},
      refresh_token_sealed = ${refreshToken === null ? null : vault.seal(refreshToken, place(channelId, 'refresh_token_sealed'))},
      access_expires_at = ${expiresAtMs === null ? null : new Date(expiresAtMs)}
    where channel_id = ${channelId} and state = 'pending'`
}

export const noteRevocationFailed = async (sql: Db, channelId: string, words: string): Promise<void> => {
  await sql`update disconnections set tries = tries + 1, problem = ${words} where channel_id = ${channelId} and state = 'pending'`
}

/** It is over: the tokens that were kept for it are deleted. False when it was over before. */
export const endRevocation = async (
  t: Db,
  channelId: string,
  state: 'revoked' | 'kept' | 'given_up',
  at: Date,
): Promise<boolean> => {
  const ended = await t`
    update disconnections set state = ${state}, ended_at = ${at}, problem = null, access_token_sealed = null, refresh_token_sealed = null
    where channel_id = ${channelId} and state = 'pending'`
  return ended.count > 0
}

/** Whether the same person at the issuer is connected (again), here or in another workspace: revoking would end that, too. */
export const isConnectedElsewhere = async (sql: Db, grant: { issuer: string; issuerUserId: string }): Promise<boolean> => {
  const [row] = await sql<{ found: boolean }[]>`
    select exists (select from grants g join channels c on c.grant_id = g.id
      where g.issuer = ${grant.issuer} and g.issuer_user_id = ${grant.issuerUserId} and g.state = 'active' and c.state <> 'disconnected') as found`
  return row?.found ?? false
}

/** Posts of the account that are still on their way. */
export const countUnderWay = async (sql: Db, channelId: string): Promise<number> => {
  const [row] = await sql<{ count: number }[]>`
    select count(*)::int from targets where channel_id = ${channelId} and state in ('sending', 'processing')`
  return row?.count ?? 0
}

/** Erases what became of posts there, the numbers, and posts that went nowhere else. Answers how many targets went. */
export const eraseHistory = async (t: Db, channelId: string, at: Date): Promise<number> => {
  const gone = await t<{ postId: string }[]>`delete from targets where channel_id = ${channelId} returning post_id`
  const posts = gone.map((row) => row.postId)
  await t`delete from posts p where p.id = any(${posts}) and not exists (select from targets t where t.post_id = p.id)`
  await eraseAccountNumbers(t, channelId)
  await t`update disconnections set erased_at = ${at} where channel_id = ${channelId}`
  return gone.length
}
