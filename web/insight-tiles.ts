import type { PostMetric } from '../platforms/measurer.ts'
import type { WebDeps } from './env.ts'
import { type Change, changeOf, differenceOf } from './insight-changes.ts'
import { addUp, countedTwice, gives, reactionMetrics } from './insight-metrics.ts'
import type { Insights } from './insights-page.ts'

/** `words` null: there is no number, and `absent` says why. */
export type Tile = { label: string; words: string | null; absent: string; change: Change | null; than: string; notes: string[] }

export const tilesOf = (deps: WebDeps, insights: Insights): Tile[] => {
  const { lines, fmt, range, notes } = insights
  const amount = (label: string, metrics: PostMetric[], said: string[]): Tile => {
    const now = addUp(metrics.map((metric) => lines[metric].total))
    const change = changeOf(now, addUp(metrics.map((metric) => lines[metric].totalBefore)), fmt)
    const joins = change?.words.startsWith('as ') || change?.words.startsWith('about ') ? 'as in' : 'than'
    return {
      label,
      words: now === null ? null : fmt.count(now),
      absent: isGiven(deps, insights, metrics) ? 'No numbers in these days.' : said.join(' '),
      change,
      than: `${joins} the ${range.label} before`,
      notes: now === null ? [] : said,
    }
  }
  const { followers } = lines
  return [
    amount('Views', ['views'], notes.views),
    amount(
      'Reach of posts',
      ['reach'],
      notes.reach.filter((words) => words !== countedTwice),
    ),
    amount(
      'Likes, comments, shares, saves',
      reactionMetrics,
      notes.saves.map((words) => `Saves: ${lowerFirst(words)}`),
    ),
    {
      label: 'Followers',
      words: followers.total === null ? null : fmt.count(followers.total),
      absent: 'No numbers in these days.',
      change: differenceOf(followers.total, followers.totalBefore, fmt),
      than: `in these ${range.label}`,
      notes: [],
    },
  ]
}

const isGiven = (deps: WebDeps, { accounts }: Insights, metrics: PostMetric[]): boolean =>
  accounts.some((account) => {
    const platform = deps.platforms.platforms.get(account.platform)
    return platform && metrics.some((metric) => gives(platform, metric))
  })

const lowerFirst = (words: string): string => words.charAt(0).toLowerCase() + words.slice(1)
