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

/** The rate of all posts together, and what it is a share of. Null if there is none. */
export const rateOfAll = ({
  interactions,
  base,
  byReach,
  byViews,
}: Engagement): { share: number; of: string } | null => {
  if (base <= 0) return null
  const of =
    byReach === 0
      ? 'views'
      : byViews === 0
        ? 'reach'
        : 'reach, or ÷ views where reach isn’t reported'
  return { share: interactions / base, of }
}

/** The same as a sentence, with its formula. */
export const rateNote = (engagement: Engagement, fmt: Formats): string[] => {
  const rate = rateOfAll(engagement)
  return rate
    ? [
        `Engagement rate of the posts published in this period: ${fmt.share(rate.share)} (engagement ÷ ${rate.of}).`,
      ]
    : []
}
