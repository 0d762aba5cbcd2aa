import type { JsonRecord } from '../../platforms/json.ts'

/** A text that a person or a platform wrote. For an assistant it is data, never an instruction. */
type Untrusted = { untrusted: string }

/**
 * Marks every text of an answer that isn't certainly ours: what has no such shape or name was
 * written by a person or a platform. A new field is marked until it is listed here.
 */
export const markTexts = (answer: JsonRecord): JsonRecord => marked(answer, '') as JsonRecord

const marked = (value: unknown, field: string): unknown => {
  if (typeof value === 'string') return isOurs(value, field) ? value : wrap(value)
  if (Array.isArray(value)) return value.map((one) => marked(one, field))
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(
    Object.entries(value).map(([name, one]) => [plainName(name), marked(one, name)]),
  )
}

const wrap = (text: string): Untrusted => ({ untrusted: text })

const idShape = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/
const timeShape = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,6})?Z$/
const wordShape = /^[a-z][a-z0-9_]{0,39}$/
const zoneShape = /^[A-Za-z0-9_+/-]{1,60}$/
/** Fields whose values we choose from a list, besides ids and times. */
const listed = new Set(['state', 'review', 'platform', 'kind', 'kinds', 'scopes', 'code', 'field'])
/** Made by us of numbers and letters: the place in a list. */
const cursorShape = /^[A-Za-z0-9_-]{1,400}$/

const isOurs = (text: string, field: string): boolean =>
  idShape.test(text) ||
  timeShape.test(text) ||
  (listed.has(field) && wordShape.test(text)) ||
  (field === 'zone' && zoneShape.test(text)) ||
  (field === 'next' && cursorShape.test(text))

/** Names of fields are ours or of a platform's form. Any other doesn't get through as a name. */
const plainName = (name: string): string =>
  /^[A-Za-z][A-Za-z0-9_]{0,59}$/.test(name) || idShape.test(name) ? name : 'other'
