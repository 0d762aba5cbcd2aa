import type { Db } from '../../postgres/connect.ts'
import { filesWith, type Label } from '../labels/labels.ts'

type FileRef = { workspaceId: string; mediaId: string }

/** By name. */
export const listMediaLabels = (sql: Db, { workspaceId, mediaId }: FileRef): Promise<Label[]> =>
  sql<Label[]>`
    select l.id, l.name, l.color from media_labels ml join labels l on l.id = ml.label_id
    where ml.media_id = ${mediaId} and ml.workspace_id = ${workspaceId} order by l.name_key`

/** Removes the labels of a file that aren't among these. */
export const dropOtherLabels = async (
  t: Db,
  { workspaceId, mediaId }: FileRef,
  labelIds: string[],
): Promise<void> => {
  await t`
    delete from media_labels where media_id = ${mediaId} and workspace_id = ${workspaceId}
      and label_id <> all(${labelIds}::uuid[])`
}

/**
 * Gives these files the labels. Leaves out what other workspaces have, and files that were purged
 * or would have more than `most` labels. Returns how many those are. Call `lockMedia` first, so that
 * requests that arrive together don't exceed it together.
 */
export const addMediaLabels = async (
  t: Db,
  workspaceId: string,
  { mediaIds, labelIds }: { mediaIds: string[]; labelIds: string[] },
  most: number,
): Promise<number> => {
  const [row] = await t<{ full: number }[]>`
    with files as (
      select m.id, ${labelIds.length} + (select count(*) from media_labels ml where ml.media_id = m.id
        and ml.label_id <> all(${labelIds}::uuid[])) <= ${most} as has_room
      from media m where m.workspace_id = ${workspaceId} and m.id = any(${mediaIds}::uuid[]) and m.purged_at is null),
    added as (
      insert into media_labels (media_id, label_id, workspace_id)
      select f.id, l.id, ${workspaceId} from files f
        join labels l on l.workspace_id = ${workspaceId} and l.id = any(${labelIds}::uuid[])
      where f.has_room on conflict (media_id, label_id) do nothing)
    select count(*)::int as full from files where not has_room`
  return row!.full
}

export type LabelChoice = Label & { files: number }

/** The labels of a workspace by name, with how many files have each. */
export const listLabelsOfFiles = (sql: Db, workspaceId: string): Promise<LabelChoice[]> =>
  sql<LabelChoice[]>`
    select l.id, l.name, l.color, ${filesWith(sql)} as files
    from labels l where l.workspace_id = ${workspaceId} order by l.name_key`
