import { Temporal } from 'temporal-polyfill'

const zone = 'America/Los_Angeles'

/** Created only once, because formatters use a lot of memory. */
export const pacificFormat = new Intl.DateTimeFormat('en-US', {
  timeZone: zone,
  weekday: 'long',
  day: '2-digit',
  month: 'short',
  year: '2-digit',
  hour: '2-digit',
  minute: '2-digit',
  second: '2-digit',
  hourCycle: 'h23',
  timeZoneName: 'short',
})

/** The full Pacific days that end after `sinceMs` and at or before `untilMs`. */
export function pacificDays(
  sinceMs: number,
  untilMs: number,
): { startMs: number; endMs: number }[] {
  const days: { startMs: number; endMs: number }[] = []
  let start = Temporal.Instant.fromEpochMilliseconds(sinceMs).toZonedDateTimeISO(zone).startOfDay()
  for (;;) {
    const end = start.add({ days: 1 })
    if (end.epochMilliseconds > untilMs) return days
    if (end.epochMilliseconds > sinceMs)
      days.push({ startMs: start.epochMilliseconds, endMs: end.epochMilliseconds })
    start = end
  }
}
