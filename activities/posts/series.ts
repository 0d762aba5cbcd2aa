import { Context } from '@temporalio/activity'
import type { Logger } from 'pino'
import { listSeriesToExtend } from '../../db/posts/series/series.ts'
import { horizonOf } from '../../posting/series/dates.ts'
import { extendOne, type SeriesDeps } from '../../posting/series/extend.ts'

export type SeriesActivities = ReturnType<typeof createSeriesActivities>

const batch = 100
/** The zone where a day begins first: no series is further ahead. */
const earliestZone = 'Pacific/Kiritimati'

export const createSeriesActivities = (deps: SeriesDeps & { log: Logger }) => ({
  /**
   * Makes the posts of all series that are due within four weeks. May run again or twice at once. A
   * series that fails doesn't stop the others, but fails the run, so that it is tried again.
   */
  extendAllSeries: async (): Promise<{ made: number }> => {
    const before = horizonOf(earliestZone, deps.now())
    const beat = () => Context.current().heartbeat()
    let [made, failed] = [0, 0]
    for (let after: string | null = null, more = true; more; ) {
      const some = await listSeriesToExtend(deps.sql, { before, after, limit: batch })
      for (const ref of some) {
        try {
          made += await extendOne(deps, ref, beat)
        } catch (err) {
          failed++
          deps.log.error({ err, series: ref.seriesId }, 'a series could not be extended')
        }
        beat()
      }
      after = some.at(-1)?.seriesId ?? null
      more = some.length === batch
    }
    if (failed > 0) throw new Error(`${failed} series could not be extended`)
    return { made }
  },
})
