import type { AccountSums } from '../../db/insights/insights.ts'
import type { PostMetric } from '../../platforms/measurer.ts'
import type { Compared } from './changes.ts'
import { amountMetrics, type Line, partsOf } from './lines.ts'
import { addUp } from './metrics.ts'
import { ownCompared } from './own-lines.ts'
import type { Insights } from './page.ts'
import { idsApart } from './standing.ts'

/** What a comparison looks at. */
export type Comparable = Pick<
  Insights,
  'lines' | 'standing' | 'channel' | 'accounts' | 'accountSums' | 'apartBefore' | 'incomparable'
>

/**
 * The sums of the range and of the period before, for accounts that were read in both. Null if
 * either is missing or incomplete. Accounts that joined or left are excluded.
 */
export const comparedOf = (insights: Comparable, metrics: PostMetric[]): Compared | null => {
  const { lines, standing, channel, accountSums, apartBefore } = insights
  if (!mayCompare(insights)) return null
  const now = addUp(metrics.map((metric) => lines[metric].total))
  const before = addUp(metrics.map((metric) => lines[metric].totalBefore))
  if (now === null || before === null) return null
  if (channel) return { now, before }
  const apart = new Set(idsApart(standing))
  const of = (sums: AccountSums[]): number =>
    addUp(
      sums
        .filter((one) => apart.has(one.channelId))
        .flatMap((one) => metrics.map((metric) => one[metric])),
    ) ?? 0
  return { now: now - of(accountSums), before: before - of(apartBefore) }
}

/** The same for any line but followers, which are a level. */
export const lineCompared = (insights: Insights, line: Line): Compared | null => {
  if (line.way === 'level') return null
  const amount = amountMetrics.find((one) => one === line.metric)
  if (amount) return comparedOf(insights, partsOf(amount))
  if (!mayCompare(insights)) return null
  const apart = new Set(insights.channel ? [] : idsApart(insights.standing))
  return ownCompared(line, insights.own, (id) => apart.has(id))
}

/** Whether any account was read in both periods, and nothing is missing. */
const mayCompare = ({ incomparable, standing, channel, accounts }: Comparable): boolean =>
  incomparable === null &&
  !standing.isIncomplete &&
  (channel !== null || new Set(idsApart(standing)).size < accounts.length)
