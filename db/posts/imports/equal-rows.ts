import type { Db } from '../../postgres/connect.ts'
import { retryableStates, stateList } from '../target-states.ts'
import type { ImportRef } from './imports.ts'

/**
 * The rows of an import whose content goes out on one of their accounts within a day of their time,
 * by an existing post or another row: the same rule as `listEqualPosts`. Files are compared by their
 * ids, because rows name files of the library. Call it when the rows are prepared.
 */
export const listEqualRows = async (
  t: Db,
  { workspaceId, importId }: ImportRef,
  limit: number,
): Promise<number[]> => {
  const rows = await t<{ position: number }[]>`
    with its as materialized (
      select r.position, (w ->> 'channelId')::uuid as channel_id, w ->> 'kind' as kind, w ->> 'text' as text, w ->> 'link' as link,
        coalesce(w -> 'settings' ->> 'first_comment', '') as comment, (w ->> 'dueAt')::timestamptz as due_at,
        coalesce((select string_agg(m ->> 'id', ' ' order by place) from jsonb_array_elements(r.post -> 'media') with ordinality f (m, place)), '') as files
      from import_rows r cross join jsonb_array_elements(r.targets) w
      where r.import_id = ${importId} and r.workspace_id = ${workspaceId}),
    others as (
      select position, due_at - lag(due_at) over (partition by channel_id, kind, md5(text), link, comment, files order by due_at, position)
        as after_other from its where text <> '' or files <> '')
    select distinct position from (
      select position from others where after_other < interval '24 hours'
      union all
      select its.position from its join targets t on t.channel_id = its.channel_id and t.due_at > its.due_at - interval '24 hours'
        and t.due_at < its.due_at + interval '24 hours' and t.kind = its.kind and t.text = its.text and t.link is not distinct from its.link
        and coalesce(t.settings ->> 'first_comment', '') = its.comment
      where t.workspace_id = ${workspaceId} and t.state not in ${stateList(t, retryableStates)} and (its.text <> '' or its.files <> '')
        and its.files = coalesce((select string_agg(pm.media_id::text, ' ' order by pm.position) from post_media pm where pm.post_id = t.post_id), '')
    ) equal order by position limit ${limit}`
  return rows.map((row) => row.position)
}
