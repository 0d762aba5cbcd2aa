import type { ReviewedContent } from '../../db/posts/reviews/reviews.ts'
import { canonicalEdits } from '../../media/edits.ts'

/** `marked`: removed on the left side, added on the right one. */
type Part = { text: string; marked: boolean }
type TextChange = { label: string; before: Part[]; after: Part[] }
type File = ReviewedContent['media'][number]
/** `what`: what happened to the file, such as "Added". */
type FileChange = { id: string; edits: File['edits']; what: string }
export type Difference = { texts: TextChange[]; files: FileChange[]; others: string[] }

/**
 * What changed in a post since a decision: words, files and accounts. `labelOf`: the name of a
 * platform or an account. Null if nothing did.
 */
export const contentDifference = (
  before: ReviewedContent,
  after: ReviewedContent,
  labelOf: (id: string) => string,
): Difference | null => {
  const texts = [
    change('Text', before.text, after.text),
    change('Link', before.link ?? '', after.link ?? ''),
    ...keysOf(before.variants, after.variants).map((key) =>
      change(`Text for ${labelOf(key)}`, before.variants[key] ?? '', after.variants[key] ?? ''),
    ),
    ...after.media.flatMap((file, index) => {
      const old = before.media.find(({ id }) => id === file.id)
      return old ? [change(`Alt text of file ${index + 1}`, old.alt, file.alt)] : []
    }),
  ].filter((one) => one !== null)
  const files = filesOf(before.media, after.media)
  const others = keysOf(before.choices, after.choices).flatMap((key) => {
    const [old, now] = [before.choices[key], after.choices[key]]
    if (!old) return [`${labelOf(key)} was added.`]
    if (!now) return [`${labelOf(key)} was removed.`]
    return sorted(old) === sorted(now) ? [] : [`The settings for ${labelOf(key)} were changed.`]
  })
  return texts.length + files.length + others.length > 0 ? { texts, files, others } : null
}

const keysOf = (one: object, other: object): string[] => [
  ...new Set([...Object.keys(one), ...Object.keys(other)]),
]

const sorted = (value: unknown): string =>
  JSON.stringify(value, (_key, part: unknown) =>
    part && typeof part === 'object' && !Array.isArray(part)
      ? Object.fromEntries(Object.entries(part).sort(([a], [b]) => (a < b ? -1 : 1)))
      : part,
  )

const filesOf = (before: File[], after: File[]): FileChange[] => {
  const kept = after.filter(({ id }) => before.some((old) => old.id === id)).map(({ id }) => id)
  const order = before.filter(({ id }) => kept.includes(id)).map(({ id }) => id)
  const place = (id: string) => `Now file ${after.findIndex((file) => file.id === id) + 1}`
  return [
    ...after.flatMap((file): FileChange[] => {
      const old = before.find(({ id }) => id === file.id)
      if (!old) return [{ ...file, what: 'Added' }]
      if (canonicalEdits(old.edits) !== canonicalEdits(file.edits))
        return [{ ...file, what: 'Edited' }]
      return order.indexOf(file.id) === kept.indexOf(file.id)
        ? []
        : [{ ...file, what: place(file.id) }]
    }),
    ...before
      .filter(({ id }) => !after.some((file) => file.id === id))
      .map((file) => ({ ...file, what: 'Removed' })),
  ]
}

const change = (label: string, before: string, after: string): TextChange | null => {
  if (before === after) return null
  const [old, now] = [wordsIn(before), wordsIn(after)]
  const kept = commonOf(old, now)
  return { label, before: marked(old, kept.before), after: marked(now, kept.after) }
}

/** Words and the space between them. */
const wordsIn = (text: string): string[] => text.match(/\s+|[^\s]+/g) ?? []

/** A text with more words is compared only by its beginning and end, so that the time is bounded. */
const mostWords = 1_200

/** The places of words that both texts have in the same order. */
const commonOf = (one: string[], other: string[]): { before: Set<number>; after: Set<number> } => {
  const [before, after] = [new Set<number>(), new Set<number>()]
  const keep = (a: number, b: number) => {
    before.add(a)
    after.add(b)
  }
  let start = 0
  while (start < Math.min(one.length, other.length) && one[start] === other[start])
    keep(start, start++)
  let end = 0
  const room = Math.min(one.length, other.length) - start
  while (end < room && one[one.length - 1 - end] === other[other.length - 1 - end]) {
    keep(one.length - 1 - end, other.length - 1 - end)
    end += 1
  }
  const [a, b] = [one.slice(start, one.length - end), other.slice(start, other.length - end)]
  if (a.length > mostWords || b.length > mostWords) return { before, after }
  for (const [x, y] of longestCommon(a, b)) keep(start + x, start + y)
  return { before, after }
}

/** The longest common subsequence, as pairs of places. */
const longestCommon = (a: string[], b: string[]): [number, number][] => {
  const width = b.length + 1
  const lengths = new Uint16Array((a.length + 1) * width)
  for (let x = a.length - 1; x >= 0; x -= 1)
    for (let y = b.length - 1; y >= 0; y -= 1)
      lengths[x * width + y] =
        a[x] === b[y]
          ? (lengths[(x + 1) * width + y + 1] ?? 0) + 1
          : Math.max(lengths[(x + 1) * width + y] ?? 0, lengths[x * width + y + 1] ?? 0)
  const pairs: [number, number][] = []
  for (let x = 0, y = 0; x < a.length && y < b.length; ) {
    if (a[x] === b[y]) pairs.push([x++, y++])
    else if ((lengths[(x + 1) * width + y] ?? 0) >= (lengths[x * width + y + 1] ?? 0)) x += 1
    else y += 1
  }
  return pairs
}

const marked = (words: string[], kept: Set<number>): Part[] => {
  const parts: Part[] = []
  words.forEach((text, index) => {
    const last = parts.at(-1)
    const isMarked = !kept.has(index)
    if (last?.marked === isMarked) last.text += text
    else parts.push({ text, marked: isMarked })
  })
  return parts
}
