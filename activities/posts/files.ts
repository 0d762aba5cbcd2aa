import { type Sql, tx } from '../../db/postgres/connect.ts'
import { listPostMedia, type PostMediaRow } from '../../db/posts/post-media.ts'
import { listRenditions, type RenditionRow, requestRenditions } from '../../db/posts/renditions.ts'
import type { TargetRow } from '../../db/posts/targets.ts'
import { wantedRendition } from '../../media/recipes.ts'
import type { Registry } from '../../platforms/index.ts'

type Deps = { sql: Sql; platforms: Registry }

/** `rendition`: what is sent instead of the library's file. Null if that one is sent. */
export type FileOfTarget = PostMediaRow & { rendition: RenditionRow | null }

/** The files that a target sends, in their order. Asks for renditions that don't exist yet. */
export const listFilesOf = async (deps: Deps, target: TargetRow): Promise<FileOfTarget[]> => {
  const media = await listPostMedia(deps.sql, target)
  const platform = deps.platforms.platforms.get(target.platform)
  const wanted = media.map((item) => wantedRendition(item, platform?.pictureFor?.(target.kind)))
  const all = wanted.flatMap((one) => one ?? [])
  let rows = await listRenditions(deps.sql, target.workspaceId, all)
  if (rows.length < all.length) {
    await tx(deps.sql, (t) => requestRenditions(t, target.workspaceId, all))
    rows = await listRenditions(deps.sql, target.workspaceId, all)
  }
  return media.map((item, index) => {
    const one = wanted[index]
    if (!one) return { ...item, rendition: null }
    const rendition = rows.find(
      (row) => row.mediaId === one.mediaId && row.recipe === one.recipe && row.edits === one.edits,
    )
    if (!rendition) throw new Error(`media ${item.id} is gone`)
    return { ...item, rendition }
  })
}
