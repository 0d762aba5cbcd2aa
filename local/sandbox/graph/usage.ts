import type { Clock } from '../clock.ts'
import type { MetaSettings } from './settings.ts'

/** Counts calls for the usage headers and the limits of fact sheet 5.5. Kept in memory: a restart begins at zero. */
export type Usage = {
  countApp(): { percent: number }
  /** `id`: the Page or Instagram account whose budget the call uses. */
  countBusiness(id: string): { percent: number }
  clear(): void
}

const hourMs = 3_600_000

export function createUsage(clock: Clock, settings: MetaSettings): Usage {
  const times = new Map<string, number[]>()
  const count = (key: string, windowMs: number, limit: number) => {
    const now = clock.now()
    const kept = (times.get(key) ?? []).filter((at) => at > now - windowMs)
    const percent = Math.floor((kept.length * 100) / limit)
    // A refused call does not count: the window drains.
    if (percent < 100) kept.push(now)
    times.set(key, kept)
    return { percent }
  }
  return {
    countApp: () => count('app', hourMs, settings.appCallsPerHour),
    countBusiness: (id) => count(id, 24 * hourMs, settings.businessCallsPerDay),
    clear: () => times.clear(),
  }
}
