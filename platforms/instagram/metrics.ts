import type { OwnMetric } from '../measurer.ts'

/**
 * Metrics of one product, by Meta's names (fact sheet 4.2). A metric that is invalid for a product
 * fails the whole call, so each is requested only for the kinds here.
 */
const ofFeed = (name: string) => ({ image: name, carousel: name, video: name })

export const instagramMetrics: OwnMetric[] = [
  {
    name: 'average_watch_time',
    label: 'Average watch time',
    unit: 'milliseconds',
    acrossPosts: 'average',
    names: { reel: 'ig_reels_avg_watch_time' },
  },
  {
    name: 'watch_time',
    label: 'Total watch time',
    unit: 'milliseconds',
    acrossPosts: 'sum',
    names: { reel: 'ig_reels_video_view_total_time' },
  },
  {
    name: 'follows',
    label: 'Follows',
    unit: 'count',
    acrossPosts: 'sum',
    names: { ...ofFeed('follows'), story: 'follows' },
  },
  {
    name: 'profile_visits',
    label: 'Profile visits',
    unit: 'count',
    acrossPosts: 'sum',
    names: { ...ofFeed('profile_visits'), story: 'profile_visits' },
  },
  {
    name: 'link_clicks',
    label: 'Link clicks',
    unit: 'count',
    acrossPosts: 'sum',
    names: { story: 'link_clicks' },
  },
]
