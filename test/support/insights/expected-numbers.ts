import type { Measurer, Numbers } from '../../../platforms/measurer.ts'
import { ownNames } from '../../../platforms/own-metrics.ts'

/** The sandbox's own numbers of a post: totals, and each metric by the platform's name. */
export type LedgerNumbers = Record<string, number | Record<string, number>>

/** What reading a post of this kind must return when the sandbox's ledger says `truth`. */
export const expectedNumbers = (
  measurer: Measurer,
  kind: string,
  truth: LedgerNumbers,
): Numbers => {
  const { views, reach, likes, comments, shares, saved: saves } = truth
  const given = measurer.names(kind)
  const common = Object.entries({ views, reach, likes, comments, shares, saves }).filter(
    ([name]) => name in given,
  )
  const own = Object.entries(ownNames(measurer.ownMetrics, kind)).map(([metric, name]) => {
    const value = truth[name]
    return [metric, typeof value === 'object' ? value['link clicks'] : value]
  })
  return Object.fromEntries([...common, ...own])
}
