import type { Db } from '../../postgres/connect.ts'
import { terms } from '../../privacy/terms.ts'
import { attentionStates, openStates, stateList } from '../target-states.ts'
import { mediaBegan } from './term.ts'

/** A post that uses a file. The flags say what its accounts are at. */
export type UseOfMedia = {
  postId: string
  text: string
  state: 'draft' | 'scheduled'
  dueAt: Date | null
  platforms: string[]
  isOpen: boolean
  isPublished: boolean
  needsAttention: boolean
}

/** At most this many posts of a file are listed. */
export const mostUses = 50

/** The posts that use a file, the latest first. */
export const listUses = (sql: Db, workspaceId: string, mediaId: string): Promise<UseOfMedia[]> =>
  sql<UseOfMedia[]>`
    select p.id as post_id, p.text, p.state, p.due_at, ${flags(sql)}
    from post_media pm join posts p on p.id = pm.post_id left join targets t on t.post_id = p.id
    where pm.media_id = ${mediaId} and p.workspace_id = ${workspaceId} and p.state <> 'discarded'
    group by p.id order by p.due_at desc nulls first limit ${mostUses}`

const flags = (sql: Db) => sql`
  coalesce(array_agg(distinct t.platform) filter (where t.platform is not null), '{}') as platforms,
  coalesce(bool_or(t.state in ${stateList(sql, openStates)}), false) as is_open,
  coalesce(bool_or(t.state = 'published'), false) as is_published,
  coalesce(bool_or(t.state in ${stateList(sql, attentionStates)}), false) as needs_attention`

export type LosingPost = UseOfMedia & { mediaId: string; fileName: string }

/**
 * Posts that would lose one of the files: drafts, posts that aren't out yet, and those about which
 * a person has to decide.
 */
export const listLosingPosts = (
  sql: Db,
  workspaceId: string,
  mediaIds: string[],
): Promise<LosingPost[]> => sql<LosingPost[]>`
  select * from (
    select m.id as media_id, m.file_name, p.id as post_id, p.text, p.state, p.due_at, ${flags(sql)}
    from media m join post_media pm on pm.media_id = m.id join posts p on p.id = pm.post_id left join targets t on t.post_id = p.id
    where m.workspace_id = ${workspaceId} and m.id = any(${mediaIds}::uuid[]) and p.state <> 'discarded'
    group by m.id, p.id) as used
  where state = 'draft' or is_open or needs_attention
  order by file_name, media_id, due_at nulls last, post_id`

/** A post that repeats with a file. */
export type RepeatingUse = { mediaId: string; fileName: string; seriesId: string; text: string }

/** Posts that repeat with one of the files. Their series has to be stopped first. */
export const listRepeatingUses = (
  sql: Db,
  workspaceId: string,
  mediaIds: string[],
): Promise<RepeatingUse[]> => sql<RepeatingUse[]>`
  select m.id as media_id, m.file_name, s.id as series_id, s.text
  from series_media sm join series s on s.id = sm.series_id join media m on m.id = sm.media_id
  where sm.workspace_id = ${workspaceId} and m.id = any(${mediaIds}::uuid[])
  order by m.file_name, m.id, s.id`

/** When a file is removed, and after what its term counts. `at` is null while a post still needs it. */
export type FileTerm = { at: Date | null; after: 'post' | 'draft' | 'upload' }

export const findRemoval = async (sql: Db, workspaceId: string, id: string): Promise<FileTerm> => {
  const [row] = await sql<[FileTerm]>`
    select began + ${terms.media}::interval as at,
      case when began > uploaded_at and last_post >= began then 'post' when began > uploaded_at then 'draft' else 'upload' end as after
    from (
      select m.uploaded_at, ${sql.unsafe(mediaBegan('m'))} as began,
        (select max(coalesce(t.published_at, t.state_at)) from post_media pm join targets t on t.post_id = pm.post_id
          where pm.media_id = m.id) as last_post
      from media m where m.workspace_id = ${workspaceId} and m.id = ${id}) as term`
  return row ?? { at: null, after: 'upload' }
}
