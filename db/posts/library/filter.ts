import type { Db } from '../../postgres/connect.ts'
import { terms } from '../../privacy/terms.ts'
import { mediaBegan } from './term.ts'

export const libraryMarks = ['used', 'unused', 'no-alt', 'expiring'] as const
export type LibraryMark = (typeof libraryMarks)[number]

/** What the media library is limited to. Empty lists don't limit anything. */
export type LibraryFilter = {
  kind: 'image' | 'video' | null
  /** A file has to have all of them. */
  marks: LibraryMark[]
  /** A file has to have one of them. */
  labelIds: string[]
  /** Each one has to be in the file's name, its alt text or the name of one of its labels. */
  words: string[]
}

/** A file expires soon if it is removed within this time, unless a post uses it again. */
const soon = '14 days'

/** An SQL condition for the file `m`. */
export const hasMark = (sql: Db, mark: LibraryMark, now: Date) => {
  switch (mark) {
    case 'used':
      return isUsed(sql)
    case 'unused':
      return sql`not ${isUsed(sql)}`
    case 'no-alt':
      return sql`(m.alt_text = '' and m.kind = 'image')`
    case 'expiring':
      // A term never begins before the upload, so most files need no look at their posts.
      return sql`(m.uploaded_at <= ${cutoff(sql, now)} and (${sql.unsafe(mediaBegan('m'))}) <= ${cutoff(sql, now)})`
  }
}

const cutoff = (sql: Db, now: Date) =>
  sql`${now}::timestamptz - ${terms.media}::interval + ${soon}::interval`

/** Few posts are discarded, and they have an index, so the posts of each file aren't read. */
const isUsed = (sql: Db) => sql`
  exists (select from post_media pm where pm.media_id = m.id
    and not exists (select from posts p where p.id = pm.post_id and p.state = 'discarded'))`

/** An SQL condition for the labels of the file `m`. */
export const hasLabels = (sql: Db, labelIds: string[]) =>
  labelIds.length === 0
    ? sql`true`
    : sql`exists (select from media_labels ml where ml.media_id = m.id and ml.label_id = any(${labelIds}::uuid[]))`

/** An SQL condition for the words of a search. */
export const hasWords = (sql: Db, words: string[]) =>
  words.reduce(
    (all, word) =>
      sql`${all} and (lower(m.file_name || ' ' || m.alt_text) like any(${patterns(word)}::text[])
        or exists (select from media_labels ml join labels l on l.id = ml.label_id
          where ml.media_id = m.id and lower(l.name) like any(${patterns(word)}::text[])))`,
    sql`true`,
  )

/**
 * The word anywhere, in any case. A database whose locale is C makes only A to Z lower, so other
 * letters are looked for in both cases.
 */
const patterns = (word: string): string[] => {
  const lower = word.toLowerCase()
  const [first = ''] = lower
  const cases = new Set([
    lower,
    first.toUpperCase() + lower.slice(first.length),
    lower.replace(/[^ -~]/gu, (letter) => letter.toUpperCase()),
  ])
  return [...cases].map((one) => `%${one.replace(/[\\%_]/g, '\\$&')}%`)
}
