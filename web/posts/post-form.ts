import { z } from 'zod'
import { isId } from './ids.ts'
import type { Fold } from './wall-time.ts'

/** What the composer posts, as typed: it comes back whole when something is refused. */
export type PostForm = {
  text: string
  link: string
  /** Platform → its own text; empty where it has none. */
  variants: Record<string, string>
  /** Chosen accounts, by channel id. */
  channels: string[]
  /** Channel id → kind; empty or absent where the platform suggests it. */
  kinds: Record<string, string>
  /** Channel id → the platform's own fields. */
  fields: Record<string, Record<string, string>>
  media: { id: string; altText: string }[]
  time: string
  fold: Fold | null
  /** Version of the post that the form was made from; 0 for a new one. */
  version: number
  /** The same text and files may go out again within a day: the person was asked and said so. */
  twice: boolean
  /** Which account's preview is open. */
  preview: string
  act: Act
}

/** What the pressed button asks for. `refresh`: only draw again. */
export type Act = 'refresh' | 'check' | 'save' | 'schedule' | 'now'

const limits = z.object({
  text: z.string().max(100_000),
  link: z.string().max(2_000),
  time: z.string().max(40),
  version: z.coerce.number().int().min(0),
  fold: z.enum(['earlier', 'later']).nullable().catch(null),
})

/**
 * Reads the form. Ids that are none are dropped; texts beyond any platform's limit by far throw a ZodError.
 * `media` repeats in order; `position.<id>` (without script) and the buttons `act=up:<id>`, `down:<id>`, `remove:<id>` change it,
 * `add` repeats what the picker had ticked.
 */
export const readPostForm = (body: FormData): PostForm => {
  const one = (name: string) => textOf(body.get(name))
  const head = limits.parse({
    text: newlines(one('text')),
    link: one('link').trim(),
    time: one('time').trim(),
    version: one('version') || '0',
    fold: one('fold') || null,
  })
  const [act, mediaId = ''] = one('act').split(':')
  return {
    ...head,
    variants: named(body, 'variant.'),
    channels: ids(body, 'channel'),
    kinds: named(body, 'kind.'),
    fields: fieldsByChannel(body),
    media: readMedia(body, act ?? '', mediaId),
    twice: one('twice') === 'yes',
    preview: one('preview'),
    act: readAct(act ?? ''),
  }
}

/** An empty form, for a new post. */
export const emptyPostForm = (given: Partial<PostForm> = {}): PostForm => ({
  text: '',
  link: '',
  variants: {},
  channels: [],
  kinds: {},
  fields: {},
  media: [],
  time: '',
  fold: null,
  version: 0,
  twice: false,
  preview: '',
  act: 'refresh',
  ...given,
})

const readAct = (act: string): Act => (['check', 'save', 'schedule', 'now'].includes(act) ? (act as Act) : 'refresh')

const readMedia = (body: FormData, act: string, actOn: string): PostForm['media'] => {
  const kept = ids(body, 'media').filter((media) => !(act === 'remove' && media === actOn))
  const ordered = kept
    .map((media, index) => ({ media, position: positionOf(body, media, index) }))
    .sort((a, b) => a.position - b.position)
    .map(({ media }) => media)
  const all = [...new Set([...moved(ordered, act, actOn), ...ids(body, 'add')])]
  return all.map((media) => ({ id: media, altText: newlines(textOf(body.get(`alt.${media}`))).slice(0, 5_000) }))
}

/** A number typed by hand sorts before the file that had it: "3" onto "1" means in front of it. */
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
    fields[channel] = { ...fields[channel], [name.slice(dot + 1)]: textOf(value) }
  }
  return fields
}

const named = (body: FormData, prefix: string): Record<string, string> =>
  Object.fromEntries(
    [...body.entries()]
      .filter(([name]) => name.startsWith(prefix))
      .map(([name, value]) => [name.slice(prefix.length), newlines(textOf(value)).slice(0, 100_000)]),
  )

const ids = (body: FormData, name: string): string[] => [...new Set(body.getAll(name).map(textOf).filter(isId))]

/** Browsers send CRLF; platforms count characters. */
const newlines = (text: string): string => text.replace(/\r\n?/g, '\n')

const textOf = (value: string | File | null | undefined): string => (typeof value === 'string' ? value : '')
