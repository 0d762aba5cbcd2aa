import type { PostMetric } from '../../platforms/measurer.ts'

/** The columns of a post's numbers: one for each metric, with its name. */
export const metricColumns = [
  'views',
  'reach',
  'likes',
  'comments',
  'shares',
  'saves',
] as const satisfies readonly PostMetric[]
