import type { TransactionSql } from 'postgres'
import type { Db } from '../../postgres/connect.ts'
import { lockWorkspace } from '../../postgres/workspace-lock.ts'

/** In the order that they are offered and given to new labels. */
export const labelColors = [
  'red',
  'orange',
  'yellow',
  'green',
  'teal',
  'blue',
  'purple',
  'pink',
  'gray',
] as const
export type LabelColor = (typeof labelColors)[number]

export type Label = { id: string; name: string; color: LabelColor }
type LabelUse = Label & { posts: number; files: number }
type Ref = { workspaceId: string; labelId: string }
type PostRef = { workspaceId: string; postId: string }

/** Names that differ only by case, or by how a letter is composed, are the same name. */
const keyOf = (name: string): string => name.normalize('NFC').toLowerCase()

/** By name. */
export const listLabels = (sql: Db, workspaceId: string): Promise<Label[]> => sql<Label[]>`
  select id, name, color from labels where workspace_id = ${workspaceId} order by name_key`

export const findLabel = async (sql: Db, { workspaceId, labelId }: Ref): Promise<Label | null> => {
  const [row] = await sql<Label[]>`
    select id, name, color from labels where workspace_id = ${workspaceId} and id = ${labelId}`
  return row ?? null
}

/** SQL: how many files of the library have the label `l`. */
export const filesWith = (sql: Db) => sql`
  (select count(*)::int from media_labels ml join media m on m.id = ml.media_id
    where ml.label_id = l.id and m.purged_at is null)`

/**
 * `posts`: how many posts use it, drafts included. `files`: how many files of the library have it.
 */
export const listLabelUses = (sql: Db, workspaceId: string): Promise<LabelUse[]> => sql<LabelUse[]>`
  select l.id, l.name, l.color,
    (select count(*)::int from post_labels pl join posts p on p.id = pl.post_id
      where pl.label_id = l.id and p.state <> 'discarded') as posts,
    ${filesWith(sql)} as files
  from labels l where l.workspace_id = ${workspaceId} order by l.name_key`

/**
 * The label with this name, which is added if there is none. Null if the workspace has `most`
 * labels: the lock makes those who add at the same time wait for each other. `color`: by default,
 * the one that the fewest labels have.
 */
export const addLabel = async (
  t: TransactionSql,
  workspaceId: string,
  { name, color = null }: { name: string; color?: LabelColor | null },
  most: number,
): Promise<(Label & { isNew: boolean }) | null> => {
  await lockWorkspace(t, workspaceId)
  const [label] = await t<(Label & { isNew: boolean })[]>`
    with known as (select id, name, color from labels where workspace_id = ${workspaceId} and name_key = ${keyOf(name)}),
    added as (
      insert into labels (workspace_id, name, name_key, color)
      select ${workspaceId}, ${name}, ${keyOf(name)}, coalesce(${color}::text, (
        select c.color from unnest(${[...labelColors]}::text[]) with ordinality as c (color, place)
        order by (select count(*) from labels l where l.workspace_id = ${workspaceId} and l.color = c.color), c.place limit 1))
      where not exists (select from known) and (select count(*) from labels where workspace_id = ${workspaceId}) < ${most}
      returning id, name, color)
    select *, false as is_new from known union all select *, true from added`
  return label ?? null
}

/** `taken`: another label has this name, and `into` is its id. */
export type Renamed = { as: 'renamed' } | { as: 'gone' } | { as: 'taken'; into: string }

