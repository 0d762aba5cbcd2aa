import type { PostMetric } from '../../platforms/measurer.ts'
import type { ChartSpec } from '../charts/index.ts'
import type { WebDeps } from '../http/env.ts'
import { changeOf, differenceOf, type MetricChange } from './changes.ts'
import { comparedOf } from './comparison.ts'
import { rateNote } from './engagement-rate.ts'
import { eveOf, type LineMetric, partsOf, sparkOf } from './lines.ts'
import { addUp, countedTwice, gives, listed, metricLabels } from './metrics.ts'
import { accountWords, shortDay } from './notes.ts'
import type { Insights } from './page.ts'

/**
 * If `words` is null, there is no number and `absent` says why. `metric`: the line that the tile
 * selects.
 */
export type Tile = {
  metric: LineMetric
  label: string
  words: string | null
  absent: string
  change: MetricChange | null
  /** Shown after the change: `from 56,060`. */
  from: string
  notes: string[]
  spark: ChartSpec
}

export const tilesOf = (deps: WebDeps, insights: Insights): Tile[] => [
  amountTile(deps, insights, 'views', insights.notes.views),
  amountTile(deps, insights, 'reach', insights.notes.reach, 'Reach of posts'),
  amountTile(deps, insights, 'engagement', [
    'Likes, comments, shares and saves.',
    ...rateNote(insights.engagement, insights.fmt),
    ...insights.notes.saves.map((words) => `Saves: ${lowerFirst(words)}`),
  ]),
  followersTile(insights),
]

const amountTile = (
  deps: WebDeps,
  insights: Insights,
  metric: Exclude<LineMetric, 'followers'>,
  said: string[],
  label = metricLabels[metric],
): Tile => {
  const { lines, fmt } = insights
  const now = lines[metric].total
  const compared = comparedOf(insights, partsOf(metric))
  return {
    metric,
    label,
    words: now === null ? null : fmt.count(now),
    absent: isGiven(deps, insights, partsOf(metric))
      ? 'No numbers in this period.'
      : said.filter((one) => one !== countedTwice).join(' '),
    change: compared && changeOf(compared.now, compared.before, fmt),
    from: compared ? `from ${fmt.count(compared.before)}` : '',
    notes: now === null ? [] : [...said, ...apartWords(insights, partsOf(metric))],
    spark: { kind: 'spark', ...sparkOf(lines[metric]) },
  }
}

/**
 * Notes on accounts that joined or left and are therefore not compared. Empty if there is no
 * comparison.
 */
const apartWords = (insights: Insights, metrics: PostMetric[]): string[] => {
  const { standing, accountSums, fmt } = insights
  if (!comparedOf(insights, metrics) || insights.channel) return []
  const gained = standing.joined.map(({ account }) => {
    const sums = accountSums.find((one) => one.channelId === account.id)
    return sums ? addUp(metrics.map((metric) => sums[metric])) : null
  })
  const sum = addUp(gained)
  const count = standing.joined.length
  const whose = count === 1 ? 'a new account' : `${count} new accounts`
  const added =
    sum === null || count === 0 ? [] : [`${fmt.count(sum)} of it from ${whose}, not compared.`]
  return standing.left.length > 0 ? [...added, 'Disconnected accounts are not compared.'] : added
}

const followersTile = (insights: Insights): Tile => {
  const { followers, fmt, range, lines, standing, followerEnds, channel } = insights
  const ends = new Map(followerEnds.map((one) => [one.channelId, one]))
  const isNew = (id: string) => ends.get(id)?.before === null
  const fresh =
    channel || followers.since ? [] : standing.joined.filter(({ account }) => isNew(account.id))
  const added = addUp(fresh.map(({ account }) => ends.get(account.id)?.last ?? null))
  const old = standing.behind.flatMap(({ account }) => {
    const on = ends.get(account.id)?.lastOn
    return on && on < range.to
      ? [`${channel ? 'As' : `${accountWords(account)} as`} of ${shortDay(on, fmt)}.`]
      : []
  })
  const when = range.days === 1 ? 'on this day' : `in ${range.label}`
  return {
    metric: 'followers',
    label: metricLabels.followers,
    words: followers.total === null ? null : fmt.count(followers.total),
    absent: 'No numbers in this period.',
    change: differenceOf(followers.now, followers.before, fmt),
    from: followers.since ? `since ${shortDay(followers.since, fmt)}, the first reading` : when,
    notes:
      followers.total === null
        ? []
        : [
            ...allPosts(insights),
            ...(added === null
              ? []
              : [
                  `${fmt.count(added)} of them with ${fresh.length === 1 ? accountWords(fresh[0]!.account) : `${fresh.length} accounts`}, new in this period.`,
                ]),
            ...longerWords(insights),
            ...(old.length > 2 ? [`${old.length} accounts are as of their last reading.`] : old),
          ],
    spark: { kind: 'spark', ...sparkOf(lines.followers) },
  }
}

/** Followers have no format and no label. */
export const allPosts = ({ channel, filters }: Insights): string[] => {
  const limits = [...(filters.kind ? ['format'] : []), ...(filters.label ? ['labels'] : [])]
  return limits.length > 0
    ? [`Of the whole ${channel ? 'account' : 'accounts'}, whatever the ${listed(limits)} of posts.`]
    : []
}

/**
 * Notes on accounts whose last reading before the range is older than the day before it, so that the
 * change covers more than the range.
 */
const longerWords = ({ followers, range, accounts, channel, fmt }: Insights): string[] => {
  const longer = followers.from.filter(({ day }) => day < eveOf(range.from))
  const [first] = longer.toSorted((a, b) => (a.day < b.day ? -1 : 1))
  if (!first) return []
  const on = shortDay(first.day, fmt)
  if (channel) return [`The change is since ${on}, the last reading before this period.`]
  if (longer.length > 1)
    return [
      `The change of ${longer.length} accounts is since their last reading before this period, the earliest on ${on}.`,
    ]
  return accounts
    .filter(({ id }) => id === first.channelId)
    .map(
      (account) =>
        `The change of ${accountWords(account)} is since ${on}, its last reading before this period.`,
    )
}

const isGiven = (deps: WebDeps, { accounts, scope }: Insights, metrics: PostMetric[]): boolean =>
  accounts.some((account) => {
    const platform = deps.platforms.platforms.get(account.platform)
    return platform && metrics.some((metric) => gives(platform, metric, scope.kind ?? undefined))
  })

const lowerFirst = (words: string): string => words.charAt(0).toLowerCase() + words.slice(1)
