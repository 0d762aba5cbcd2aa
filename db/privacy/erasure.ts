import { takeChannelsOut } from '../channels/disconnecting.ts'
import { endGrant } from '../channels/grants.ts'
import { endAllAccess } from '../people/deactivation.ts'
import type { Db } from '../postgres/connect.ts'
import { eraseCommentsOf } from '../posts/discussion/erasing.ts'
import { lockPostsOn } from '../posts/post-locks.ts'
import { hasWorkflow, keysOfMedia } from '../posts/renditions.ts'
import { unsentStates } from '../posts/target-states.ts'
import { type Moved, transition } from '../posts/target-transitions.ts'
import { deleteReadersNamed } from '../reports/readers.ts'
import type { OpenRequest } from './deletion-requests.ts'
import { listShares } from './erasure-forecast.ts'

/** Deletes a person's data. Only this file and db/privacy/retention.ts delete people's data. */

/**
 * Decides, once, which workspaces are deleted with the person. Returns the ones that were marked
 * now.
 */
export const doomWorkspaces = async (
  sql: Db,
  requestId: string,
  userId: string,
): Promise<string[]> => {
  const going = (await listShares(sql, userId))
    .filter((share) => !share.stays)
    .map((share) => share.workspaceId)
  const rows = await sql<{ id: string }[]>`
    update workspaces set erased_by = ${requestId} where id = any(${going}::uuid[]) and erased_by is null returning id`
  return rows.map(({ id }) => id)
}

const doomed = (sql: Db, request: OpenRequest) =>
  sql`(select id from workspaces where erased_by = ${request.id})`

/**
 * The grants to end: those that the person connected and those of deleted workspaces, or those of a
 * platform account.
 */
const grantsOf = (sql: Db, request: OpenRequest) =>
  request.about === 'person'
    ? sql`(g.connected_by = ${request.userId} or g.workspace_id in ${doomed(sql, request)})`
    : sql`(g.issuer = ${request.issuer} and g.issuer_user_id = ${request.issuerUserId})`

/** Locks the person out: deactivates the account and ends its sessions, links, keys and invitations. */
export const lockOut = async (sql: Db, userId: string, now: Date): Promise<void> => {
  await sql`update users set deactivated_at = coalesce(deactivated_at, ${now}) where id = ${userId}`
  await endAllAccess(sql, userId, now)
  await deleteReadersNamed(sql, userId)
  await dropLetters(sql, userId)
  await sql`delete from mail_links where user_id = ${userId}`
  await sql`delete from password_resets where user_id = ${userId}`
}

/** Deletes queued emails that haven't been written yet. */
const dropLetters = async (sql: Db, userId: string): Promise<void> => {
  await sql`
    delete from outbox where kind in ('mail-link', 'password-reset', 'account-mail', 'notice', 'export') and ref_id in (
      select id from password_resets where user_id = ${userId} union all select id from mail_links where user_id = ${userId}
      union all select id from events where subject_id = ${userId} union all select id from notices where user_id = ${userId} union all select id from exports where user_id = ${userId})`
}

/**
 * Cancels everything that has not been sent. Returns the targets, so that their workflows can be
 * signaled.
 */
export const cancelTargetsOf = async (sql: Db, request: OpenRequest): Promise<Moved[]> => {
  const channels = await sql<{ id: string }[]>`
    select c.id from channels c join grants g on g.id = c.grant_id where ${grantsOf(sql, request)}`
  await lockPostsOn(
    sql,
    channels.map(({ id }) => id),
    unsentStates,
  )
  return await transition(sql, 'cancel', {
    join: sql`from channels c join grants g on g.id = c.grant_id`,
    where: sql`c.id = t.channel_id and ${grantsOf(sql, request)}`,
  })
}

/** `isNamed`: the row still holds the id of the platform user who consented. */
export type GrantToEnd = {
  id: string
  workspaceId: string
  issuer: string
  issuerUserId: string
  hasTokens: boolean
  isNamed: boolean
}

/** In a fixed order, so that parallel requests lock the authorizations in the same order. */
export const listGrantsToEnd = async (sql: Db, request: OpenRequest): Promise<GrantToEnd[]> => {
  return await sql<GrantToEnd[]>`
    select g.id, g.workspace_id, g.issuer, g.issuer_user_id, g.access_token_sealed is not null as has_tokens,
      g.issuer_user_id not like 'erased-%' as is_named
    from grants g where ${grantsOf(sql, request)} order by g.issuer, g.issuer_user_id, g.id`
}

export type ConnectionTraces = { grantIds: string[]; channelIds: string[] }

/**
 * Connections whose workflow histories must be deleted. Call it before their tokens are deleted,
 * because after that nothing says whose they were.
 */
export const listConnectionTraces = async (
  sql: Db,
  request: OpenRequest,
): Promise<ConnectionTraces> => {
  const [row] = await sql<ConnectionTraces[]>`
    select array(select g.id from grants g where ${grantsOf(sql, request)}) as grant_ids,
      array(select distinct r.channel_id from revocations r join grants g on g.id = r.grant_id
        where r.channel_id is not null and ${grantsOf(sql, request)}) as channel_ids`
  return row!
}

