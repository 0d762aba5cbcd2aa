import type { WebDeps } from '../../http/env.ts'
import { gives } from '../metrics.ts'
import { valueWords } from '../own-metrics.ts'
import type { Insights } from '../page.ts'

/**
 * What the platforms give besides the common numbers, for each account in the table. Averages are
 * left out, because the table has what accounts gained. Null if there is no such number.
 */
export const ownAccounts = (deps: WebDeps, { own, shown, scope, fmt }: Insights) => {
  const sums = new Map(own.shown.map((one) => [`${one.channelId} ${one.name}`, one.sum]))
  const columns = own.metrics.filter(
    ({ name, acrossPosts }) => acrossPosts === 'sum' && own.shown.some((one) => one.name === name),
  )
  if (columns.length === 0) return null
  return {
    columns,
    rows: shown.map((account) => {
      const platform = deps.platforms.platforms.get(account.platform)
      return {
        account: { ...account, drawn: platform },
        numbers: columns.map((metric) => {
          const value = sums.get(`${account.id} ${metric.name}`)
          if (value !== undefined) return { words: valueWords(metric, value, fmt), isAbsent: false }
          const isGiven = platform && gives(platform, metric.name, scope.kind ?? undefined)
          const words = isGiven ? 'no number yet' : `not reported by ${account.label}`
          return { words, isAbsent: true }
        }),
      }
    }),
  }
}
