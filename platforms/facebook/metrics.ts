import type { OwnMetric } from '../measurer.ts'

/**
 * Fact sheet 4.5. Not requested for a video whose post id Facebook hasn't returned yet, because
 * only `/insights` of a post and `/video_insights` of a reel are known to have these names.
 */
export const facebookMetrics: OwnMetric[] = [
  {
    name: 'average_watch_time',
    label: 'Average watch time',
    unit: 'milliseconds',
    acrossPosts: 'average',
    names: { video: 'post_video_avg_time_watched', reel: 'post_video_avg_time_watched' },
  },
  {
    name: 'watch_time',
    label: 'Total watch time',
    unit: 'milliseconds',
    acrossPosts: 'sum',
    names: { video: 'post_video_view_time', reel: 'post_video_view_time' },
  },
  {
    name: 'clicks',
    label: 'Clicks',
    unit: 'count',
    acrossPosts: 'sum',
    names: Object.fromEntries(
      ['text', 'link', 'photo', 'photos', 'video'].map((kind) => [kind, 'post_clicks']),
    ),
  },
  {
    name: 'link_clicks',
    label: 'Link clicks',
    unit: 'count',
    acrossPosts: 'sum',
    names: { link: 'post_clicks_by_type' },
  },
]
