import type { MeasuredAccount, RefusedName, Sums } from '../db/insights.ts'
import type { Registry } from '../platforms/index.ts'
import { type PostMetric, postMetrics } from '../platforms/measurer.ts'
import type { Platform } from '../platforms/platform.ts'
import type { Formats } from './formats.ts'

export const metricLabels: Record<PostMetric | 'followers', string> = {
  views: 'Views',
  reach: 'Reach',
  likes: 'Likes',
  comments: 'Comments',
  shares: 'Shares',
  saves: 'Saves',
  followers: 'Followers',
}

/** What people did with a post, all kinds together. */
export const reactionMetrics: PostMetric[] = ['likes', 'comments', 'shares', 'saves']

/** Together; null when none of them was given. */
export const reactionsOf = (numbers: Sums): number | null => addUp(reactionMetrics.map((metric) => numbers[metric]))

export const addUp = (numbers: (number | null)[]): number | null => {
  const given = numbers.filter((number) => number !== null)
  return given.length === 0 ? null : given.reduce((sum, number) => sum + number, 0)
}

/** Whether the platform gives the number for any kind of post, or for this one. */
export const gives = (platform: Platform, metric: PostMetric, kind?: string): boolean =>
  (kind === undefined ? platform.kinds.map((one) => one.name) : [kind]).some(
    (name) => platform.measure.names(name)[metric] !== undefined,
  )

/** When the platform refused every name of the number, so that none of its posts gives it any more; null while one does. */
const endedAt = (platform: Platform, metric: PostMetric, refused: RefusedName[]): Date | null => {
  const names = new Set(platform.kinds.flatMap((kind) => platform.measure.names(kind.name)[metric] ?? []))
  const dates = [...names].map((name) =>
    refused.find(
      (one) =>
        one.platform === platform.name && one.version === platform.measure.version && one.about === 'posts' && one.name === name,
    ),
  )
  if (dates.length === 0 || dates.some((date) => !date)) return null
  return new Date(Math.max(...dates.map((date) => date!.refusedAt.getTime())))
}

export const countedTwice = 'Reach of posts, added up: whoever saw two posts counts twice.'
export type MetricNotes = Record<PostMetric, string[]>

/** What must be said beside each number, of the platforms that have a part in it. */
export const metricNotes = (
  registry: Registry,
  accounts: MeasuredAccount[],
  refused: RefusedName[],
  fmt: Formats,
): MetricNotes => {
  const names = new Set(accounts.map((one) => one.platform))
  const platforms = [...registry.platforms.values()].filter((one) => names.has(one.name))
  const notesOf = (metric: PostMetric): string[] => {
    const without = platforms.filter((one) => !gives(one, metric)).map((one) => one.label)
    const ended = platforms.flatMap((one) => {
      const at = endedAt(one, metric, refused)
      return at ? [`No longer provided by ${one.label} since ${fmt.date(at)}: what stands is from before.`] : []
    })
    return [
      ...(metric === 'reach' && without.length < platforms.length ? [countedTwice] : []),
      ...(without.length > 0 ? [`Not given by ${listed(without)}.`] : []),
      ...ended,
    ]
  }
  return Object.fromEntries(postMetrics.map((metric) => [metric, notesOf(metric)])) as MetricNotes
}

/** A, B and C */
export const listed = (words: string[]): string =>
  words.length < 2 ? (words[0] ?? '') : `${words.slice(0, -1).join(', ')} and ${words.at(-1)}`

/** What stands where a post has no number. */
export const absenceWords = (platform: Platform | undefined, metric: PostMetric, kind: string): string =>
  platform && !gives(platform, metric, kind) ? `not given by ${platform.label}` : 'not given yet'
