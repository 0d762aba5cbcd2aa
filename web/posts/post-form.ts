import { ZodError, z } from 'zod'
import type { Repeat } from '../../db/posts/posts.ts'
import { type Edits, readEdits } from '../../media/edits.ts'
import { isId } from '../http/ids.ts'
import type { ReaderTime } from '../time/formats.ts'
import type { Fold } from '../time/wall-time.ts'
import { isZone } from '../time/zones.ts'
import { labelsOfPostMax } from './labels/label.ts'
import type { LinkTags } from './links/tags.ts'
import { type RepeatScope, readRepeat, readScope } from './series/repeat.ts'
import { readChoice, type When, whenOf } from './when/choice.ts'

/** Characters of the internal note. */
export const postNoteMax = 2_000

/** The composer's form as typed, so that it can be shown again unchanged if it is refused. */
export type PostForm = {
  text: string
  link: string
  /** Platform or channel id → its own text. Empty if it has none. A channel's comes first. */
  variants: Record<string, string>
  /** Ids of the chosen channels. */
  channels: string[]
  /** Channel id → kind. Empty or absent if the platform suggests the kind. */
  kinds: Record<string, string>
  /** Channel id → the platform's own fields. */
  fields: Record<string, Record<string, string>>
  /** Ids of its labels. */
  labels: string[]
  /** The name of a label to add, as typed. */
  newLabel: string
  /** Internal note: only the team sees it. */
  note: string
  /** Campaign tags as typed, to be added to links. Null if the form doesn't have their fields. */
  tags: LinkTags | null
  /** In their order. */
  /** No alt text: not typed here, so the file's own is taken. */
  media: { id: string; altText: string | null; edits: Edits | null }[]
  /**
   * Such as `2026-12-06T18:00`, or as typed if it isn't a time. Or the word of a choice by which each
   * account has its own time: see `eachItsOwn`.
   */
  time: string
  /** How the time was chosen. */
  when: When
  fold: Fold | null
  /** The time zone of the form's time field, even if the workspace's zone has changed since. */
  zone: string
  /** The version of the post that the form was made from. 0 for a new post. */
  version: number
  /**
   * How many accounts the post had been sent to when the form was made. Null if the request doesn't
   * say.
   */
  left: number | null
  /**
   * Created with the form, so that submitting it twice makes one post. Empty if the request has
   * none.
   */
  key: string
  /** The form has already made a post and was changed since, so it is now an edit of that post. */
  goesOn: boolean
  /** Autosave must not change the draft: someone else changed it, and both texts are shown. */
  aside: boolean
  /** When the unsaved edit that the form shows was kept. Empty if it shows none. */
  editAt: string
  /** The person confirmed that the same content may be published again within a day. */
  twice: boolean
  /** How it repeats from its time on. Null if it doesn't. */
  repeat: Repeat | null
  /** Of an occurrence of a series: whether the posts that follow are saved too. */
  scope: RepeatScope
  /** What a person typed to filter the list of accounts. */
  find: string
  /** The channel id of the open preview. */
  preview: string
  /** The text that is open: `all`, a platform or a channel id. */
  tab: string
  /** Platforms whose accounts each get a text of their own. */
  split: string[]
  /** What a narrow window shows: `edit` or `preview`. */
  pane: string
  act: Act
  /** What happens once the draft is saved. Empty: its page opens. */
  afterSaving: AfterSaving
}

/** The action of the pressed button. `refresh` only renders the form again. */
type Act = 'refresh' | 'check' | 'save' | 'schedule' | 'ask' | 'now'
const afterSavings = ['', 'close', 'caption', 'duplicate'] as const
type AfterSaving = (typeof afterSavings)[number]

const limits = z.object({
  text: z.string().max(100_000),
  link: z.string().max(2_000),
  note: z.string().max(postNoteMax),
  time: z.string().max(40),
  version: z.coerce.number().int().min(0),
  left: z.coerce.number().int().min(0).nullable(),
  fold: z.enum(['earlier', 'later']).nullable().catch(null),
})

/**
 * Reads the form. Drops invalid ids. Throws a ZodError for texts far beyond any platform's limit.
 * `media` repeats in order. `position.<id>` (without script) and the buttons `act=up:<id>`,
 * `down:<id>` and `remove:<id>` change it. `add` repeats for each file that was ticked in the
 * picker. The button `act=shared:<platform or channel>` drops its own text. `reader`: the
 * workspace's time zone, used if the form has none, and the clock of the person who typed.
 */
