import type { Registry } from '../../../platforms/index.ts'
import { NoTable } from './no-table.ts'
import { importColumnsMax } from './sizes.ts'
import { importRowsMax, tooManyColumns } from './table.ts'

const plain = [
  'date',
  'time',
  'zone',
  'accounts',
  'text',
  'link',
  'files',
  'first comment',
  'labels',
  'state',
] as const
type Plain = (typeof plain)[number]

/** What the cells of a row say, by column. `texts`: platform → its own text. */
export type Cells = Record<Plain, string> & { texts: Record<string, string> }
/** `number`: as the spreadsheet shows it. */
export type TableRow = { number: number; cells: Cells }

/** As the spreadsheet numbers it. No post has this number. */
export const headerRow = 1

/** Other names that people and spreadsheets use. */
const others: Record<string, Plain> = {
  account: 'accounts',
  channel: 'accounts',
  channels: 'accounts',
  profile: 'accounts',
  profiles: 'accounts',
  day: 'date',
  'time zone': 'zone',
  timezone: 'zone',
  caption: 'text',
  message: 'text',
  post: 'text',
  url: 'link',
  file: 'files',
  media: 'files',
  comment: 'first comment',
  label: 'labels',
  tags: 'labels',
  status: 'state',
}

/** The header of the template. Platforms have a column each for a text of their own. */
export const headerOf = ({ platforms }: Registry): string[] =>
  plain.flatMap((name) =>
    name === 'text' ? [name, ...[...platforms.values()].map(ownText)] : [name],
  )

const ownText = ({ label }: { label: string }): string => `text ${label.toLowerCase()}`

/** The rows with their cells by column. Rows without any cell are left out. */
export const rowsOf = (table: string[][], registry: Registry): TableRow[] => {
  const [header = [], ...rest] = table
  if (header.length > importColumnsMax) throw new NoTable(tooManyColumns)
  const columns = header.map((name) => columnOf(name, registry))
  const known = columns.filter((one) => one !== null)
  const twice = known.find((one, at) => known.indexOf(one) !== at)
  if (twice)
    throw new NoTable(`The column “${twice}” is there twice. Remove one, then upload again.`)
  if (!known.includes('text') && !known.includes('files'))
    throw new NoTable(
      'The first row must have the names of the columns, with at least “text” or “files”. Use the template.',
    )
  const rows = rest.flatMap((values, index) =>
    values.some((value) => value.trim() !== '')
      ? [{ number: headerRow + 1 + index, cells: cellsOf(columns, values) }]
      : [],
  )
  if (rows.length === 0) throw new NoTable('This file has no posts below its header.')
  if (rows.length > importRowsMax)
    throw new NoTable(
      `This file has ${rows.length} posts. One import takes ${importRowsMax}: split the file.`,
    )
  return rows
}

/** The names in the header that mean no column. */
export const unknownColumns = ([header = []]: string[][], registry: Registry): string[] =>
  [...new Set(header.map((name) => name.trim()))].filter(
    (name) => name !== '' && columnOf(name, registry) === null,
  )

const columnOf = (name: string, { platforms }: Registry): string | null => {
  const words = name.toLowerCase().replaceAll('_', ' ').trim()
  const own = [...platforms.values()].map(ownText).find((one) => one === words)
  const other = Object.hasOwn(others, words) ? others[words] : null
  return own ?? plain.find((one) => one === words) ?? other ?? null
}

const cellsOf = (columns: (string | null)[], values: string[]): Cells => {
  const of = (name: string) => values[columns.indexOf(name)] ?? ''
  const cells = Object.fromEntries(plain.map((name) => [name, of(name).trim()]))
  const texts = columns.flatMap((name, at) =>
    name?.startsWith('text ') && values[at]?.trim()
      ? [[name.slice('text '.length), (values[at] ?? '').trim()]]
      : [],
  )
  return { ...(cells as Record<Plain, string>), texts: Object.fromEntries(texts) }
}
