import { expect, test } from 'vitest'
import { readDate, spanAround } from '../../../web/posts/calendar/days.ts'
import {
  dateOf,
  foldOf,
  readWallTime,
  startOfDay,
  wallTimeOf,
} from '../../../web/time/wall-time.ts'
import { european } from '../../support/european.ts'

const zurich = 'Europe/Zurich'

test('a time is read in the workspace’s time zone', () => {
  expect(readWallTime('2026-11-26T10:00', zurich, null)).toEqual({
    ok: true,
    dueAt: new Date('2026-11-26T09:00:00Z'),
    wallTime: '2026-11-26T10:00',
    choices: [],
  })
  expect(readWallTime('2026-11-26T10:00', 'Asia/Kathmandu', null)).toMatchObject({
    dueAt: new Date('2026-11-26T04:15:00Z'),
  })
})

test('typed seconds are kept, because posts go out to the second', () => {
  expect(readWallTime('2026-11-26T10:00:59', zurich, null)).toMatchObject({
    wallTime: '2026-11-26T10:00:59',
  })
  expect(wallTimeOf(new Date('2026-11-26T09:00:59Z'), zurich)).toBe('2026-11-26T10:00:59')
  expect(wallTimeOf(new Date('2026-11-26T09:00:00Z'), zurich)).toBe('2026-11-26T10:00')
})

test('a time inside the spring gap is refused with the day, the time zone and the next valid time', () => {
  const read = readWallTime('2026-03-29T02:30', zurich, null, european)
  expect(read).toEqual({
    ok: false,
    words:
      '02:30 does not exist on 29 March 2026 in Europe/Zurich: the clocks go forward over it. The next time after the gap is 03:00.',
    choices: [],
  })
  expect(readWallTime('2026-03-29T02:30', zurich, 'later').ok).toBe(false)
  expect(readWallTime('2026-03-29T03:00', zurich, null)).toMatchObject({
    dueAt: new Date('2026-03-29T01:00:00Z'),
  })
  expect(readWallTime('2026-03-29T01:59', zurich, null)).toMatchObject({
    dueAt: new Date('2026-03-29T00:59:00Z'),
  })
})

test('for the hour that happens twice in autumn, we ask which one is meant', () => {
  const read = readWallTime('2026-10-25T02:30', zurich, null, european)
  expect(read).toMatchObject({ ok: false, choices: [{ fold: 'earlier' }, { fold: 'later' }] })
  expect(read.ok ? '' : read.words).toContain('happens twice on 25 October 2026')
  expect(readWallTime('2026-10-25T02:30', zurich, 'earlier')).toMatchObject({
    dueAt: new Date('2026-10-25T00:30:00Z'),
  })
  expect(readWallTime('2026-10-25T02:30', zurich, 'later')).toMatchObject({
    dueAt: new Date('2026-10-25T01:30:00Z'),
  })
})

test('which of the two hours a stored time was can be found again', () => {
  expect(foldOf(new Date('2026-10-25T00:30:00Z'), zurich)).toBe('earlier')
  expect(foldOf(new Date('2026-10-25T01:30:00Z'), zurich)).toBe('later')
})

test.each(['', 'tomorrow', '2026-13-40T10:00', '2026-11-26', '2026-11-26T10:00Z'])(
  '%j is not a time',
  (typed) => {
    expect(readWallTime(typed, zurich, null)).toMatchObject({ ok: false, choices: [] })
  },
)

test('an instant is written in the form’s format, and its day is the day in the time zone', () => {
  const at = new Date('2026-11-25T23:30:00Z')
  expect(wallTimeOf(at, zurich)).toBe('2026-11-26T00:30')
  expect(dateOf(at, zurich)).toBe('2026-11-26')
  expect(dateOf(at, 'America/New_York')).toBe('2026-11-25')
})

test('a day starts at its first instant, even where midnight is skipped', () => {
  expect(startOfDay('2026-11-26', zurich)).toEqual(new Date('2026-11-25T23:00:00Z'))
  expect(startOfDay('2026-03-22', 'Africa/Cairo')).toEqual(new Date('2026-03-21T22:00:00Z'))
  expect(startOfDay('2026-04-24', 'Africa/Cairo')).toEqual(new Date('2026-04-23T22:00:00Z'))
})

test('a month shows whole weeks from Monday and links to the months before and after', () => {
  const span = spanAround('month', '2026-11-23', { zone: zurich, dates: european })
  expect(span.title).toBe('November 2026')
  expect(span.weeks[0]).toEqual([
    '2026-10-26',
    '2026-10-27',
    '2026-10-28',
    '2026-10-29',
    '2026-10-30',
    '2026-10-31',
    '2026-11-01',
  ])
  expect(span.weeks.at(-1)?.at(-1)).toBe('2026-12-06')
  expect([span.before, span.after]).toEqual(['2026-10', '2026-12'])
  expect(span.from).toEqual(new Date('2026-10-25T23:00:00Z'))
})

test('a week begins on the day that the reader chose', () => {
  const monthFrom = (weekStart: 1 | 6 | 7) =>
    spanAround('month', '2026-11-23', { zone: zurich, dates: { ...european, weekStart } }).weeks
  expect(monthFrom(7).map(([first]) => first)).toEqual([
    '2026-11-01',
    '2026-11-08',
    '2026-11-15',
    '2026-11-22',
    '2026-11-29',
  ])
  expect(monthFrom(6)[0]?.[0]).toBe('2026-10-31')
  expect(monthFrom(6).at(-1)?.at(-1)).toBe('2026-12-04')
})

test('a week with a clock change has its real length', () => {
  const span = spanAround('week', '2026-10-25', { zone: zurich, dates: european })
  expect((span.to.getTime() - span.from.getTime()) / 3_600_000).toBe(7 * 24 + 1)
})

test.each([
  ['2026-02', '2026-02-01'],
  ['2026-02-30', '2026-11-23'],
  ['nonsense', '2026-11-23'],
  [undefined, '2026-11-23'],
])('%s in the URL is read as a date or ignored', (typed, expected) => {
  expect(readDate(typed, '2026-11-23')).toBe(expected)
})
