import type { Db } from '../postgres/connect.ts'
import { stateList, unsentStates } from '../posts/target-states.ts'

/**
 * A workspace of the person. It stays if another admin can still sign in; otherwise it is deleted
 * with them.
 */
export type ForecastShare = {
  workspaceId: string
  name: string
  slug: string
  stays: boolean
  members: number
  posts: number
  files: number
}

/** promise: E3: for the page that announces the deletion, and for the steps that carry it out. */
export const listShares = async (sql: Db, userId: string): Promise<ForecastShare[]> =>
  sql<ForecastShare[]>`
    select w.id as workspace_id, w.name, w.slug,
      not (m.role = 'admin' and not exists (select from memberships o join users u on u.id = o.user_id
        where o.workspace_id = w.id and o.user_id <> m.user_id and o.role = 'admin' and u.deactivated_at is null)) as stays,
      (select count(*)::int from memberships o where o.workspace_id = w.id) as members,
      (select count(*)::int from posts p where p.workspace_id = w.id) as posts,
      (select count(*)::int from media f where f.workspace_id = w.id and f.purged_at is null) as files
    from memberships m join workspaces w on w.id = m.workspace_id where m.user_id = ${userId} order by lower(w.name), w.id`

/** An authorization that stays active because someone else connected accounts through it too. */
export type SharedAuthorization = { issuer: string; userName: string }

/**
 * promise: R2, E3: the person's authorizations that are not revoked at the platform when the person
 * is deleted.
 */
export const listSharedAuthorizations = async (
  sql: Db,
  userId: string,
  shares: ForecastShare[],
): Promise<SharedAuthorization[]> => {
  const going = shares.filter((share) => !share.stays).map((share) => share.workspaceId)
  return await sql<SharedAuthorization[]>`
    with ending as (
      select id, issuer, issuer_user_id, user_name from grants
      where state <> 'ended' and (connected_by = ${userId} or workspace_id = any(${going}::uuid[])))
    select issuer, max(user_name) as user_name from ending e
    where exists (select from grants g join channels c on c.grant_id = g.id
      where g.issuer = e.issuer and g.issuer_user_id = e.issuer_user_id and g.state <> 'ended' and c.state <> 'disconnected'
        and not exists (select from ending o where o.id = g.id))
    group by issuer, issuer_user_id order by 1, 2`
}

export type Loss = {
  workspaceId: string
  files: number
  sharedFiles: number
  posts: number
  accounts: number
  canceled: number
}

/**
 * promise: E3: what each remaining workspace loses and keeps. Counts the same rows that
 * db/privacy/erasure-files.ts deletes.
 */
export const listLosses = (sql: Db, userId: string, workspaceIds: string[]): Promise<Loss[]> => sql<
  Loss[]
>`
  with theirs as (
    select m.id, m.workspace_id, exists (select from post_media pm join posts p on p.id = pm.post_id
      where pm.media_id = m.id and p.created_by is distinct from ${userId})
      or exists (select from series_media sm join series s on s.id = sm.series_id
        where sm.media_id = m.id and s.created_by is distinct from ${userId}) as shared
    from media m where m.uploaded_by = ${userId} and m.purged_at is null and m.workspace_id = any(${workspaceIds}::uuid[]))
  select w.id as workspace_id,
    (select count(*)::int from theirs f where f.workspace_id = w.id and not shared) as files,
    (select count(*)::int from theirs f where f.workspace_id = w.id and shared) as shared_files,
    (select count(*)::int from posts p where p.workspace_id = w.id and p.created_by = ${userId}) as posts,
    (select count(*)::int from channels c join grants g on g.id = c.grant_id
      where c.workspace_id = w.id and g.connected_by = ${userId} and c.state <> 'disconnected') as accounts,
    (select count(*)::int from targets t join channels c on c.id = t.channel_id left join grants g on g.id = c.grant_id
      where t.workspace_id = w.id and t.state in ${stateList(sql, unsentStates)} and (g.connected_by = ${userId}
        or exists (select from post_media pm join theirs f on f.id = pm.media_id and not f.shared where pm.post_id = t.post_id))) as canceled
  from workspaces w where w.id = any(${workspaceIds}::uuid[]) order by lower(w.name), w.id`
