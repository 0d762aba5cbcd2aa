import { proxyActivities, setCurrentDetails } from '@temporalio/workflow'
import type { SeriesActivities } from '../activities/posts/series.ts'

const { extendAllSeries } = proxyActivities<SeriesActivities>({
  startToCloseTimeout: '1 hour',
  heartbeatTimeout: '2 minutes',
  retry: { initialInterval: '5 seconds', maximumInterval: '5 minutes', maximumAttempts: 30 },
  summary: 'Make the posts of the next four weeks',
})

/** Runs daily: makes the posts of series four weeks ahead. */
export async function extendSeries(): Promise<void> {
  setCurrentDetails('Making the posts that repeat in the next four weeks')
  const { made } = await extendAllSeries()
  setCurrentDetails(made === 1 ? 'Made 1 post' : `Made ${made} posts`)
}
