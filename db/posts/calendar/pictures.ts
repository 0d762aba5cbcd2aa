import type { Edits } from '../../../media/edits.ts'
import type { Db } from '../../postgres/connect.ts'

/** A file of a post that has a thumbnail, with its edits in this post. */
export type CalendarPicture = {
  id: string
  kind: 'image' | 'video'
  width: number
  height: number
  edits: Edits | null
}

/** The first picture of the post `listed.id` as JSON, or null. */
export const pictureOf = (sql: Db, workspaceId: string) => sql`(
  select json_build_object('id', m.id, 'kind', m.kind, 'width', m.width, 'height', m.height, 'edits', pm.edits)
  from post_media pm join media m on m.id = pm.media_id
  where pm.post_id = listed.id and pm.workspace_id = ${workspaceId} and m.purged_at is null and m.thumbnail_key is not null
  order by pm.position limit 1)`
