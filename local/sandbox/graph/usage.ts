import type { Clock } from '../clock.ts'
import type { MetaSettings } from './settings.ts'

/**
 * Counts calls for the usage headers and the limits of fact sheet 5.5. Kept in memory, so a restart
 * resets the counts.
 */
export type Usage = {
  countApp(): { percent: number }
  /** `id`: the Page or Instagram account whose limit applies. */
  countBusiness(id: string): { percent: number }
  clear(): void
}

const hourMs = 3_600_000

export function createUsage(clock: Clock, settings: MetaSettings): Usage {
  const windows = new Map<string, { times: number[]; first: number }>()
  const count = (key: string, windowMs: number, limit: number) => {
    const now = clock.now()
    const window = windows.get(key) ?? { times: [], first: 0 }
    windows.set(key, window)
    // Times are in order, so expired ones are at the front. They are removed once there are many.
    while (
      window.first < window.times.length &&
      (window.times[window.first] ?? 0) <= now - windowMs
    )
      window.first += 1
    if (window.first > 1_000) {
      window.times.splice(0, window.first)
      window.first = 0
    }
    const percent = Math.floor(((window.times.length - window.first) * 100) / limit)
    // A refused call doesn't count, so that usage decreases over time.
    if (percent < 100) window.times.push(now)
    return { percent }
  }
  return {
    countApp: () => count('app', hourMs, settings.appCallsPerHour),
    countBusiness: (id) => count(id, 24 * hourMs, settings.businessCallsPerDay),
    clear: () => windows.clear(),
  }
}
