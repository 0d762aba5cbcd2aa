import type { Db } from '../../postgres/connect.ts'
import { asJson, fromJson } from '../../postgres/json-rows.ts'
import { openStates, stateList } from '../target-states.ts'
import { pictureOf } from './pictures.ts'
import type { CalendarPost } from './posts.ts'

/** A post in the grid of an account's profile. */
export type GridPost = CalendarPost & {
  part: 'next' | 'last' | 'draft'
  /** When it goes out on this account, or when it did. Null for a draft without a time. */
  at: Date | null
  /** The second of its video that is the cover, as typed. Null if none was chosen. */
  coverSecond: string | null
  /** Where the kept part of its first file begins, in milliseconds. */
  startMs: number
  isPlayable: boolean
  files: number
}

export type GridSpan = {
  workspaceId: string
  channelId: string
  /** Kinds of posts that this platform doesn't show on a profile. */
  without: string[]
  now: Date
  next: number
  last: number
  drafts: number
}

/**
 * The posts that come next on an account (drafts with a time among them), the last published ones,
 * and drafts without a time, in one statement. Each part in order of time.
 */
export const listGrid = async (sql: Db, span: GridSpan): Promise<GridPost[]> => {
  const { workspaceId, channelId, without } = span
  const kept = (kind: ReturnType<Db>) => sql`coalesce(${kind}, '') <> all(${without}::text[])`
  const chosen = sql`p.choices -> ${channelId}`
  const draft = sql`
    from posts p where p.workspace_id = ${workspaceId} and p.state = 'draft' and p.choices ? ${channelId}
      and ${kept(sql`${chosen} ->> 'kind'`)}`
  const target = sql`
    from targets t where t.workspace_id = ${workspaceId} and t.channel_id = ${channelId} and ${kept(sql`t.kind`)}`
  const listed = sql`(
    with upcoming as (
      select t.post_id, t.due_at as at, t.settings ${target} and t.state in ${stateList(sql, openStates)}
      union all select p.id, p.due_at, ${chosen} -> 'settings' ${draft} and p.due_at > ${span.now}),
    found as (
      (select 'next' as part, * from upcoming order by at, post_id limit ${span.next})
      union all
      (select 'last', t.post_id, t.published_at, t.settings ${target} and t.state = 'published' and t.deletion_state is distinct from 'deleted'
        order by t.published_at desc limit ${span.last})
      union all
      (select 'draft', p.id, null, ${chosen} -> 'settings' ${draft} and p.due_at is null
        order by p.updated_at desc limit ${span.drafts})),
    listed as (
      select p.id, p.version, p.state, left(p.text, 200) as text, p.due_at, p.choices, found.part, found.at,
        p.series_id is not null as repeats, found.settings ->> 'cover_second' as cover_second
      from found join posts p on p.id = found.post_id and p.workspace_id = ${workspaceId})
    select listed.id, listed.version, listed.state, listed.text, listed.due_at, listed.part, listed.at, listed.cover_second,
      coalesce((select json_agg(json_build_object('platform', t.platform, 'state', t.state, 'dueAt', t.due_at) order by t.platform)
        from targets t where t.post_id = listed.id and t.workspace_id = ${workspaceId}), '[]') as targets,
      array(select distinct c.platform from jsonb_object_keys(listed.choices) chosen
        join channels c on c.id = chosen::uuid and c.workspace_id = ${workspaceId} order by c.platform) as chosen_platforms,
      (select m.views from measured_targets m join targets t on t.id = m.target_id
        where t.post_id = listed.id and t.channel_id = ${channelId})::float8 as views,
      ${pictureOf(sql, workspaceId)} as picture, coalesce(file.start_ms, 0) as start_ms,
      coalesce(file.is_playable, false) as is_playable, coalesce(file.files, 0) as files, null as author, null as updated_at,
      (select r.state from reviews r where r.post_id = listed.id) as review, listed.repeats
    from listed left join lateral (
      select count(*) over ()::int as files, m.kind = 'video' and m.conversion is null and m.purged_at is null as is_playable,
        coalesce((pm.edits -> 'trim' ->> 'startMs')::int, 0) as start_ms
      from post_media pm join media m on m.id = pm.media_id
      where pm.post_id = listed.id and pm.workspace_id = ${workspaceId} order by pm.position limit 1) file on true
    order by listed.at nulls last, listed.id)`
  const [row] = await sql<
    { posts: Record<string, unknown>[] }[]
  >`select ${asJson(sql, listed)} as posts`
  return (row?.posts ?? []).map((post) => fromJson<GridPost>(post, ['dueAt', 'updatedAt', 'at']))
}
