import type { ComposeChannel } from '../../../db/channels/account-facts.ts'
import type { CellFault } from '../../../db/posts/imports/imports.ts'
import type { Media } from '../../../db/posts/media.ts'
import { firstCommentField } from '../../../platforms/first-comment.ts'
import type { DateStyle } from '../../../text/date-style.ts'
import type { Workspace } from '../../http/env.ts'
import { readClock } from '../../time/clock.ts'
import type { Fold } from '../../time/wall-time.ts'
import { isZone } from '../../time/zones.ts'
import { labelsOfPostMax } from '../labels/label.ts'
import { emptyPostForm, type PostForm } from '../post-form.ts'
import type { Cells } from './columns.ts'
import { type CellNames, importNamesMaxCharacters, keyOf, namesIn, shownName } from './names.ts'

/** The composer's form, filled by a row, and what can't be read. */
export type ReadRow = {
  form: PostForm
  state: 'draft' | 'scheduled'
  faults: Omit<CellFault, 'row'>[]
  accounts: ComposeChannel[]
  files: Media[]
}

type Fault = ReadRow['faults'][number]

export const importTextMaxCharacters = 100_000

export const readRow = (cells: Cells, workspace: Workspace, names: CellNames): ReadRow => {
  const faults: Fault[] = []
  const fault = (column: string, words: string) => void faults.push({ column, words })
  const state = stateOf(cells, fault)
  const channels = find(names.accounts, cells.accounts, {
    none: (name) =>
      `There is no account “${name}”. Write its name or handle as on the Accounts page.`,
    many: (name) =>
      `Several accounts are called “${name}”. Write the platform too, such as “Platform: ${name}”.`,
    fault: (words) => fault('accounts', words),
  })
  const files = find(names.files, cells.files, {
    none: (name) => `There is no file “${name}” in Media. Upload it there first.`,
    many: null,
    fault: (words) => fault('files', words),
  })
  const labels = find(names.labels, cells.labels, {
    none: (name) => `There is no label “${name}”. Add it under Settings, Labels.`,
    many: null,
    fault: (words) => fault('labels', words),
  })
  if (labels.length > labelsOfPostMax)
    fault('labels', `A post has at most ${labelsOfPostMax} labels.`)
  const ids = channels.map(({ id }) => id)
  const comment = cells['first comment']
  const fields = comment
    ? Object.fromEntries(ids.map((id) => [id, { [firstCommentField]: comment }]))
    : {}
  const form = emptyPostForm({
    ...timeOf(cells, workspace, fault),
    text: shortEnough('text', cells.text, fault),
    link: cells.link.length > 2_000 ? '' : cells.link,
    variants: cells.texts,
    channels: ids,
    fields,
    labels: labels.map(({ id }) => id),
    media: files.map(({ id }) => ({ id, altText: null, edits: null })),
  })
  if (cells.link.length > 2_000) fault('link', 'This link is too long.')
  for (const [platform, text] of Object.entries(cells.texts))
    shortEnough(`text ${platform}`, text, fault)
  return { form, state, faults, accounts: channels, files }
}

type Say = (column: string, words: string) => void

const shortEnough = (column: string, text: string, fault: Say): string => {
  if (text.length <= importTextMaxCharacters) return text
  fault(column, 'This text is too long for every platform.')
  return ''
}

const stateOf = (cells: Cells, fault: Say): ReadRow['state'] => {
  const word = cells.state.toLowerCase()
  if (['schedule', 'scheduled'].includes(word)) return 'scheduled'
  if (word === 'draft') return 'draft'
  if (word !== '') fault('state', 'Write “draft” or “schedule”, or leave it empty.')
  return cells.date === '' ? 'draft' : 'scheduled'
}

type Found = {
  none: (name: string) => string
  /** Null: the first of several is taken. */
  many: ((name: string) => string) | null
  fault: (words: string) => void
}

/** Problems that are named of one cell with names. */
const faultsOfCell = 10

const find = <T extends { id: string }>(
  known: Map<string, T[]>,
  cell: string,
  { none, many, fault }: Found,
): T[] => {
  const faults: string[] = []
  if (cell.length > importNamesMaxCharacters) faults.push('These are too many names.')
  const found = namesIn(cell, known).flatMap((name) => {
    const items = known.get(keyOf(name)) ?? []
    if (items.length === 0) faults.push(none(shownName(name)))
    if (items.length > 1 && many) faults.push(many(shownName(name)))
    return items[0] && !(items.length > 1 && many) ? [items[0]] : []
  })
  for (const words of faults.slice(0, faultsOfCell)) fault(words)
  return [...new Map(found.map((item) => [item.id, item])).values()]
}

/** Empty if the row has no time. */
const timeOf = (
  cells: Cells,
  workspace: Workspace,
  fault: Say,
): { time: string; fold: Fold | null; zone: string } => {
  const zone = cells.zone === '' ? workspace.zone : cells.zone
  const none = { time: '', fold: null, zone: workspace.zone }
  if (!isZone(zone)) {
    fault('zone', 'Write a time zone such as Europe/Berlin, or leave it empty.')
    return none
  }
  if (cells.date === '' && cells.time === '') return { ...none, zone }
  const [clockCell, fold] = withFold(cells.time)
  const stamp = /^(\S{8,10})[T ](.+)$/.exec(cells.date)
  const day = readDay(stamp?.[1] ?? cells.date, workspace.dates)
  const clock = readClock(clockCell || (stamp?.[2] ?? ''), workspace.dates.hours)
  if (!day) fault('date', cells.date === '' ? 'A time needs a day.' : dayWords)
  if (!clock) fault('time', clockCell === '' ? 'A day needs a time.' : clockWords)
  return day && clock ? { time: `${day}T${clock}`, fold, zone } : none
}

const dayWords = 'Write the day as 2026-12-24.'
const clockWords = 'Write a time such as 18:00 or 6:30 pm.'

/** `1:30 first` and `1:30 second` tell the two apart when the clocks go back. */
const withFold = (cell: string): [string, Fold | null] => {
  const found = /^(.*\S) (first|second)$/i.exec(cell)
  if (!found) return [cell, null]
  return [found[1] ?? '', found[2]?.toLowerCase() === 'first' ? 'earlier' : 'later']
}

/** `2026-12-24`, or in the order in which the person writes dates: `24.12.2026`, `12/24/2026`. */
const readDay = (cell: string, { dateOrder }: DateStyle): string | null => {
  const iso = /^(\d{4})-(\d{1,2})-(\d{1,2})$/.exec(cell)
  if (iso) return dayOf(iso[1], iso[2], iso[3])
  const other = /^(\d{1,2})[./-](\d{1,2})[./-](\d{4})$/.exec(cell)
  if (!other) return null
  const [, one, two, year] = other
  return cell.includes('.') || dateOrder !== 'mdy' ? dayOf(year, two, one) : dayOf(year, one, two)
}

const dayOf = (year = '', month = '', day = ''): string | null => {
  const iso = `${year}-${month.padStart(2, '0')}-${day.padStart(2, '0')}`
  const at = new Date(`${iso}T00:00:00Z`)
  return !Number.isNaN(at.getTime()) && at.toISOString().startsWith(iso) ? iso : null
}
