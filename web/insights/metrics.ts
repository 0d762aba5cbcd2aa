import type { RetiredName, Sums } from '../../db/insights/insights.ts'
import type { MeasuredAccount } from '../../db/insights/measured-accounts.ts'
import type { Registry } from '../../platforms/index.ts'
import { type OwnMetric, type PostMetric, postMetrics } from '../../platforms/measurer.ts'
import { allNames } from '../../platforms/own-metrics.ts'
import type { Platform } from '../../platforms/platform.ts'
import type { Formats } from '../time/formats.ts'

export const metricLabels: Record<PostMetric | 'engagement' | 'followers', string> = {
  views: 'Views',
  reach: 'Reach',
  engagement: 'Engagement',
  likes: 'Likes',
  comments: 'Comments',
  shares: 'Shares',
  saves: 'Saves',
  followers: 'Followers',
}

/** The metrics that add up to engagement. */
export const reactionMetrics: PostMetric[] = ['likes', 'comments', 'shares', 'saves']

/** The sum of the reactions. Null if the platform gave none of them. */
export const reactionsOf = (numbers: Sums): number | null =>
  addUp(reactionMetrics.map((metric) => numbers[metric]))

export const addUp = (numbers: (number | null)[]): number | null => {
  const given = numbers.filter((number) => number !== null)
  return given.length === 0 ? null : given.reduce((sum, number) => sum + number, 0)
}

/**
 * Whether the platform provides the metric for this kind of post, or for any kind if none is given.
 */
export const gives = (platform: Platform, metric: string, kind?: string): boolean =>
  (kind === undefined ? platform.kinds.map((one) => one.name) : [kind]).some(
    (name) => allNames(platform.measure, name)[metric] !== undefined,
  )

/**
 * When the platform retired the metric for the last kind of post. Null while a kind still provides
 * it.
 */
const endedAt = (platform: Platform, metric: string, retired: RetiredName[]): Date | null => {
  const { measure } = platform
  const ours = retired.filter(
    (one) => one.platform === platform.name && one.version === measure.version,
  )
  const wanted = platform.kinds
    .map((kind) => ({ kind: kind.name, name: allNames(measure, kind.name)[metric] }))
    .filter((one) => one.name)
  const dates = wanted.map(
    ({ kind, name }) => ours.find((one) => one.kind === kind && one.name === name)?.refusedAt,
  )
  if (dates.length === 0 || dates.some((date) => !date)) return null
  return new Date(Math.max(...dates.map((date) => date!.getTime())))
}

export const countedTwice = 'Reach of posts, added up: people who saw two posts count twice.'
/** By metric: one of `postMetrics`, or the name of a platform's own. */
export type MetricNotes = Record<PostMetric, string[]> & Partial<Record<string, string[]>>

/** The notes beside each metric, for the platforms of these accounts and this format. */
export const metricNotes = (
  registry: Registry,
  {
    accounts,
    retired,
    kind,
    own,
  }: {
    accounts: MeasuredAccount[]
    retired: RetiredName[]
    kind: string | undefined
    own: OwnMetric[]
  },
  fmt: Formats,
): MetricNotes => {
  const connected = new Set(accounts.map((one) => one.platform))
  const hasKind = (platform: Platform) =>
    kind === undefined || platform.kinds.some((one) => one.name === kind)
  const platforms = [...registry.platforms.values()].filter(
    (one) => connected.has(one.name) && hasKind(one),
  )
  const notesOf = (metric: string): string[] => {
    const without = platforms.filter((one) => !gives(one, metric, kind)).map((one) => one.label)
    const withheld = accounts.filter((one) => one.notGiven.includes(metric)).map((one) => one.name)
    const ended = platforms.flatMap((one) => {
      const at = endedAt(one, metric, retired)
      return at
        ? [
            `${one.label} stopped providing this on ${fmt.date(at)}. The numbers shown are from before.`,
          ]
        : []
    })
    return [
      ...(metric === 'reach' && without.length < platforms.length ? [countedTwice] : []),
      ...(without.length > 0 ? [`Not reported by ${listed(without)}.`] : []),
      ...(withheld.length > 0 ? [`Not reported for ${listed(withheld)}.`] : []),
      ...ended,
    ]
  }
  const names = [...postMetrics, ...own.map((one) => one.name)]
  return Object.fromEntries(names.map((name) => [name, notesOf(name)])) as MetricNotes
}

/** A, B and C */
export const listed = (words: string[]): string =>
  words.length < 2 ? (words[0] ?? '') : `${words.slice(0, -1).join(', ')} and ${words.at(-1)}`

/** The words shown in place of a missing number. */
export const absenceWords = (
  platform: Platform | undefined,
  metric: string,
  post: { kind: string; notGiven: string[] },
): string => {
  if (platform && !gives(platform, metric, post.kind)) return `not reported by ${platform.label}`
  return post.notGiven.includes(metric) ? 'not reported for this account' : 'not reported yet'
}
