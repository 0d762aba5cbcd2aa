import type { Db } from '../../postgres/connect.ts'
import { stateList, unsentStates } from '../target-states.ts'
import type { ImportRef } from './imports.ts'

/** A part of an import, so that no statement takes long. `to` is not included. */
type Part = ImportRef & { from: number; to: number }

const rowsOf = (t: Db, { importId, workspaceId, from, to }: Part) => t`
  import_rows r where r.import_id = ${importId} and r.workspace_id = ${workspaceId} and r.position >= ${from} and r.position < ${to}`

/** `last`: the number of the last row. `targets`, `files`: how many there will be. `first`: the earliest time of a post that is to go out. */
export const summarizeRows = async (
  t: Db,
  { importId, workspaceId }: ImportRef,
): Promise<{
  posts: number
  last: number
  targets: number
  files: number
  first: Date | null
  open: number
}> => {
  const [row] = await t<
    {
      posts: number
      last: number
      targets: number
      files: number
      first: Date | null
      open: number
    }[]
  >`
    select count(*)::int as posts, coalesce(max(position), 0) as last, coalesce(sum(jsonb_array_length(targets)), 0)::int as targets,
      coalesce(sum(jsonb_array_length(post -> 'media')), 0)::int as files,
      min((post ->> 'dueAt')::timestamptz) filter (where post ->> 'state' = 'scheduled') as first,
      count(*) filter (where targets is null)::int as open
    from import_rows where import_id = ${importId} and workspace_id = ${workspaceId}`
  if (!row) throw new Error('an aggregate has no row')
  return row
}

export const insertPostsOfImport = async (t: Db, part: Part): Promise<number> => {
  const { count } = await t`
    insert into posts (id, workspace_id, created_by, state, text, link, variants, choices, wall_time, zone, due_at, import_id)
    select r.post_id, r.workspace_id, (select user_id from imports where id = r.import_id), r.post ->> 'state', r.post ->> 'text', r.post ->> 'link',
      r.post -> 'variants', r.post -> 'choices', r.post ->> 'wallTime', r.post ->> 'zone', (r.post ->> 'dueAt')::timestamptz, r.import_id
    from ${rowsOf(t, part)} order by r.position`
  return count
}

/** Files that were deleted meanwhile are left out: compare the number. */
export const insertMediaOfImport = async (t: Db, part: Part): Promise<number> => {
  const { count } = await t`
    insert into post_media (post_id, workspace_id, media_id, position, alt_text)
    select r.post_id, m.workspace_id, m.id, r.place::int, r.one ->> 'altText'
    from (select r.post_id, w.one, w.place from import_rows r cross join jsonb_array_elements(r.post -> 'media') with ordinality as w (one, place)
      where r.import_id = ${part.importId} and r.workspace_id = ${part.workspaceId} and r.position >= ${part.from} and r.position < ${part.to}) r
    join media m on m.id = (r.one ->> 'id')::uuid and m.workspace_id = ${part.workspaceId} and m.purged_at is null`
  return count
}

/** Labels that were deleted meanwhile are left out. */
export const insertLabelsOfImport = async (t: Db, part: Part): Promise<void> => {
  await t`
    insert into post_labels (post_id, label_id, workspace_id)
    select r.post_id, l.id, l.workspace_id
    from (select r.post_id, w.id from import_rows r cross join jsonb_array_elements_text(r.post -> 'labels') as w (id)
      where r.import_id = ${part.importId} and r.workspace_id = ${part.workspaceId} and r.position >= ${part.from} and r.position < ${part.to}) r
    join labels l on l.id = r.id::uuid and l.workspace_id = ${part.workspaceId}`
}

/**
 * When the relay tells a workflow: at once if its post is due within half an hour. Others are spread
 * over 200 ms for each of `total`, at most 15 minutes, because the relay takes work in order, and
 * nothing may wait behind thousands of rows that have time. It is also when they count as created, so
 * that nobody is told that the relay is late.
 */
const spread = (t: Db, total: number) => t`
  now() + case when due_at < now() + interval '30 minutes' then interval '0' else random() * least(${total} * interval '200 milliseconds', interval '15 minutes') end`

/**
 * Schedules what the accounts get, and tells their workflows. `total`: of the whole import. Accounts that were disconnected
 * meanwhile are left out: compare the number.
 */
