import { Temporal } from 'temporal-polyfill'

/** Nobody is reminded between these hours, by the clock of the zone. */
const nightFromHour = 21
const nightToHour = 8
/** A reminder that falls into the night comes in the evening before, at this hour. */
const eveningHour = 20

const at = (ms: number, zone: string): Temporal.ZonedDateTime =>
  Temporal.Instant.fromEpochMilliseconds(ms).toZonedDateTimeISO(zone)

const atHour = (day: Temporal.PlainDate, hour: number, zone: string): number =>
  day.toZonedDateTime({ timeZone: zone, plainTime: Temporal.PlainTime.from({ hour }) })
    .epochMilliseconds

const isNight = (ms: number, zone: string): boolean => {
  const { hour } = at(ms, zone)
  return hour >= nightFromHour || hour < nightToHour
}

/** The same time, or the evening before if that is at night. */
export const eveningBefore = (ms: number, zone: string): number => {
  if (!isNight(ms, zone)) return ms
  const time = at(ms, zone)
  const day =
    time.hour < nightToHour ? time.toPlainDate().subtract({ days: 1 }) : time.toPlainDate()
  return atHour(day, eveningHour, zone)
}

/** The same time, or the morning after if that is at night. */
export const morningAfter = (ms: number, zone: string): number => {
  if (!isNight(ms, zone)) return ms
  const time = at(ms, zone)
  const day = time.hour < nightToHour ? time.toPlainDate() : time.toPlainDate().add({ days: 1 })
  return atHour(day, nightToHour, zone)
}
