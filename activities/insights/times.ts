import { createHash } from 'node:crypto'

const hourMs = 3_600_000
const dayMs = 24 * hourMs

const range = (from: number, to: number, step = 1): number[] =>
  Array.from({ length: Math.floor((to - from) / step) + 1 }, (_, index) => from + index * step)

/** promise: U3, R3: a post is measured at these ages: 1 h, 6 h, 24 h, then daily to day 30, then weekly to month 24. */
const agesMs = [
  ...[1, 6, 24].map((hours) => hours * hourMs),
  ...range(2, 30).map((days) => days * dayMs),
  ...range(37, 730, 7).map((days) => days * dayMs),
]

/** The schedule looks every quarter of an hour: what ends is measured so long before its end, at the latest. */
const beforeEndMs = 30 * 60_000

/** What is told for a short time only (a story) is measured hourly, and once more shortly before its end. */
const agesUntil = (toldForMs: number): number[] => [
  ...range(1, Math.ceil(toldForMs / hourMs) - 1).map((hours) => hours * hourMs),
  toldForMs - beforeEndMs,
]

/** Spreads what falls on the same minute everywhere, up to this; the posts of an account stay together. */
const jitterMs = 10 * 60_000
const shiftOf = (channelId: string): number => {
  const share = createHash('sha256').update(channelId).digest().readUInt32BE(0) / 2 ** 32
  return Math.floor(share * jitterMs)
}

export type PostTimes = { channelId: string; publishedAt: Date; toldForMs: number | null }

/**
 * The first moment after `afterMs` at which a post is measured; null: never again. Ages that were missed are made up for by the next one
 * alone: platforms tell what a post has now, not what it had.
 */
export const nextMeasureAt = ({ channelId, publishedAt, toldForMs }: PostTimes, afterMs: number): Date | null => {
  const ages = toldForMs === null ? agesMs : agesUntil(toldForMs)
  const lastMs = ages.at(-1) ?? 0
  const shift = shiftOf(channelId)
  for (const age of ages) {
    const at = publishedAt.getTime() + age + (toldForMs !== null && age === lastMs ? 0 : shift)
    if (at > afterMs) return new Date(at)
  }
  return null
}

/** When a post is measured for the first time: at its first age, or at once when that has passed; null: too late. */
export const firstMeasureAt = (post: PostTimes, nowMs: number): Date | null => {
  const isOver = nextMeasureAt(post, nowMs) === null
  const first = nextMeasureAt(post, post.publishedAt.getTime())
  return isOver || !first ? null : new Date(Math.max(first.getTime(), nowMs))
}

/** The account's own numbers: once a day, at the time of day at which it was connected; half a day after the last ones, at the least. */
export const nextAccountAt = (channelId: string, connectedAt: Date, lastMs: number): Date => {
  const anchorMs = connectedAt.getTime() + shiftOf(channelId)
  const days = Math.max(0, Math.ceil((lastMs + dayMs / 2 - anchorMs) / dayMs))
  return new Date(anchorMs + days * dayMs)
}
