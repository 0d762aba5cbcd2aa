import {
  type LibraryFilter,
  type LibraryMark,
  libraryMarks,
} from '../../../db/posts/library/filter.ts'
import { isId } from '../../http/ids.ts'
import { labelsOfPostMax } from '../../posts/labels/label.ts'

export const librarySearchMaxCharacters = 100
const mostWords = 8

/** What the library shows, as its address says it. */
export type LibraryView = LibraryFilter & {
  search: string
  isOldestFirst: boolean
  /** The last file of the page before. */
  before: string | null
  /** The file in the panel. */
  file: string | null
}

const kinds = { photo: 'image', video: 'video' } as const

/** Ignores values that aren't known. */
export const readLibrary = (query: URLSearchParams): LibraryView => {
  const search = (query.get('q') ?? '').trim().slice(0, librarySearchMaxCharacters)
  const idOf = (name: string) => [query.get(name)].find(isId) ?? null
  const marks = query.getAll('is')
  return {
    search,
    words: search.split(/\s+/).filter(Boolean).slice(0, mostWords),
    kind: Object.entries(kinds).find(([name]) => name === query.get('kind'))?.[1] ?? null,
    marks: libraryMarks.filter((mark) => marks.includes(mark)),
    labelIds: [...new Set(query.getAll('label').filter(isId))].slice(0, labelsOfPostMax),
    isOldestFirst: query.get('sort') === 'oldest',
    before: idOf('before'),
    file: idOf('file'),
  }
}

/** The address of the library with these changes. Another choice begins on its first page. */
export const addressOf = (
  base: string,
  view: LibraryView,
  changes: Partial<LibraryView> = {},
): string => {
  const { search, kind, marks, labelIds, isOldestFirst, before, file } = {
    ...view,
    before: null,
    file: null,
    ...changes,
  }
  const pairs = [
    ...(search ? [['q', search]] : []),
    ...(kind ? [['kind', kind === 'image' ? 'photo' : 'video']] : []),
    ...marks.map((mark) => ['is', mark]),
    ...labelIds.map((label) => ['label', label]),
    ...(isOldestFirst ? [['sort', 'oldest']] : []),
    ...(before ? [['before', before]] : []),
    ...(file ? [['file', file]] : []),
  ] as [string, string][]
  const query = new URLSearchParams(pairs)
  return query.size > 0 ? `${base}?${query}` : base
}

/** With the mark if it wasn't chosen, else without. A file can't be used and unused. */
export const toggled = (marks: LibraryMark[], mark: LibraryMark): LibraryMark[] => {
  if (marks.includes(mark)) return marks.filter((one) => one !== mark)
  const other = { used: 'unused', unused: 'used' }[mark as string]
  return [...marks.filter((one) => one !== other), mark]
}

export const isNarrowed = ({ search, kind, marks, labelIds }: LibraryView): boolean =>
  search !== '' || kind !== null || marks.length > 0 || labelIds.length > 0