/** Sets the name and the color, unless another label has the name. Null leaves one as it is. */
export const renameLabel = async (
  t: TransactionSql,
  { workspaceId, labelId }: Ref,
  { name, color }: { name: string | null; color: LabelColor | null },
): Promise<Renamed> => {
  const key = name === null ? null : keyOf(name)
  await lockWorkspace(t, workspaceId)
  const [found] = await t<{ into: string | null; done: boolean }[]>`
    with other as (
      select id from labels where workspace_id = ${workspaceId} and name_key = ${key}::text and id <> ${labelId}),
    renamed as (
      update labels set name = coalesce(${name}::text, name), name_key = coalesce(${key}::text, name_key),
        color = coalesce(${color}::text, color)
      where workspace_id = ${workspaceId} and id = ${labelId} and not exists (select from other) returning id)
    select (select id from other) as into, exists (select from renamed) as done
    where exists (select from labels where workspace_id = ${workspaceId} and id = ${labelId})`
  if (!found) return { as: 'gone' }
  return found.into ? { as: 'taken', into: found.into } : { as: 'renamed' }
}

/**
 * Gives the posts and files of one label the other one, and deletes the first. Saved versions,
 * unsaved edits and reports follow. Returns whether both existed.
 */
export const mergeLabels = async (
  t: TransactionSql,
  { workspaceId, labelId }: Ref,
  into: string,
): Promise<boolean> => {
  const both = [labelId, into]
  const held = await t`
    select from labels where workspace_id = ${workspaceId} and id = any(${both}::uuid[]) order by id for no key update`
  if (held.count < 2) return false
  await t`
    insert into post_labels (post_id, label_id, workspace_id)
    select post_id, ${into}, workspace_id from post_labels where label_id = ${labelId} and workspace_id = ${workspaceId}
    on conflict (post_id, label_id) do nothing`
  await t`
    insert into media_labels (media_id, label_id, workspace_id)
    select media_id, ${into}, workspace_id from media_labels where label_id = ${labelId} and workspace_id = ${workspaceId}
    on conflict (media_id, label_id) do nothing`
  for (const table of ['post_versions', 'unsaved_edits'])
    await t`
      update ${t(table)} set form = jsonb_set(form, '{labels}', (form->'labels') - ${both}::text[] || to_jsonb(${into}::text))
      where workspace_id = ${workspaceId} and form->'labels' ? ${labelId}`
  await t`update reports set label_id = ${into} where workspace_id = ${workspaceId} and label_id = ${labelId}`
  return await deleteLabel(t, { workspaceId, labelId })
}

/** Returns whether the label still existed. Its posts stay. */
export const deleteLabel = async (sql: Db, { workspaceId, labelId }: Ref): Promise<boolean> => {
  const { count } =
    await sql`delete from labels where workspace_id = ${workspaceId} and id = ${labelId}`
  return count > 0
}

/** By name. */
export const listPostLabels = (sql: Db, { workspaceId, postId }: PostRef): Promise<Label[]> =>
  sql<Label[]>`
    select l.id, l.name, l.color from post_labels pl join labels l on l.id = pl.label_id
    where pl.post_id = ${postId} and pl.workspace_id = ${workspaceId} order by l.name_key`

/** Sets the labels of a post. Leaves out labels of other workspaces. */
export const replacePostLabels = async (
  t: Db,
  { workspaceId, postId }: PostRef,
  labelIds: string[],
): Promise<void> => {
  await t`
    delete from post_labels where post_id = ${postId} and workspace_id = ${workspaceId} and label_id <> all(${labelIds}::uuid[])`
  await t`
    insert into post_labels (post_id, label_id, workspace_id)
    select ${postId}, id, workspace_id from labels where workspace_id = ${workspaceId} and id = any(${labelIds}::uuid[])
    on conflict (post_id, label_id) do nothing`
}

/** Post id → the names of its labels. Posts without labels are left out. */
export const labelNamesOf = async (
  sql: Db,
  workspaceId: string,
  postIds: string[],
): Promise<Map<string, string[]>> => {
  const rows = await sql<{ postId: string; names: string[] }[]>`
    select pl.post_id, array_agg(l.name order by l.name_key) as names
    from post_labels pl join labels l on l.id = pl.label_id
    where pl.workspace_id = ${workspaceId} and pl.post_id = any(${postIds}::uuid[]) group by pl.post_id`
  return new Map(rows.map(({ postId, names }) => [postId, names]))
}
