import type { Sums } from '../../db/insights/insights.ts'
import type { Engagement } from '../../db/insights/post-numbers.ts'
import type { Formats } from '../time/formats.ts'
import { reactionsOf } from './metrics.ts'

/**
 * The interactions with a post divided by its reach, or by its views if the platform gives no
 * reach.
 */
export type EngagementRate = { share: number; of: 'reach' | 'views' }

/** Null if a number is missing, or if reach or views are 0. */
export const rateOf = (numbers: Sums): EngagementRate | null => {
  const interactions = reactionsOf(numbers)
  const of = numbers.reach === null ? 'views' : 'reach'
  const base = numbers[of]
  return interactions === null || interactions < 0 || base === null || base <= 0
    ? null
    : { share: interactions / base, of }
}

/** `4.2% of reach` */
export const rateWords = (numbers: Sums, fmt: Formats): string | null => {
  const rate = rateOf(numbers)
  return rate && `${fmt.share(rate.share)} of ${rate.of}`
}

/** The rate of all posts together, with its formula. */
export const rateNote = (
  { interactions, base, byReach, byViews }: Engagement,
  fmt: Formats,
): string[] => {
  if (base <= 0) return []
  const formula =
    byReach === 0
      ? 'views'
      : byViews === 0
        ? 'reach'
        : 'reach, or ÷ views where reach isn’t reported'
  return [
    `Engagement rate of the posts published in this period: ${fmt.share(interactions / base)} (engagement ÷ ${formula}).`,
  ]
}
