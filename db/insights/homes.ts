import type { PostMetric } from '../../platforms/measurer.ts'

/** Where a post was made: with CrateSocial, or on the platform or in another app. */
export type PostOrigin = 'here' | 'elsewhere'

/** Where the numbers of a post are stored, depending on where it was made. */
export type Home = {
  /** The table with its newest numbers and the time of its next reading. */
  table: 'measured_targets' | 'elsewhere_posts'
  /** The primary key of that table. */
  key: 'target_id' | 'id'
  /** The column of `snapshots` that refers to the post. */
  ref: 'target_id' | 'elsewhere_id'
  /** The columns of `channel_days` with its growth. */
  gained(metric: PostMetric): string
  since: 'grown_since' | 'other_grown_since'
  /** The column with the growth of the platforms' own numbers. */
  more: 'more' | 'other_more'
}

export const homes: Record<PostOrigin, Home> = {
  here: {
    table: 'measured_targets',
    key: 'target_id',
    ref: 'target_id',
    gained: (metric) => metric,
    since: 'grown_since',
    more: 'more',
  },
  elsewhere: {
    table: 'elsewhere_posts',
    key: 'id',
    ref: 'elsewhere_id',
    gained: (metric) => `other_${metric}`,
    since: 'other_grown_since',
    more: 'other_more',
  },
}