export const insertTargetsOfImport = async (
  t: Db,
  part: Part & { total: number },
): Promise<number> => {
  const { count } = await t`
    with added as (
      insert into targets (workspace_id, post_id, channel_id, platform, kind, text, link, settings, due_at)
      select c.workspace_id, r.post_id, c.id, c.platform, r.one ->> 'kind', r.one ->> 'text', r.one ->> 'link', r.one -> 'settings',
        (r.one ->> 'dueAt')::timestamptz
      from (select r.post_id, w.one from import_rows r cross join jsonb_array_elements(r.targets) as w (one)
        where r.import_id = ${part.importId} and r.workspace_id = ${part.workspaceId} and r.position >= ${part.from} and r.position < ${part.to}) r
      join channels c on c.id = (r.one ->> 'channelId')::uuid and c.workspace_id = ${part.workspaceId} and c.state <> 'disconnected'
      returning id, due_at)
    insert into outbox (kind, ref_id, created_at, next_try_at)
    select 'target', id, at, at from (select id, ${spread(t, part.total)} as at from added) told returning id`
  return count
}

/** Asks for approval of its scheduled posts if the workspace requires it. */
export const askForReviewOfImport = async (
  t: Db,
  { workspaceId, importId }: ImportRef,
): Promise<number> => {
  const { count } = await t`
    with asked as (
      insert into reviews (post_id, workspace_id, stage, asked_by)
      select p.id, p.workspace_id, case w.review_stages when 'client' then 'client' else 'team' end, p.created_by
      from posts p join workspaces w on w.id = p.workspace_id
      where p.workspace_id = ${workspaceId} and p.import_id = ${importId} and p.state = 'scheduled' and needs_review(p.id)
      on conflict (post_id) do nothing returning post_id)
    insert into outbox (kind, ref_id) select 'review', post_id from asked returning id`
  return count
}

/** Each file with each kind of post that it is used in, for the renditions to make of it. */
export const listUsesOfFiles = (
  t: Db,
  { workspaceId, importId }: ImportRef,
): Promise<{ mediaId: string; platform: string; kind: string }[]> =>
  t<{ mediaId: string; platform: string; kind: string }[]>`
    select distinct (m ->> 'id') as media_id, w ->> 'platform' as platform, w ->> 'kind' as kind
    from import_rows r cross join jsonb_array_elements(r.targets) w cross join jsonb_array_elements(r.post -> 'media') m
    where r.import_id = ${importId} and r.workspace_id = ${workspaceId}`

/** Locks its posts, in the order of ids. Lock them before their targets. */
export const lockPostsOfImport = async (
  t: Db,
  { workspaceId, importId }: ImportRef,
): Promise<void> => {
  await t`
    select from posts where workspace_id = ${workspaceId} and import_id = ${importId} order by id for no key update`
}

/** Locks its targets. `isOut`: it is being sent, was sent, failed or was missed. */
export const lockTargetsOfImport = (
  t: Db,
  { workspaceId, importId }: ImportRef,
): Promise<{ isOut: boolean }[]> => t<{ isOut: boolean }[]>`
  select targets.state not in ${stateList(t, [...unsentStates, 'canceled'])} as is_out from targets
  where workspace_id = ${workspaceId} and post_id in (select id from posts where import_id = ${importId} and workspace_id = ${workspaceId})
  order by id for no key update`

/** Tells the workflows of its targets, of which there are `total`, and reviews to read their rows again. */
export const tellWorkflowsOfImport = async (
  t: Db,
  { workspaceId, importId, total }: ImportRef & { total: number },
): Promise<void> => {
  await t`
    with its as (select id from posts where workspace_id = ${workspaceId} and import_id = ${importId})
    insert into outbox (kind, ref_id, created_at, next_try_at)
    select 'target', id, at, at from (select id, ${spread(t, total)} as at from targets where post_id in (select id from its)) told
    union all select 'review', post_id, now(), now() from reviews where post_id in (select id from its) and state <> 'approved'`
}

/** Its posts are gone from all pages; the sweep deletes them a day later. Returns how many. */
export const discardPostsOfImport = async (
  t: Db,
  { workspaceId, importId }: ImportRef,
): Promise<number> => {
  const { count } = await t`
    update posts set state = 'discarded', due_at = null, updated_at = now()
    where workspace_id = ${workspaceId} and import_id = ${importId} and state <> 'discarded'`
  return count
}
