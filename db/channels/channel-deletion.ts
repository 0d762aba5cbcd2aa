import type { Db } from '../postgres/connect.ts'

/** A disconnected account with data that is still stored. */
export type DisconnectedChannel = {
  id: string
  platform: string
  name: string
  handle: string
  grantId: string
  issuer: string
  issuerUserId: string
  disconnectedAt: Date | null
  /** The number of posts that were published there or tried. */
  posts: number
  /** Whether its deletion was requested. The rest of its data is deleted within minutes. */
  isBeingDeleted: boolean
}

const columns = (sql: Db) => sql`
  c.id, c.platform, c.name, c.handle, c.grant_id, g.issuer, g.issuer_user_id, c.disconnected_at,
  (select count(*)::int from targets t where t.channel_id = c.id and t.state <> 'canceled') as posts,
  exists (select from revocations r where r.channel_id = c.id and r.erases_history) as is_being_deleted`

/** All disconnected accounts of a workspace, no matter when they were disconnected. */
export const listDisconnectedChannels = (
  sql: Db,
  workspaceId: string,
): Promise<DisconnectedChannel[]> =>
  sql<DisconnectedChannel[]>`
    select ${columns(sql)} from channels c join grants g on g.id = c.grant_id
    where c.workspace_id = ${workspaceId} and c.state = 'disconnected' order by c.disconnected_at desc nulls last, c.id`

export const findDisconnectedChannel = async (
  sql: Db,
  ref: { workspaceId: string; channelId: string },
): Promise<DisconnectedChannel | undefined> => {
  const [row] = await sql<DisconnectedChannel[]>`
    select ${columns(sql)} from channels c join grants g on g.id = c.grant_id
    where c.id = ${ref.channelId} and c.workspace_id = ${ref.workspaceId} and c.state = 'disconnected'`
  return row
}

/**
 * Adds a deletion request to the newest record of its disconnection. False if no record is left.
 */
export const askForDeletion = async (t: Db, channelId: string): Promise<boolean> => {
  const { count } = await t`
    update revocations set erases_history = true, erased_at = null where id = (
      select id from revocations where channel_id = ${channelId} order by asked_at desc, id desc limit 1)`
  return count > 0
}

/**
 * Deletes what remains of an account after its history: the account, and its grant if no other
 * account uses it. False if its tokens still have to be revoked, if no deletion was requested, or
 * if it was connected again.
 */
export const deleteChannel = async (t: Db, channelId: string): Promise<boolean> => {
  const [gone] = await t<{ grantId: string }[]>`
    delete from channels c where c.id = ${channelId} and c.state = 'disconnected'
      and exists (select from revocations r where r.channel_id = c.id and r.erases_history and r.erased_at is not null)
      and not exists (select from revocations r where r.channel_id = c.id and (r.state = 'pending' or (r.erases_history and r.erased_at is null)))
    returning c.grant_id`
  if (!gone) return false
  await t`delete from grants g where g.id = ${gone.grantId} and not exists (select from channels c where c.grant_id = g.id)`
  return true
}

/** Removes a deleted account from the choices of drafts and posts. */
export const forgetChannelInPosts = async (t: Db, channelId: string): Promise<void> => {
  await t`
    update posts set choices = choices - ${channelId}::text
    where workspace_id = (select workspace_id from channels where id = ${channelId}) and choices ? ${channelId}::text`
}
