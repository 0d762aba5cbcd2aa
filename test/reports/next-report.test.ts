import { describe, expect, it } from 'vitest'
import { nextReport } from '../../posting/reports/period.ts'

describe('the next report', () => {
  const next = (period: 'week' | 'month', now: string, handledTo: string, more = {}) => {
    const { days, at } = nextReport(
      { period, weekStart: 1, hour: 8, zone: 'Europe/Zurich', handledTo, ...more },
      Date.parse(now),
    )
    return [days.from, days.to, new Date(at).toISOString()]
  }
  it('goes out on the day after its period, by the clock of the zone, also at its changes', () => {
    expect(next('month', '2026-12-01T00:30:00Z', '2026-10-31')).toEqual([
      '2026-11-01',
      '2026-11-30',
      '2026-12-01T07:00:00.000Z',
    ])
    expect(next('month', '2026-12-01T08:30:00Z', '2026-11-30')).toEqual([
      '2026-12-01',
      '2026-12-31',
      '2027-01-01T07:00:00.000Z',
    ])
    // Sunday evening in UTC is Monday in Auckland.
    expect(
      next('week', '2026-12-06T20:00:00Z', '2026-11-29', { zone: 'Pacific/Auckland' }),
    ).toEqual(['2026-11-30', '2026-12-06', '2026-12-06T19:00:00.000Z'])
    expect(next('week', '2026-12-05T12:00:00Z', '2026-11-28', { weekStart: 7 })[1]).toBe(
      '2026-12-05',
    )
    // 2:00 doesn’t exist on that Sunday, so it goes out at 3:00.
    expect(next('week', '2027-03-25T12:00:00Z', '2027-03-20', { weekStart: 7, hour: 2 })[2]).toBe(
      '2027-03-28T01:00:00.000Z',
    )
  })
  it('leaves out periods that were missed before the last one', () => {
    expect(next('week', '2026-12-02T12:00:00Z', '2026-11-01').slice(0, 2)).toEqual([
      '2026-11-23',
      '2026-11-29',
    ])
  })
})