export const readPostForm = (body: FormData, { zone, dates }: ReaderTime): PostForm => {
  const one = (name: string) => textOf(body.get(name))
  const choice = readChoice((name) => one(name).trim(), dates.hours)
  const head = limits.parse({
    text: one('text'),
    link: one('link').trim(),
    // A browser counts a line break as one character and sends two.
    note: one('note').replaceAll('\r\n', '\n').trim(),
    time: choice.time,
    version: one('version') || '0',
    left: one('left') || null,
    fold: one('fold') || null,
  })
  const [act, actOn = ''] = one('act').split(':')
  return {
    ...head,
    when: choice.when,
    zone: isZone(one('zone')) ? one('zone') : zone,
    variants: readVariants(body, act === 'shared' ? actOn : ''),
    channels: ids(body, 'channel'),
    kinds: named(body, 'kind.'),
    fields: fieldsByChannel(body),
    labels: ids(body, 'label').slice(0, labelsOfPostMax),
    newLabel: one('new_label').slice(0, 200),
    tags: readTags(body),
    media: readMedia(body, act ?? '', actOn),
    key: isId(one('key')) ? one('key').toLowerCase() : '',
    goesOn: false,
    aside: one('aside') === 'yes',
    editAt: one('edit_at').slice(0, 40),
    twice: one('twice') === 'yes',
    repeat: readRepeat(body),
    scope: readScope(one('scope')),
    find: readFind(one('find')),
    preview: one('preview'),
    tab: one('tab'),
    split: body.getAll('split').map(textOf),
    pane: one('pane'),
    act: readAct(act ?? ''),
    afterSaving: afterSavings.find((one) => act === 'save' && one === actOn) ?? '',
  }
}

/** Part of an account's name, or of its handle with or without the @. */
export const readFind = (typed: string): string =>
  typed.replaceAll('\0', '').trim().replace(/^@/, '').slice(0, 100)

/** An empty form, for a new post. */
export const emptyPostForm = (given: Partial<PostForm> & { zone: string }): PostForm => ({
  text: '',
  link: '',
  variants: {},
  channels: [],
  kinds: {},
  fields: {},
  labels: [],
  newLabel: '',
  note: '',
  tags: null,
  media: [],
  time: '',
  when: whenOf(given.time ?? ''),
  fold: null,
  version: 0,
  left: null,
  key: '',
  goesOn: false,
  aside: false,
  editAt: '',
  twice: false,
  repeat: null,
  scope: 'this',
  find: '',
  preview: '',
  tab: '',
  split: [],
  pane: '',
  act: 'refresh',
  afterSaving: '',
  ...given,
})

const readVariants = (body: FormData, dropped: string): PostForm['variants'] =>
  Object.fromEntries(Object.entries(named(body, 'variant.')).filter(([name]) => name !== dropped))

const readAct = (act: string): Act =>
  ['check', 'save', 'schedule', 'ask', 'now'].includes(act) ? (act as Act) : 'refresh'

const readTags = (body: FormData): LinkTags | null => {
  if (!body.has('utm.source')) return null
  const one = (name: string) => textOf(body.get(`utm.${name}`)).slice(0, 300)
  return { source: one('source'), medium: one('medium'), campaign: one('campaign') }
}

const readMedia = (body: FormData, act: string, actOn: string): PostForm['media'] => {
  const kept = ids(body, 'media').filter((media) => !(act === 'remove' && media === actOn))
  const ordered = kept
    .map((media, index) => ({ media, position: positionOf(body, media, index) }))
    .sort((a, b) => a.position - b.position)
    .map(({ media }) => media)
  const all = [...new Set([...moved(ordered, act, actOn), ...ids(body, 'add')])]
  return all.map((media) => ({
    id: media,
    altText: body.has(`alt.${media}`) ? textOf(body.get(`alt.${media}`)).slice(0, 5_000) : null,
    edits: editsOf(textOf(body.get(`edits.${media}`))),
  }))
}

/** Only our own form writes them, so anything else is refused like the other limits. */
const editsOf = (text: string): Edits | null => {
  const edits = readEdits(text)
  if (edits === 'invalid')
    throw new ZodError([
      { code: 'custom', path: ['edits'], message: 'not edits', input: text.slice(0, 300) },
    ])
  return edits
}

/**
 * The sort position of a file. A typed number places it before the file that had that number when
 * it moves up, and after it when it moves down.
 */
const positionOf = (body: FormData, media: string, index: number): number => {
  const typed = Number.parseInt(textOf(body.get(`position.${media}`)), 10)
  if (Number.isNaN(typed) || typed === index + 1) return index + 1
  return typed < index + 1 ? typed - 0.5 : typed + 0.5
}

const moved = (order: string[], act: string, actOn: string): string[] => {
  const from = order.indexOf(actOn)
  const to = act === 'up' ? from - 1 : act === 'down' ? from + 1 : from
  if (from < 0 || to < 0 || to >= order.length) return order
  return order.with(from, order[to] ?? '').with(to, actOn)
}

const fieldsByChannel = (body: FormData): PostForm['fields'] => {
  const fields: PostForm['fields'] = {}
  for (const [name, value] of body.entries()) {
    const dot = name.indexOf('.')
    const channel = name.slice(0, dot)
    if (dot < 0 || !isId(channel)) continue
    fields[channel] ??= {}
    fields[channel][name.slice(dot + 1)] = textOf(value)
  }
  return fields
}

const named = (body: FormData, prefix: string): Record<string, string> =>
  Object.fromEntries(
    [...body.entries()]
      .filter(([name]) => name.startsWith(prefix))
      .map(([name, value]) => [name.slice(prefix.length), textOf(value).slice(0, 100_000)]),
  )

const ids = (body: FormData, name: string): string[] => [
  ...new Set(body.getAll(name).map(textOf).filter(isId)),
]

const textOf = (value: string | File | null | undefined): string =>
  typeof value === 'string' ? value : ''
