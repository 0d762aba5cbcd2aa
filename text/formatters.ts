/**
 * The only place that creates Intl formatters. Creating one takes about 50 µs and native memory
 * that is freed late, so each is cached. `toLocaleString` and similar methods create a new one per
 * call, and a house rule bans them elsewhere.
 */
const kept = new Map<string, Intl.DateTimeFormat | Intl.NumberFormat>()

/**
 * More than an installation needs. A zone can be typed in many spellings, and each has its own
 * formatters.
 */
const mostKept = 1_000

/**
 * A formatter for dates and times, in UTC unless `timeZone` is given. @throws RangeError if Intl
 * doesn't know the zone
 */
export const dateFormat = (
  options: Intl.DateTimeFormatOptions,
  locale = 'en-GB',
): Intl.DateTimeFormat =>
  keep(
    `date ${locale} ${JSON.stringify(options)}`,
    () => new Intl.DateTimeFormat(locale, { timeZone: 'UTC', ...options }),
  )

export const numberFormat = (
  options: Intl.NumberFormatOptions = {},
  locale = 'en-GB',
): Intl.NumberFormat =>
  keep(`number ${locale} ${JSON.stringify(options)}`, () => new Intl.NumberFormat(locale, options))

const letters = new Intl.Segmenter('en', { granularity: 'grapheme' })

/** What people see as one letter, such as a flag, one after the other. */
export function* lettersOf(text: string): Generator<string> {
  for (const { segment } of letters.segment(text)) yield segment
}

/** Whether Intl knows a time zone by this name. */
export const isTimeZone = (name: string): boolean => {
  try {
    return new Intl.DateTimeFormat('en-GB', { timeZone: name }).resolvedOptions().timeZone !== ''
  } catch (error) {
    if (error instanceof RangeError) return false
    throw error
  }
}

type Habits = { hours: 12 | 24; order: string; weekStart: number }
/** Both names exist: engines went from a property to a method. */
type WithWeeks = Intl.Locale & {
  getWeekInfo?(): { firstDay: number }
  weekInfo?: { firstDay: number }
}

/**
 * How dates are written where a language such as `de-CH` is spoken. `order`: `dmy`, `mdy` or `ymd`.
 * `weekStart`: Monday is 1. Null if Intl doesn't know the language.
 */
export const localeHabits = (tag: string): Habits | null => {
  try {
    if (Intl.DateTimeFormat.supportedLocalesOf(tag).length === 0) return null
    const locale = new Intl.Locale(tag).maximize() as WithWeeks
    const parts = dateFormat({ day: '2-digit', month: '2-digit', year: 'numeric' }, tag)
      .formatToParts(0)
      .filter(({ type }) => ['day', 'month', 'year'].includes(type))
    const { hourCycle } = dateFormat({ hour: 'numeric' }, tag).resolvedOptions()
    return {
      hours: hourCycle === 'h12' || hourCycle === 'h11' ? 12 : 24,
      order: parts.map(({ type }) => type[0]).join(''),
      weekStart: (locale.getWeekInfo?.() ?? locale.weekInfo)?.firstDay ?? 1,
    }
  } catch (error) {
    if (error instanceof RangeError) return null
    throw error
  }
}

const keep = <T extends Intl.DateTimeFormat | Intl.NumberFormat>(key: string, make: () => T): T => {
  const found = kept.get(key)
  if (found) return found as T
  const made = make()
  if (kept.size >= mostKept) kept.delete(kept.keys().next().value ?? '')
  kept.set(key, made)
  return made
}
