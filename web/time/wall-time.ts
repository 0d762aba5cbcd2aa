import { Temporal } from 'temporal-polyfill'
import { type DateStyle, dateWriters, usualStyle } from '../../text/date-style.ts'

/**
 * The range of years for posts and calendars. Time zone arithmetic fails near the limits of what
 * people can type.
 */
export const firstYear = 2000
export const lastYear = 2100
export const isYear = (year: number): boolean => year >= firstYear && year <= lastYear

/** Which of two equal clock times is meant when clocks are set back. */
export type Fold = 'earlier' | 'later'

/**
 * `choices`: the two instants that a clock time can mean when it happens twice, so that the form
 * can ask. Otherwise empty.
 */
export type WallTime = { choices: FoldChoice[] } & (
  | { ok: true; dueAt: Date; wallTime: string }
  | { ok: false; words: string }
)
export type FoldChoice = { fold: Fold; label: string }

/**
 * Reads the value of a `datetime-local` field as a time in `zone`. Refuses a time that the zone
 * skips. A time that happens twice needs `fold`.
 */
export const readWallTime = (
  typed: string,
  zone: string,
  fold: Fold | null,
  dates: DateStyle = usualStyle,
): WallTime => {
  const { clock, day } = wordsIn(dates)
  const plain = parsePlain(typed)
  if (!plain) return refused('Choose a day and a time.')
  if (!isYear(plain.year)) return refused(`Choose a year from ${firstYear} to ${lastYear}.`)
  const earlier = plain.toZonedDateTime(zone, { disambiguation: 'earlier' })
  const later = plain.toZonedDateTime(zone, { disambiguation: 'later' })
  if (earlier.equals(later)) return accepted(earlier)
  if (!earlier.toPlainDateTime().equals(plain))
    return refused(
      `${clock(plain)} does not exist on ${day(plain)} in ${zone}: the clocks go forward over it. The next time after the gap is ${clock(firstAfterGap(later))}.`,
    )
  const choices: FoldChoice[] = [
    { fold: 'earlier', label: `the first ${clock(plain)} (UTC${earlier.offset})` },
    {
      fold: 'later',
      label: `the second ${clock(plain)} (UTC${later.offset}), after the clocks go back`,
    },
  ]
  if (fold) return { ...accepted(fold === 'earlier' ? earlier : later), choices }
  const words = `${clock(plain)} happens twice on ${day(plain)} in ${zone}, because the clocks go back. Choose which one.`
  return { ok: false, words, choices }
}

/** The value of a `datetime-local` field: `2026-11-26T10:00`, with seconds if they aren't zero. */
export const wallTimeOf = (at: Date, zone: string): string =>
  written(zoned(at, zone).toPlainDateTime())

/** The day in the zone, such as `2026-11-26`. */
export const dateOf = (at: Date, zone: string): string => zoned(at, zone).toPlainDate().toString()

/**
 * Caches the last few thousand starts of days, because they are slow to compute and a calendar
 * needs 43.
 */
const dayStartsMs = new Map<string, number>()
const mostDayStarts = 5_000

/** The first instant of a day. Where clocks change at midnight, that isn't 00:00. */
export const startOfDay = (date: string, zone: string): Date => {
  const key = `${date} ${zone}`
  const foundMs = dayStartsMs.get(key)
  if (foundMs !== undefined) return new Date(foundMs)
  const startMs = Temporal.PlainDate.from(date).toZonedDateTime(zone).epochMilliseconds
  if (dayStartsMs.size >= mostDayStarts) dayStartsMs.clear()
  dayStartsMs.set(key, startMs)
  return new Date(startMs)
}

/** The fold of a stored time, for times that happen twice in the zone. */
export const foldOf = (at: Date, zone: string): Fold => {
  const time = zoned(at, zone)
  const later = time.toPlainDateTime().toZonedDateTime(zone, { disambiguation: 'later' })
  return later.equals(time) ? 'later' : 'earlier'
}

const zoned = (at: Date, zone: string): Temporal.ZonedDateTime =>
  Temporal.Instant.fromEpochMilliseconds(at.getTime()).toZonedDateTimeISO(zone)

const parsePlain = (typed: string): Temporal.PlainDateTime | null => {
  if (!/^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}/.test(typed)) return null
  try {
    return Temporal.PlainDateTime.from(typed).round({
      smallestUnit: 'second',
      roundingMode: 'floor',
    })
  } catch (error) {
    if (error instanceof RangeError) return null
    throw error
  }
}

const accepted = (time: Temporal.ZonedDateTime): WallTime => ({
  ok: true,
  dueAt: new Date(time.epochMilliseconds),
  wallTime: written(time.toPlainDateTime()),
  choices: [],
})

const written = (plain: Temporal.PlainDateTime): string =>
  plain.toString({ smallestUnit: plain.second === 0 ? 'minute' : 'second' })

const refused = (words: string): WallTime => ({ ok: false, words, choices: [] })

/** What the clock shows right after it jumped forward. */
const firstAfterGap = (later: Temporal.ZonedDateTime): Temporal.PlainDateTime =>
  (later.getTimeZoneTransition('previous') ?? later).toPlainDateTime()

/** A time on a clock and the day, which have no zone yet. */
const wordsIn = (dates: DateStyle) => {
  const write = dateWriters(dates, 'UTC')
  const at = (time: Temporal.PlainDateTime) =>
    new Date(time.toZonedDateTime('UTC').epochMilliseconds)
  return {
    clock: (time: Temporal.PlainDateTime) => write.time(at(time)),
    day: (time: Temporal.PlainDateTime) => write.date(at(time)),
  }
}
