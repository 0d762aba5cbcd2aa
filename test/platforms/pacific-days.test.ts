import { describe, expect, it } from 'vitest'
import { nextPacificDay } from '../../platforms/graph/account-insights.ts'

const at = (time: string) => Date.parse(time)
const spanOf = (now: string, after: string | null) => {
  const day = nextPacificDay(at(now), after)
  return day && { ...day, sinceMs: new Date(day.sinceMs).toISOString(), untilMs: new Date(day.untilMs).toISOString() }
}

describe('a day of an account, from midnight to midnight in California, once it has had 48 hours to settle', () => {
  it.each([
    ['an ordinary day', '2026-06-10T12:00:00Z', '2026-06-07', '2026-06-07T07:00:00.000Z', '2026-06-08T07:00:00.000Z'],
    [
      '25 hours when summer time ends',
      '2026-11-04T12:00:00Z',
      '2026-11-01',
      '2026-11-01T07:00:00.000Z',
      '2026-11-02T08:00:00.000Z',
    ],
    ['23 hours when it begins', '2026-03-11T12:00:00Z', '2026-03-08', '2026-03-08T08:00:00.000Z', '2026-03-09T07:00:00.000Z'],
    ['settled to the second', '2026-11-04T08:00:00Z', '2026-11-01', '2026-11-01T07:00:00.000Z', '2026-11-02T08:00:00.000Z'],
    ['not yet a second before', '2026-11-04T07:59:59Z', '2026-10-31', '2026-10-31T07:00:00.000Z', '2026-11-01T07:00:00.000Z'],
  ])('%s', (_, now, date, sinceMs, untilMs) => {
    expect(spanOf(now, null)).toEqual({ date, sinceMs, untilMs, hasMore: false })
  })

  it('what was missed is asked day by day, over the change of the clock too, until nothing is left', () => {
    const now = '2026-11-04T12:00:00Z'
    expect(spanOf(now, '2026-10-29')).toMatchObject({ date: '2026-10-30', hasMore: true })
    expect(spanOf(now, '2026-10-30')).toMatchObject({ date: '2026-10-31', untilMs: '2026-11-01T07:00:00.000Z', hasMore: true })
    expect(spanOf(now, '2026-10-31')).toMatchObject({ date: '2026-11-01', hasMore: false })
    expect(spanOf(now, '2026-11-01')).toBeNull()
  })

  it('four weeks back at most', () => {
    expect(spanOf('2026-11-04T12:00:00Z', '2026-01-01')).toMatchObject({ date: '2026-10-05', hasMore: true })
  })
})
