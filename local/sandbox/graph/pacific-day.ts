import { Temporal } from 'temporal-polyfill'

const zone = 'America/Los_Angeles'

/** Meta's days begin and end at midnight in California, summer time included. */
export function pacificDayStart(ms: number): number {
  return Temporal.Instant.fromEpochMilliseconds(ms).toZonedDateTimeISO(zone).startOfDay().epochMilliseconds
}

/** The whole Pacific days that end after `sinceMs` and not after `untilMs`. */
export function pacificDays(sinceMs: number, untilMs: number): { startMs: number; endMs: number }[] {
  const days: { startMs: number; endMs: number }[] = []
  let start = Temporal.Instant.fromEpochMilliseconds(sinceMs).toZonedDateTimeISO(zone).startOfDay()
  for (;;) {
    const end = start.add({ days: 1 })
    if (end.epochMilliseconds > untilMs) return days
    if (end.epochMilliseconds > sinceMs) days.push({ startMs: start.epochMilliseconds, endMs: end.epochMilliseconds })
    start = end
  }
}
