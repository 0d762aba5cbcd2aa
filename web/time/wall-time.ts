import { Temporal } from 'temporal-polyfill'

/** Which of two equal clock times is meant when a clock is set back. */
export type Fold = 'earlier' | 'later'

/** `choices`: the two instants that an hour can mean when it happens twice, for the form to ask; empty otherwise. */
export type WallTime = { choices: FoldChoice[] } & ({ ok: true; dueAt: Date; wallTime: string } | { ok: false; words: string })
export type FoldChoice = { fold: Fold; label: string }

/**
 * Reads the value of a `datetime-local` field as a time in `zone`. A time that the zone skips is refused in words,
 * one that it has twice needs `fold`.
 */
export const readWallTime = (typed: string, zone: string, fold: Fold | null): WallTime => {
  const plain = parsePlain(typed)
  if (!plain) return refused('Choose a day and a time.')
  const earlier = plain.toZonedDateTime(zone, { disambiguation: 'earlier' })
  const later = plain.toZonedDateTime(zone, { disambiguation: 'later' })
  if (earlier.equals(later)) return accepted(earlier)
  if (!earlier.toPlainDateTime().equals(plain)) return refused(wordsOfGap(plain, zone, later))
  const choices: FoldChoice[] = [
    { fold: 'earlier', label: `the first ${clock(plain)} (UTC${earlier.offset})` },
    { fold: 'later', label: `the second ${clock(plain)} (UTC${later.offset}), after the clocks go back` },
  ]
  if (fold) return { ...accepted(fold === 'earlier' ? earlier : later), choices }
  const words = `${clock(plain)} happens twice on ${day(plain)} in ${zone}, because the clocks go back. Say which one.`
  return { ok: false, words, choices }
}

/** `2026-11-26T10:00`, with seconds where it has any: how `datetime-local` wants an instant to be written. */
export const wallTimeOf = (at: Date, zone: string): string => written(zoned(at, zone).toPlainDateTime())

/** `2026-11-26`: the day in the zone. */
export const dateOf = (at: Date, zone: string): string => zoned(at, zone).toPlainDate().toString()

/** The first instant of a day, which is not midnight everywhere on every day. */
export const startOfDay = (date: string, zone: string): Date =>
  new Date(Temporal.PlainDate.from(date).toZonedDateTime(zone).epochMilliseconds)

/** A post is one thing: the reading of an hour that happens twice, of a time that was already stored. */
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
    return Temporal.PlainDateTime.from(typed).round({ smallestUnit: 'second', roundingMode: 'floor' })
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

const wordsOfGap = (plain: Temporal.PlainDateTime, zone: string, later: Temporal.ZonedDateTime): string =>
  `${clock(plain)} does not exist on ${day(plain)} in ${zone}: the clocks go forward over it. The next time after the gap is ${clock(firstAfterGap(later))}.`

/** The instant at which the clock jumped, as the clock reads right after it. */
const firstAfterGap = (later: Temporal.ZonedDateTime): Temporal.PlainDateTime =>
  (later.getTimeZoneTransition('previous') ?? later).toPlainDateTime()

const clock = (time: Temporal.PlainDateTime): string => time.toPlainTime().toString({ smallestUnit: 'minute' })

const day = (time: Temporal.PlainDateTime): string =>
  time.toPlainDate().toLocaleString('en-GB', { day: 'numeric', month: 'long', year: 'numeric' })
