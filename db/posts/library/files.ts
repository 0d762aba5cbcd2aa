import type { Db } from '../../postgres/connect.ts'
import { type Media, mediaColumns } from '../media.ts'
import {
  hasLabels,
  hasMark,
  hasWords,
  type LibraryFilter,
  type LibraryMark,
  libraryMarks,
} from './filter.ts'

/** How a file is used: its posts that aren't drafts, its drafts, and the next post's time. */
export type MediaUse = { posts: number; drafts: number; nextDueAt: Date | null }
export type ListedMedia = Media & MediaUse

type Page = { after?: string | undefined; isOldestFirst: boolean; limit: number; now: Date }

/** A page of the library. `after`: the last id of the previous page. Leaves out purged files. */
export const listLibrary = async (
  sql: Db,
  workspaceId: string,
  { kind, marks, labelIds, words }: LibraryFilter,
  { after, isOldestFirst, limit, now }: Page,
): Promise<ListedMedia[]> => {
  const order = isOldestFirst ? sql`asc` : sql`desc`
  const next = after ? (isOldestFirst ? sql`m.id > ${after}` : sql`m.id < ${after}`) : sql`true`
  const marked = marks.map((mark) => hasMark(sql, mark, now))
  return await sql<ListedMedia[]>`
    with page as materialized (
      select m.id from media m where m.workspace_id = ${workspaceId} and m.purged_at is null and ${next}
        and ${kind ? sql`m.kind = ${kind}` : sql`true`} and ${hasWords(sql, words)} and ${hasLabels(sql, labelIds)}
        and ${marked.reduce((all, one) => sql`${all} and ${one}`, sql`true`)}
      order by m.id ${order} limit ${limit})
    select ${mediaColumns(sql)}, ${useColumns(sql)} from page join media m on m.id = page.id ${useOf(sql)}
    order by m.id ${order}`
}

/** With the name of who added it, unless that person was deleted. */
export type OneMedia = ListedMedia & { uploadedByName: string | null }

/** One file with its use. Null if it isn't there, or was purged. */
export const findListed = async (
  sql: Db,
  workspaceId: string,
  id: string,
): Promise<OneMedia | null> => {
  const [row] = await sql<OneMedia[]>`
    select ${mediaColumns(sql)}, ${useColumns(sql)},
      (select name from users where users.id = m.uploaded_by) as uploaded_by_name
    from media m ${useOf(sql)}
    where m.workspace_id = ${workspaceId} and m.id = ${id} and m.purged_at is null`
  return row ?? null
}

const useColumns = (sql: Db) => sql`
  coalesce(u.posts, 0) as posts, coalesce(u.drafts, 0) as drafts, u.next_due_at`

const useOf = (sql: Db) => sql`
  left join lateral (
    select count(*) filter (where p.state <> 'draft')::int as posts, count(*) filter (where p.state = 'draft')::int as drafts,
      min(p.due_at) filter (where p.state <> 'draft' and p.due_at > now()) as next_due_at
    from post_media pm join posts p on p.id = pm.post_id where pm.media_id = m.id and p.state <> 'discarded'
  ) u on true`

/**
 * How many files the search finds among those with the labels: of each kind, and with each mark of
 * the chosen kind.
 */
export type LibraryCounts = { all: number; image: number; video: number } & Record<
  LibraryMark,
  number
>

export const countLibrary = async (
  sql: Db,
  workspaceId: string,
  { kind, labelIds, words }: Pick<LibraryFilter, 'kind' | 'labelIds' | 'words'>,
  now: Date,
): Promise<LibraryCounts> => {
  const ofKind = kind ? sql`m.kind = ${kind}` : sql`true`
  const marks = libraryMarks
    .filter((mark) => mark !== 'unused')
    .map(
      (mark) =>
        sql`count(*) filter (where ${ofKind} and ${hasMark(sql, mark, now)})::int as ${sql(mark)}`,
    )
  const [row] = await sql<[Omit<LibraryCounts, 'unused'> & { ofKind: number }]>`
    select count(*)::int as "all", count(*) filter (where m.kind = 'image')::int as image,
      count(*) filter (where m.kind = 'video')::int as video, count(*) filter (where ${ofKind})::int as of_kind,
      ${marks.reduce((all, one) => sql`${all}, ${one}`)}
    from media m where m.workspace_id = ${workspaceId} and m.purged_at is null and ${hasWords(sql, words)}
      and ${hasLabels(sql, labelIds)}`
  const { ofKind: all, ...counts } = row
  return { ...counts, unused: all - counts.used }
}
