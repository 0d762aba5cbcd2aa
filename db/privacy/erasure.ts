import type { Db } from './connect.ts'
import type { OpenRequest } from './deletion-requests.ts'

/** What belongs to whom when a person goes. The only statements that delete people's data beside those of db/retention.ts. */

/** A workspace of a person: it stays when another admin can still sign in, else it goes too. */
export type Share = {
  workspaceId: string
  name: string
  slug: string
  stays: boolean
  members: number
  posts: number
  files: number
}

/** promise: E3: for the page that tells before, and for the steps that follow it. */
export const listShares = async (sql: Db, userId: string): Promise<Share[]> =>
  sql<Share[]>`
    select w.id as workspace_id, w.name, w.slug,
      not (m.role = 'admin' and not exists (select from memberships o join users u on u.id = o.user_id
        where o.workspace_id = w.id and o.user_id <> m.user_id and o.role = 'admin' and u.deactivated_at is null)) as stays,
      (select count(*)::int from memberships o where o.workspace_id = w.id) as members,
      (select count(*)::int from posts p where p.workspace_id = w.id) as posts,
      (select count(*)::int from media f where f.workspace_id = w.id and f.purged_at is null) as files
    from memberships m join workspaces w on w.id = m.workspace_id where m.user_id = ${userId} order by lower(w.name), w.id`

/** Decides, once, which workspaces go with the person. */
export const doomWorkspaces = async (sql: Db, requestId: string, userId: string): Promise<void> => {
  const going = (await listShares(sql, userId)).filter((share) => !share.stays).map((share) => share.workspaceId)
  await sql`update workspaces set erased_by = ${requestId} where id = any(${going}::uuid[]) and erased_by is null`
}

const doomed = (sql: Db, request: OpenRequest) => sql`(select id from workspaces where erased_by = ${request.id})`

/** The grants that go: those this person connected, those of workspaces that go, or those of the platform's own account. */
const grantsOf = (sql: Db, request: OpenRequest) =>
  request.userId
    ? sql`(g.connected_by = ${request.userId} or g.workspace_id in ${doomed(sql, request)})`
    : sql`(g.issuer = ${request.issuer} and g.issuer_user_id = ${request.issuerUserId})`

/** Nobody signs in any more, and no link works. The account counts as deactivated from now on. */
export const lockOut = async (sql: Db, userId: string, now: Date): Promise<void> => {
  await sql`update users set deactivated_at = coalesce(deactivated_at, ${now}) where id = ${userId}`
  await sql`delete from sessions where user_id = ${userId}`
  await dropLetters(sql, userId)
  await sql`delete from mail_links where user_id = ${userId}`
  await sql`delete from password_resets where user_id = ${userId}`
}

/** Mails that wait to be written. */
const dropLetters = async (sql: Db, userId: string): Promise<void> => {
  await sql`
    delete from outbox where kind in ('mail-link', 'password-reset', 'notice', 'export') and ref_id in (
      select id from password_resets where user_id = ${userId} union all select id from mail_links where user_id = ${userId}
      union all select id from notices where user_id = ${userId} union all select id from exports where user_id = ${userId})`
}

/** Cancels everything that has not been sent; returns the ids, so that their workflows can be told. */
export const cancelTargetsOf = async (sql: Db, request: OpenRequest, now: Date): Promise<string[]> => {
  const rows = await sql<{ id: string }[]>`
    update targets t set state = 'canceled', state_at = ${now}, waiting_for = null, finished_at = ${now}
    from channels c join grants g on g.id = c.grant_id
    where c.id = t.channel_id and ${grantsOf(sql, request)} and t.state in ('scheduled', 'preparing', 'ready')
    returning t.id`
  return rows.map((row) => row.id)
}

export type GrantToEnd = { id: string; workspaceId: string }

export const listGrantsToEnd = async (sql: Db, request: OpenRequest): Promise<GrantToEnd[]> => {
  return await sql<GrantToEnd[]>`select g.id, g.workspace_id from grants g where ${grantsOf(sql, request)}`
}

export type PendingDisconnection = { channelId: string; issuer: string; issuerUserId: string; expiresAt: Date | null }

/** Accounts that were disconnected before, whose tokens are still to be revoked. */
export const listPendingDisconnections = async (sql: Db, request: OpenRequest): Promise<PendingDisconnection[]> =>
  sql<PendingDisconnection[]>`
    select d.channel_id, g.issuer, g.issuer_user_id, d.access_expires_at as expires_at
    from disconnections d join grants g on g.id = d.grant_id where d.state = 'pending' and ${grantsOf(sql, request)}`

export type ConnectionTraces = { grantIds: string[]; channelIds: string[] }

