import { describe, expect, it } from 'vitest'
import { nextPacificDay } from '../../../platforms/graph/account-insights.ts'
import type { KnownDay } from '../../../platforms/measurer.ts'

const at = (time: string) => Date.parse(time)
const spanOf = (now: string, known: KnownDay[]) => {
  const day = nextPacificDay(at(now), known)
  return (
    day && {
      ...day,
      sinceMs: new Date(day.sinceMs).toISOString(),
      untilMs: new Date(day.untilMs).toISOString(),
    }
  )
}
const dayMs = 86_400_000
/** Days with numbers that were read so late that they aren't requested again. */
const read = (...dates: string[]): KnownDay[] =>
  dates.map((date) => ({ date, isEmpty: false, takenAt: new Date(at(date) + 300 * dayMs) }))
const readAt = (date: string, takenAt: string, isEmpty: boolean): KnownDay => ({
  date,
  isEmpty,
  takenAt: new Date(takenAt),
})

describe('a day of an account, from midnight to midnight in California, once it has had 48 hours to settle', () => {
  it.each([
    [
      'an ordinary day',
      '2026-06-10T12:00:00Z',
      '2026-06-07',
      '2026-06-07T07:00:00.000Z',
      '2026-06-08T07:00:00.000Z',
    ],
    [
      '25 hours when summer time ends',
      '2026-11-04T12:00:00Z',
      '2026-11-01',
      '2026-11-01T07:00:00.000Z',
      '2026-11-02T08:00:00.000Z',
    ],
    [
      '23 hours when it begins',
      '2026-03-11T12:00:00Z',
      '2026-03-08',
      '2026-03-08T08:00:00.000Z',
      '2026-03-09T07:00:00.000Z',
    ],
    [
      'settled to the second',
      '2026-11-04T08:00:00Z',
      '2026-11-01',
      '2026-11-01T07:00:00.000Z',
      '2026-11-02T08:00:00.000Z',
    ],
    [
      'not yet a second before',
      '2026-11-04T07:59:59Z',
      '2026-10-31',
      '2026-10-31T07:00:00.000Z',
      '2026-11-01T07:00:00.000Z',
    ],
  ])('%s', (_, now, date, sinceMs, untilMs) => {
    expect(spanOf(now, [])).toEqual({ date, sinceMs, untilMs, hasMore: false })
  })

  it('missed days are requested one by one, across clock changes too, until none is left', () => {
    const now = '2026-11-04T12:00:00Z'
    expect(spanOf(now, read('2026-10-29'))).toMatchObject({ date: '2026-10-30', hasMore: true })
    expect(spanOf(now, read('2026-10-29', '2026-10-30'))).toMatchObject({
      date: '2026-10-31',
      hasMore: true,
    })
    const toSaturday = read('2026-10-29', '2026-10-30', '2026-10-31')
    expect(spanOf(now, toSaturday)).toMatchObject({
      date: '2026-11-01',
      untilMs: '2026-11-02T08:00:00.000Z',
      hasMore: false,
    })
    expect(spanOf(now, [...toSaturday, ...read('2026-11-01')])).toBeNull()
  })

  it('missed days are requested at most four weeks back', () => {
    expect(spanOf('2026-11-04T12:00:00Z', read('2026-01-01'))).toMatchObject({
      date: '2026-10-05',
      hasMore: true,
    })
  })

  it('a gap between known days is requested too', () => {
    const known = read('2026-10-30', '2026-11-01')
    expect(spanOf('2026-11-04T12:00:00Z', known)).toMatchObject({
      date: '2026-10-31',
      hasMore: false,
    })
  })
})

describe('a day that was already requested', () => {
  const later = (now: string, known: KnownDay[]) => spanOf(now, known)?.date ?? null
  const around = (day: KnownDay) => [
    day,
    ...read('2026-06-08', '2026-06-09', '2026-06-10', '2026-06-11', '2026-06-12'),
  ]

  it('is requested once more five days after its end, then never again', () => {
    const first = around(readAt('2026-06-07', '2026-06-10T07:30:00Z', false))
    expect(later('2026-06-13T06:59:00Z', first)).toBeNull()
    expect(later('2026-06-13T07:00:00Z', first)).toBe('2026-06-07')
    const second = around(readAt('2026-06-07', '2026-06-13T07:20:00Z', false))
    expect(later('2026-06-14T06:00:00Z', second)).toBeNull()
  })

  it('is requested repeatedly for four weeks if it had no numbers, even when later days had them', () => {
    let takenAt = at('2026-06-10T07:30:00Z')
    const looks: number[] = []
    const dates = Array.from({ length: 60 }, (_, day) =>
      new Date(at('2026-06-08') + day * dayMs).toISOString().slice(0, 10),
    )
    for (let hour = 0; hour < 50 * 24; hour += 1) {
      const now = new Date(at('2026-06-10T08:00:00Z') + hour * 3_600_000)
      const known = [readAt('2026-06-07', new Date(takenAt).toISOString(), true), ...read(...dates)]
      if (later(now.toISOString(), known) !== '2026-06-07') continue
      takenAt = now.getTime()
      looks.push(Math.floor((takenAt - at('2026-06-08T07:00:00Z')) / dayMs))
    }
    expect(looks).toEqual([3, 5, 8, 12, 17, 22, 27])
  })
})
