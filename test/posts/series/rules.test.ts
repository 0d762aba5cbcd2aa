import { describe, expect, it } from 'vitest'
import type { RepeatRule } from '../../../db/posts/series/series.ts'
import { datesOf, occurrenceTime } from '../../../posting/series/dates.ts'
import { shiftRule } from '../../../web/posts/series/shift.ts'
import { ruleWords } from '../../../web/posts/series/words.ts'

const first = (count: number, rule: RepeatRule, startsOn: string): string[] => {
  const found: string[] = []
  for (const date of datesOf(rule, startsOn)) {
    if (found.push(date) === count) break
  }
  return found
}
const weeks = (step: number, weekdays: number[]): RepeatRule => ({ every: 'week', step, weekdays })

describe('the dates of a series', () => {
  it.each<[string, RepeatRule, string, string[]]>([
    [
      'every second Tuesday',
      weeks(2, [2]),
      '2026-12-08',
      ['2026-12-08', '2026-12-22', '2027-01-05'],
    ],
    [
      'every second week on Monday and Sunday',
      weeks(2, [7, 1]),
      '2026-12-13',
      ['2026-12-13', '2026-12-21', '2026-12-27', '2027-01-04'],
    ],
    [
      'on the last day of every month',
      { every: 'month', day: 31 },
      '2027-12-31',
      ['2027-12-31', '2028-01-31', '2028-02-29', '2028-03-31', '2028-04-30'],
    ],
    [
      'on the 29th of every month, or on its last day',
      { every: 'month', day: 29 },
      '2027-01-29',
      ['2027-01-29', '2027-02-28', '2027-03-29'],
    ],
    [
      'on the first Friday of every month',
      { every: 'month', week: 'first', weekday: 5 },
      '2027-01-01',
      ['2027-01-01', '2027-02-05', '2027-03-05'],
    ],
    [
      'on the last Sunday of every month',
      { every: 'month', week: 'last', weekday: 7 },
      '2027-01-31',
      ['2027-01-31', '2027-02-28', '2027-03-28'],
    ],
  ])('%s', (words, rule, startsOn, dates) => {
    expect([ruleWords(rule), first(dates.length, rule, startsOn)]).toEqual([words, dates])
  })

  it('keep the time of day when the clocks change, come later where it is skipped, and once where it happens twice', () => {
    const at = (date: string, wallTime: string) => {
      const time = occurrenceTime({ zone: 'Europe/Zurich', wallTime }, date)
      return [time.wallTime, time.dueAt.toISOString()]
    }
    expect(at('2026-10-24', '18:00')).toEqual(['2026-10-24T18:00', '2026-10-24T16:00:00.000Z'])
    expect(at('2026-10-26', '18:00')).toEqual(['2026-10-26T18:00', '2026-10-26T17:00:00.000Z'])
    expect(at('2026-03-29', '02:30')).toEqual(['2026-03-29T03:30', '2026-03-29T01:30:00.000Z'])
    expect(at('2026-10-25', '02:30')).toEqual(['2026-10-25T02:30', '2026-10-25T00:30:00.000Z'])
  })

  it('moved together follow another rule, unless none describes them', () => {
    expect(shiftRule(weeks(2, [2]), '2026-12-08', '2026-12-16')).toEqual(weeks(2, [3]))
    expect(shiftRule(weeks(1, [1, 7]), '2026-12-13', '2026-12-14')).toEqual(weeks(1, [1, 2]))
    expect(shiftRule(weeks(2, [1, 7]), '2026-12-13', '2026-12-14')).toBeNull()
    const last: RepeatRule = { every: 'month', week: 'last', weekday: 5 }
    expect(shiftRule(last, '2026-12-25', '2026-12-31')).toEqual({ ...last, weekday: 4 })
    expect(shiftRule(last, '2026-12-25', '2026-12-16')).toEqual({ every: 'month', day: 16 })
  })
})