/** Connections whose workflow histories go. Asked before their tokens are taken: afterwards nothing says whose they were. */
export const listConnectionTraces = async (sql: Db, request: OpenRequest): Promise<ConnectionTraces> => {
  const [row] = await sql<ConnectionTraces[]>`
    select array(select g.id from grants g where ${grantsOf(sql, request)}) as grant_ids,
      array(select d.channel_id from disconnections d join grants g on g.id = d.grant_id where ${grantsOf(sql, request)}) as channel_ids`
  return row!
}

/** promise: R2: no token is left in the product, and nothing that names the person at the platform. */
export const endGrant = async (sql: Db, grantId: string, now: Date): Promise<void> => {
  await sql`
    update channels set state = 'disconnected', state_reason = null, token_sealed = null, disconnected_at = ${now}
    where grant_id = ${grantId} and state <> 'disconnected'`
  await sql`
    update grants set state = 'ended', state_reason = null, access_token_sealed = null, refresh_token_sealed = null, ended_at = ${now},
      user_name = '', scopes = '{}', renewing_by = null, renewing_until = null, issuer_user_id = 'erased-' || id, connected_by = null
    where id = ${grantId}`
}

export type DoomedFile = { id: string; keys: string[] }

/** Files of workspaces that go: first their addresses say so, then the bytes leave. */
export const purgeMediaOf = async (sql: Db, request: OpenRequest, limit: number, now: Date): Promise<DoomedFile[]> => {
  return await sql<DoomedFile[]>`
    update media set purged_at = coalesce(purged_at, ${now}) where id = any(array(
      select id from media where workspace_id in ${doomed(sql, request)} and files_removed_at is null limit ${limit}))
    returning id, array_remove(array[store_key, thumbnail_key], null) as keys`
}

export type DoomedPost = { id: string; targetIds: string[] }

/** Posts of workspaces that go, with the targets whose workflow histories go first. */
export const listDoomedPosts = async (sql: Db, request: OpenRequest, limit: number): Promise<DoomedPost[]> => {
  return await sql<DoomedPost[]>`
    select p.id, array(select t.id from targets t where t.post_id = p.id) as target_ids from posts p
    where p.workspace_id in ${doomed(sql, request)} limit ${limit}`
}

/** With what was still to be told about them: nobody starts a workflow for a post that is gone. */
export const deletePosts = async (sql: Db, ids: string[]): Promise<void> => {
  await sql`delete from outbox where kind = 'target' and ref_id in (select id from targets where post_id = any(${ids}))`
  await sql`delete from posts where id = any(${ids})`
}

export const deleteDoomedWorkspaces = async (sql: Db, request: OpenRequest): Promise<void> => {
  await sql`delete from workspaces where erased_by = ${request.id}`
}

export type PlatformTraces = { grantIds: string[]; targetIds: string[] }

export const listPlatformTraces = async (sql: Db, request: OpenRequest): Promise<PlatformTraces> => {
  const [row] = await sql<PlatformTraces[]>`
    select array(select g.id from grants g where ${grantsOf(sql, request)}) as grant_ids,
      array(select t.id from targets t join channels c on c.id = t.channel_id join grants g on g.id = c.grant_id
        where ${grantsOf(sql, request)}) as target_ids`
  return row!
}

/**
 * What a platform's account gave us: the accounts, what became of posts there, their numbers. The words and files that people of the
 * workspace made stay theirs, as drafts.
 */
export const deletePlatformData = async (sql: Db, grantIds: string[]): Promise<void> => {
  await sql`
    update posts p set choices = p.choices - array(select id::text from channels where grant_id = any(${grantIds}::uuid[]))
    where workspace_id in (select workspace_id from grants where id = any(${grantIds}::uuid[]))`
  await sql`
    update posts p set state = 'draft' where p.state = 'scheduled'
      and exists (select from targets t join channels c on c.id = t.channel_id where t.post_id = p.id and c.grant_id = any(${grantIds}::uuid[]))
      and not exists (select from targets t join channels c on c.id = t.channel_id where t.post_id = p.id and not c.grant_id = any(${grantIds}::uuid[]))`
  await sql`delete from grants where id = any(${grantIds}::uuid[])`
}

/** The last step: the person. What others wrote about them in the log goes too; what is kept of a workspace that stays names nobody. */
export const deletePerson = async (sql: Db, userId: string): Promise<void> => {
  await sql`delete from events where subject_id = ${userId} or (user_id = ${userId} and workspace_id is null)`
  await sql`delete from invitations where accepted_by = ${userId}`
  await dropLetters(sql, userId)
  await sql`delete from users where id = ${userId}`
}
