import type { MeasuredPost } from '../db/post-numbers.ts'
import { type PostMetric, postMetrics } from '../platforms/measurer.ts'
import type { Platform } from '../platforms/platform.ts'
import type { Formats } from './formats.ts'
import { absenceWords, metricLabels, reactionsOf } from './insight-metrics.ts'
import { titleOf } from './post-title.ts'

/** One number of a post: in digits, or the reason why there is none. */
export type ShownNumber = { metric: PostMetric; label: string; value: number | null; words: string; ended: boolean }

export const shownNumbers = (platform: Platform | undefined, post: MeasuredPost, fmt: Formats): ShownNumber[] =>
  postMetrics.map((metric) => {
    const value = post[metric]
    const words = value === null ? absenceWords(platform, metric, post.kind) : fmt.count(value)
    return { metric, label: metricLabels[metric], value, words, ended: post.endedMetrics.includes(metric) }
  })

/** A line of the ranking. */
export const postRow = (platform: Platform | undefined, post: MeasuredPost, fmt: Formats) => ({
  ...post,
  drawn: platform,
  title: titleOf(post.text),
  account: post.channelHandle ? `@${post.channelHandle}` : post.channelName,
  kindLabel: platform?.kinds.find((one) => one.name === post.kind)?.label ?? post.kind,
  numbers: shownNumbers(platform, post, fmt),
  reactions: reactionsOf(post),
})
