import type { Db } from '../../postgres/connect.ts'

/**
 * Alt text belongs to the file. A post keeps a copy, which is what was published. Lock order: posts,
 * then files.
 */
type PostRef = { workspaceId: string; postId: string }

/**
 * Call it before the files of a post are replaced: an alt text that was changed in the post becomes
 * that of the file.
 */
export const keepAltTextsOf = async (
  t: Db,
  ref: PostRef & { userId: string },
  media: { id: string; altText: string }[],
): Promise<void> => {
  if (media.length === 0) return
  await t`
    with given as (
      select * from unnest(${media.map(({ id }) => id)}::uuid[], ${media.map(({ altText }) => altText)}::text[]) as g (id, alt_text)
    ), changed as (
      select m.id, g.alt_text from given g join media m on m.id = g.id and m.workspace_id = ${ref.workspaceId}
        left join post_media pm on pm.post_id = ${ref.postId} and pm.media_id = g.id
      where m.alt_text <> g.alt_text and coalesce(pm.alt_text, '') <> g.alt_text
      order by m.id for no key update of m)
    update media set alt_text = changed.alt_text, alt_text_by = ${ref.userId}
    from changed where media.id = changed.id`
}