/**
 * promise: R2: ends the grant and its accounts, and deletes the tokens. For a person, also deletes
 * everything that identifies them at the platform. The id of a platform account is still needed to
 * find what it gave us; those rows are deleted with the content.
 */
export const endGrantToErase = async (
  sql: Db,
  request: OpenRequest,
  grantId: string,
  now: Date,
): Promise<void> => {
  await takeChannelsOut(sql, { grantIds: [grantId] }, now)
  await endGrant(sql, grantId, null, now)
  if (request.about === 'person')
    await sql`
      update grants set user_name = '', scopes = '{}', issuer_user_id = 'erased-' || id, connected_by = null where id = ${grantId}`
}

export type DoomedFile = { id: string; keys: string[]; isConverted: boolean }

/**
 * Makes the URLs of files in deleted workspaces stop working. The caller deletes the bytes next. At
 * most `limit` files.
 */
export const purgeMediaOf = async (
  sql: Db,
  request: OpenRequest,
  limit: number,
  now: Date,
): Promise<DoomedFile[]> => {
  return await sql<DoomedFile[]>`
    update media set purged_at = coalesce(purged_at, ${now}) where id = any(array(
      select id from media where workspace_id in ${doomed(sql, request)} and files_removed_at is null order by id limit ${limit}))
    returning id, ${keysOfMedia(sql)} as keys, ${hasWorkflow(sql)} as is_converted`
}

export type DoomedPost = { id: string; targetIds: string[] }

/**
 * Posts of deleted workspaces, with the targets whose workflow histories must be deleted first. At
 * most `limit` posts.
 */
export const listDoomedPosts = async (
  sql: Db,
  request: OpenRequest,
  limit: number,
): Promise<DoomedPost[]> => {
  return await sql<DoomedPost[]>`
    select p.id, array(select t.id from targets t where t.post_id = p.id) as target_ids from posts p
    where p.workspace_id in ${doomed(sql, request)} limit ${limit}`
}

/** Deletes posts with their outbox rows, so that no workflow is started for a deleted post. */
export const deletePosts = async (sql: Db, ids: string[]): Promise<void> => {
  await sql`
    delete from outbox where (kind = 'target' and ref_id in (select id from targets where post_id = any(${ids})))
      or (kind = 'review' and ref_id = any(${ids}::uuid[]))`
  await sql`delete from posts where id = any(${ids})`
}

export const deleteDoomedWorkspaces = async (sql: Db, request: OpenRequest): Promise<void> => {
  await sql`delete from workspaces where erased_by = ${request.id}`
}

/** Workspaces whose members may have requested exports that contain this person's work. */
export const listWorkspacesOf = async (sql: Db, request: OpenRequest): Promise<string[]> => {
  const rows = await sql<{ id: string }[]>`
    select workspace_id as id from memberships where user_id = ${request.userId}
    union select workspace_id from media where uploaded_by = ${request.userId}
    union select workspace_id from posts where created_by = ${request.userId}
    union select workspace_id from post_versions where user_id = ${request.userId}
    union select workspace_id from posts where edited_by = ${request.userId}
    union select workspace_id from reviews where asked_by = ${request.userId}
    union select workspace_id from review_decisions where user_id = ${request.userId}
    union select workspace_id from discussion_comments where user_id = ${request.userId} or resolved_by = ${request.userId}
    union select workspace_id from discussion_mentions where user_id = ${request.userId}
    union select workspace_id from annotations where created_by = ${request.userId}
    union select workspace_id from reports where created_by = ${request.userId}`
  return rows.map((row) => row.id)
}

/**
 * Locks the user's row while rows are counted and deleted. The person is locked out and can't add
 * any.
 */
export const lockPerson = async (t: Db, userId: string): Promise<void> => {
  await t`select from users where id = ${userId} for no key update`
}

/**
 * Deletes the person and the audit events about them. Events that stay with a workspace no longer
 * name anyone. Returns how many rows were deleted besides those that the database deletes with the
 * user.
 */
export const deletePerson = async (
  sql: Db,
  userId: string,
): Promise<{ events: number; invitations: number }> => {
  const events =
    await sql`delete from events where subject_id = ${userId} or (user_id = ${userId} and workspace_id is null)`
  await sql`
    delete from post_versions where user_id = ${userId} or post_id in (select id from posts where created_by = ${userId})`
  await sql`update review_decisions set words = '' where user_id = ${userId}`
  await eraseCommentsOf(sql, userId)
  const invitations = await sql`
    delete from invitations where accepted_by = ${userId} or (created_by = ${userId} and accepted_at is null)`
  await dropLetters(sql, userId)
  await sql`delete from users where id = ${userId}`
  return { events: events.count, invitations: invitations.count }
}
