import { terms } from '../../db/privacy/terms.ts'
import { jitterMs } from '../retry.ts'

const hourMs = 3_600_000
const dayMs = 24 * hourMs

const range = (from: number, to: number, step = 1): number[] =>
  Array.from({ length: Math.floor((to - from) / step) + 1 }, (_, index) => from + index * step)

const yearsKept = Number.parseInt(terms.numbers, 10) / 12

/**
 * promise: U3, R3: the ages at which a post is measured: 1 h, 6 h, 24 h, then daily until day 30,
 * then weekly as long as
 * numbers are kept.
 */
const agesMs = [
  ...[1, 6, 24].map((hours) => hours * hourMs),
  ...range(2, 30).map((days) => days * dayMs),
  ...range(37, yearsKept * 365, 7).map((days) => days * dayMs),
]

/**
 * The schedule runs every 15 minutes, so a post that expires is measured this long before its end.
 */
const beforeEndMs = 30 * 60_000

/**
 * Posts with numbers for a short time only (stories) are measured hourly, and once more shortly
 * before their end.
 */
const agesUntil = (toldForMs: number): number[] => [
  ...range(1, Math.ceil(toldForMs / hourMs) - 1).map((hours) => hours * hourMs),
  toldForMs - beforeEndMs,
]

/**
 * Spreads readings over up to ten minutes. All posts of an account get the same shift, so they stay
 * together.
 */
const shiftOf = (channelId: string): number => jitterMs(channelId, 10 * 60_000)

export type PostTimes = { channelId: string; publishedAt: Date; toldForMs: number | null }

/**
 * The first time after `afterMs` at which a post is measured. Null if never again. A missed age is
 * not made up for, because platforms give only current numbers.
 */
export const nextMeasureAt = (
  { channelId, publishedAt, toldForMs }: PostTimes,
  afterMs: number,
): Date | null => {
  const ages = toldForMs === null ? agesMs : agesUntil(toldForMs)
  const lastMs = ages.at(-1) ?? 0
  const shift = shiftOf(channelId)
  for (const age of ages) {
    const at = publishedAt.getTime() + age + (toldForMs !== null && age === lastMs ? 0 : shift)
    if (at > afterMs) return new Date(at)
  }
  return null
}

/**
 * When a post is measured for the first time: at its first age, or at once if that has passed. Null
 * if it is too late.
 */
export const firstMeasureAt = (post: PostTimes, nowMs: number): Date | null => {
  const isOver = nextMeasureAt(post, nowMs) === null
  const first = nextMeasureAt(post, post.publishedAt.getTime())
  return isOver || !first ? null : new Date(Math.max(first.getTime(), nowMs))
}

/**
 * When the account's own numbers are read next: once a day, at the time of day at which it was
 * connected, and at least half a day after the last reading.
 */
export const nextAccountAt = (channelId: string, connectedAt: Date, lastMs: number): Date => {
  const anchorMs = connectedAt.getTime() + shiftOf(channelId)
  const days = Math.max(0, Math.ceil((lastMs + dayMs / 2 - anchorMs) / dayMs))
  return new Date(anchorMs + days * dayMs)
}
