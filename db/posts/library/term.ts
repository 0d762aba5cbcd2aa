import { literals, openStates } from '../target-states.ts'

/**
 * promise: R4: SQL for the moment from which the term of a file counts. Null while a post that uses
 * it is unfinished; otherwise its latest use or change. `alias` names the row of `media`.
 */
export const mediaBegan = (alias: 'media' | 'm' = 'media'): string => `case
  when ${alias}.purged_at is not null then null
  when exists (select from series_media sm where sm.media_id = ${alias}.id) then null
  when (select bool_or(t.state in ${literals(openStates)}) from post_media pm join targets t on t.post_id = pm.post_id
    where pm.media_id = ${alias}.id) then null
  else greatest(${alias}.uploaded_at,
    (select max(coalesce(t.published_at, t.state_at)) from post_media pm join targets t on t.post_id = pm.post_id where pm.media_id = ${alias}.id),
    (select max(p.updated_at) from post_media pm join posts p on p.id = pm.post_id where pm.media_id = ${alias}.id and p.state = 'draft'))
end`
