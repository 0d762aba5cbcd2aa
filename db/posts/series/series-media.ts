import type { Edits } from '../../../media/edits.ts'
import type { Db } from '../../postgres/connect.ts'
import type { ComposedMedia } from '../composed-media.ts'
import { fileColumns } from '../media.ts'
import type { SeriesRef } from './series.ts'

/** Sets the files of a new series, in this order. Leaves out files of other workspaces. */
export const insertSeriesMedia = async (
  t: Db,
  ref: SeriesRef,
  media: { id: string; altText: string; edits: Edits | null }[],
): Promise<void> => {
  if (media.length === 0) return
  const ids = media.map((item) => item.id)
  const altTexts = media.map((item) => item.altText)
  const edits = media.map((item) => (item.edits ? JSON.stringify(item.edits) : null))
  await t`
    insert into series_media (series_id, workspace_id, media_id, position, alt_text, edits)
    select ${ref.seriesId}, media.workspace_id, media.id, wanted.position::int, wanted.alt_text, wanted.edits::jsonb
    from unnest(${ids}::uuid[], ${altTexts}::text[], ${edits}::text[]) with ordinality
      as wanted (id, alt_text, edits, position)
      join media on media.id = wanted.id and media.workspace_id = ${ref.workspaceId}`
}

/** The files of a series in their order. Includes files whose bytes were deleted. */
export const listSeriesMedia = (sql: Db, ref: SeriesRef): Promise<ComposedMedia[]> =>
  sql<ComposedMedia[]>`
    select ${fileColumns(sql)}, sm.alt_text, sm.edits
    from series_media sm join media m on m.id = sm.media_id
    where sm.series_id = ${ref.seriesId} and sm.workspace_id = ${ref.workspaceId} order by sm.position`
