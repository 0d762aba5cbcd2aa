import type { AccountSums } from '../../db/insights/insights.ts'
import type { PostMetric } from '../../platforms/measurer.ts'
import { addUp } from './metrics.ts'
import type { Insights } from './page.ts'
import { idsApart } from './standing.ts'

export type Compared = { now: number; before: number }

/**
 * The sums of the range and of the period before, for accounts that were read in both. Null if
 * either is missing or incomplete. Accounts that joined or left are excluded.
 */
export const comparedOf = (insights: Insights, metrics: PostMetric[]): Compared | null => {
  const { lines, standing, incomparable, channel, accounts, accountSums, apartBefore } = insights
  if (incomparable !== null || standing.isIncomplete) return null
  const now = addUp(metrics.map((metric) => lines[metric].total))
  const before = addUp(metrics.map((metric) => lines[metric].totalBefore))
  if (now === null || before === null) return null
  if (channel) return { now, before }
  const apart = new Set(idsApart(standing))
  if (apart.size >= accounts.length) return null
  const of = (sums: AccountSums[]): number =>
    addUp(
      sums
        .filter((one) => apart.has(one.channelId))
        .flatMap((one) => metrics.map((metric) => one[metric])),
    ) ?? 0
  return { now: now - of(accountSums), before: before - of(apartBefore) }
}
