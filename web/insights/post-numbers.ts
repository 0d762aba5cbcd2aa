import type { Sums } from '../../db/insights/insights.ts'
import type { MeasuredPost } from '../../db/insights/post-numbers.ts'
import type { Platform } from '../../platforms/platform.ts'
import { titleOf } from '../posts/post-title.ts'
import type { Formats } from '../time/formats.ts'
import { rateWords } from './engagement-rate.ts'
import { absenceWords, reactionsOf } from './metrics.ts'
import { metricValue, shownMetrics, valueWords } from './own-metrics.ts'

/** A number of a post, or the reason why there is none. `metric` also names a platform's own. */
export type ShownNumber = {
  metric: string
  label: string
  value: number | null
  words: string
  ended: boolean
}

type Numbered = Sums & Pick<MeasuredPost, 'kind' | 'notGiven' | 'endedMetrics' | 'more'>

export const shownNumbers = (
  platform: Platform | undefined,
  post: Numbered,
  fmt: Formats,
): ShownNumber[] =>
  shownMetrics(platform, post.kind, post.more).map((shown) => {
    const { metric, label } = shown
    const value = metricValue(post, metric)
    const words =
      value === null ? absenceWords(platform, metric, post) : valueWords(shown, value, fmt)
    return { metric, label, value, words, ended: post.endedMetrics.includes(metric) }
  })

const weekMs = 7 * 86_400_000

/** A row of the ranking. */
export const postRow = (
  platform: Platform | undefined,
  post: MeasuredPost,
  fmt: Formats,
  nowMs: number,
) => ({
  ...post,
  weekWords:
    nowMs - post.publishedAt.getTime() < weekMs ? 'not 7 days old yet' : 'not read at 7 days',
  drawn: platform,
  title: titleOf(post.text),
  account: post.channelHandle ? `@${post.channelHandle}` : post.channelName,
  kindLabel: platform?.kinds.find((one) => one.name === post.kind)?.label ?? post.kind,
  numbers: shownNumbers(platform, post, fmt),
  reactions: reactionsOf(post),
  rateWords: rateWords(post, fmt),
})
