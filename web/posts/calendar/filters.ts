import {
  type CalendarFilter,
  type FilterState,
  filterStates,
} from '../../../db/posts/calendar/filter.ts'
import type { Label } from '../../../db/posts/labels/labels.ts'
import type { Platform } from '../../../platforms/platform.ts'
import { isId } from '../../http/ids.ts'

/** Limits of what a filter in the address may hold. */
export const mostFilterValues = 50
export const searchMaxCharacters = 100
const mostSearchWords = 8

/** A filter as the page offers it. `name` is the name in the address. */
export type FilterMenu = {
  name: 'channel' | 'state' | 'author' | 'label'
  label: string
  /** What is chosen, in words: `Facebook`, `2 accounts`. Empty if nothing is. */
  chosen: string
  options: (FilterOption & { isChosen: boolean })[]
  /** The calendar without this filter. */
  without: string
}

type FilterOption = {
  value: string
  label: string
  platform?: Platform | undefined
  /** Of a label. */
  color?: string
}

const stateLabels: Record<FilterState, string> = {
  upcoming: 'Scheduled',
  published: 'Published',
  unclear: 'Unconfirmed or on hold',
  rejected: 'Rejected or missed',
  draft: 'Draft',
}

/** What the address asks for. Ignores values that aren't known. */
export const readFilter = (query: URLSearchParams): CalendarFilter & { search: string } => {
  const search = (query.get('q') ?? '').trim().slice(0, searchMaxCharacters)
  const idsOf = (name: string) => query.getAll(name).slice(0, mostFilterValues).filter(isId)
  return {
    channelIds: idsOf('channel'),
    states: filterStates.filter((state) => query.getAll('state').includes(state)),
    authorIds: idsOf('author'),
    labelIds: idsOf('label'),
    words: (search.match(/[\p{L}\p{M}\p{N}]+/gu) ?? []).slice(0, mostSearchWords),
    search,
  }
}

/** The filter as it goes into the address. */
export const filterQuery = (filter: CalendarFilter & { search: string }): [string, string][] => [
  ...filter.channelIds.map((id): [string, string] => ['channel', id]),
  ...filter.states.map((state): [string, string] => ['state', state]),
  ...filter.authorIds.map((id): [string, string] => ['author', id]),
  ...filter.labelIds.map((id): [string, string] => ['label', id]),
  ...(filter.search === '' ? [] : [['q', filter.search] as [string, string]]),
]

type Choices = {
  channels: { id: string; name: string; platform: Platform | undefined }[]
  authors: { userId: string; name: string }[]
  labels: Label[]
  /** The address of the calendar without the filter of this name. */
  without(name: string): string
}

/**
 * The menus above the calendar. A menu with fewer than two options is left out, unless it is about
 * labels: a post may have none.
 */
export const filterMenus = (
  filter: CalendarFilter,
  { channels, authors, labels, without }: Choices,
): FilterMenu[] =>
  [
    menu('channel', 'All accounts', 'accounts', filter.channelIds, without, [
      ...channels.map(({ id, name, platform }) => ({ value: id, label: name, platform })),
    ]),
    menu('state', 'State', 'states', filter.states, without, [
      ...filterStates.map((state) => ({ value: state, label: stateLabels[state] })),
    ]),
    menu('author', 'Author', 'authors', filter.authorIds, without, [
      ...authors.map(({ userId, name }) => ({ value: userId, label: name })),
    ]),
    menu('label', 'Label', 'labels', filter.labelIds, without, [
      ...labels.map(({ id, name, color }) => ({ value: id, label: name, color })),
    ]),
  ].filter(
    ({ name, options, chosen }) => options.length > (name === 'label' ? 0 : 1) || chosen !== '',
  )

const menu = (
  name: FilterMenu['name'],
  label: string,
  plural: string,
  chosen: string[],
  without: (name: string) => string,
  options: FilterOption[],
): FilterMenu => {
  const marked = options.map((option) => ({ ...option, isChosen: chosen.includes(option.value) }))
  const [first, ...others] = marked.filter(({ isChosen }) => isChosen)
  const words = !first ? '' : others.length > 0 ? `${others.length + 1} ${plural}` : first.label
  return { name, label, chosen: words, options: marked, without: without(name) }
}
