import type { Db } from '../../postgres/connect.ts'
import { sentStates, stateList } from '../target-states.ts'

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

/** Posts with the file of which nothing was sent yet, locked in the order of their ids. */
export const lockUnsentPostsWith = async (
  t: Db,
  workspaceId: string,
  mediaId: string,
): Promise<string[]> => {
  const rows = await t<{ id: string }[]>`
    select id from posts p where workspace_id = ${workspaceId} and state <> 'discarded'
      and id in (select post_id from post_media where media_id = ${mediaId})
      and not exists (select from targets t where t.post_id = p.id and t.state in ${stateList(t, sentStates)})
    order by id for no key update`
  return rows.map(({ id }) => id)
}

/** False if there is no such file. */
export const setAltText = async (
  t: Db,
  workspaceId: string,
  mediaId: string,
  given: { altText: string; userId: string },
): Promise<boolean> => {
  const { count } = await t`
    update media set alt_text = ${given.altText}, alt_text_by = ${given.userId}
    where workspace_id = ${workspaceId} and id = ${mediaId} and purged_at is null`
  return count > 0
}

/** Copies the alt text into these posts. Returns those that had another one. */
export const copyAltText = async (
  t: Db,
  mediaId: string,
  postIds: string[],
  altText: string,
): Promise<string[]> => {
  const rows = await t<{ id: string }[]>`
    with changed as (
      update post_media set alt_text = ${altText}
      where media_id = ${mediaId} and post_id = any(${postIds}::uuid[]) and alt_text <> ${altText} returning post_id)
    update posts set version = version + 1, updated_at = now() from changed where posts.id = changed.post_id
    returning posts.id`
  return rows.map(({ id }) => id)
}
