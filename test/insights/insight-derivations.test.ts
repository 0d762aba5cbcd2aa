import { describe, expect, it } from 'vitest'
import { drawLines, type LineSpec } from '../../web/charts/line.ts'
import { shortNumbers } from '../../web/charts/text.ts'
import { formats } from '../../web/formats.ts'
import { changeOf, differenceOf } from '../../web/insight-changes.ts'
import { hoursOf } from '../../web/insight-hours.ts'
import { followersLine, lineOf, pointsOf } from '../../web/insight-lines.ts'
import { bucketsOf, readRange } from '../../web/insight-range.ts'

const today = '2026-11-25'
const fmt = formats('UTC')
const nothing = { reach: null, likes: null, comments: null, shares: null, saves: null, takenAt: new Date() }

describe('ranges', () => {
  it('are whole days until yesterday, with as many before', () => {
    const { range } = readRange({ range: '28d' }, today, '2026-01-01')
    expect([range.from, range.to, range.days]).toEqual(['2026-10-28', '2026-11-24', 28])
    expect(range.before).toEqual({ from: '2026-09-30', to: '2026-10-27' })
  })

  it('end today where numbers began today', () => {
    expect(readRange({ range: '7d' }, today, today).range.to).toBe(today)
  })

  it('of 12 months are weeks, the first with what is left over; of 24 months have nothing kept before', () => {
    const { range } = readRange({ range: '12m' }, today, null)
    const buckets = bucketsOf(range, range.size)
    expect(buckets.reduce((sum, one) => sum + one.days, 0)).toBe(range.days)
    expect(buckets.at(-1)).toEqual({ from: '2026-11-18', to: '2026-11-24', days: 7 })
    expect(buckets[0]).toEqual({ from: '2025-11-25', to: '2025-11-25', days: 1 })
    expect(range.before).not.toBeNull()
    expect(readRange({ range: '24m' }, today, null).range.before).toBeNull()
  })

  it('survive the shortest month', () => {
    expect(readRange({ range: '12m' }, '2028-03-01', null).range.from).toBe('2027-03-01')
    expect(readRange({ from: '2028-02-29', to: '2028-02-29' }, '2028-03-01', null).range.days).toBe(1)
    expect(readRange({ from: '2027-02-29', to: '2027-03-01' }, '2028-03-01', null).faults.from).toContain('first day')
  })

  it('that reach beyond what is kept, or into the future, are cut and say so', () => {
    const { range } = readRange({ from: '2020-01-01', to: '2030-01-01' }, today, null)
    expect([range.from, range.to]).toEqual(['2024-11-25', today])
    expect(range.notes).toHaveLength(3)
  })
})

describe('lines', () => {
  const { range } = readRange({ from: '2026-11-01', to: '2026-11-03' }, today, null)

  it('put sums on their points, and leave a gap where nothing was read', () => {
    const sums = [
      { ...nothing, isBefore: false, back: 0, views: 5 },
      { ...nothing, isBefore: false, back: 2, views: -1 },
      { ...nothing, isBefore: true, back: 1, views: 7 },
    ]
    const line = lineOf('views', pointsOf(range, true), sums)
    expect([line.now, line.before]).toEqual([
      [-1, null, 5],
      [null, 7, null],
    ])
    expect([line.total, line.totalBefore]).toEqual([4, 7])
    expect(lineOf('reach', pointsOf(range, true), sums).total).toBeNull()
    expect(lineOf('views', pointsOf(range, false), sums).totalBefore).toBeNull()
  })

  it('of followers are levels, compared with the eve', () => {
    const level = (day: string, followers: number | null) => ({ day, followers, channelId: null, accounts: 1 })
    const line = followersLine(range, pointsOf(range, false), [
      level('2026-10-31', 90),
      level('2026-11-01', 95),
      level('2026-11-03', 101),
    ])
    expect([line.now, line.total, line.totalBefore]).toEqual([[95, null, 101], 101, 90])
  })
})

describe('changes', () => {
  it.each([
    [118, 100, '18 % more', 'out'],
    [97, 100, '3 % fewer', 'need'],
    [100, 100, 'as many', ''],
    [1001, 1000, 'about as many', ''],
    [5000, 100, '50 times as many', 'out'],
    [4, 0, '+ 4', 'out'],
  ])('%i after %i', (now, before, words, tone) => {
    expect(changeOf(now, before, fmt)).toEqual({ words, tone })
  })

  it('are nothing where one side is unknown', () => {
    expect(changeOf(null, 3, fmt)).toBeNull()
    expect(changeOf(3, null, fmt)).toBeNull()
    expect(differenceOf(88, 100, fmt)).toEqual({ words: '− 12', tone: 'need' })
  })
})

describe('best hours', () => {
  const since = new Date('2026-01-05T09:00:00Z')
  const hour = (weekday: number, at: number, ratio: number, posts: number, spread: number | null = 0.2) => ({
    ...{ weekday, hour: at, ratio, posts, spread, since },
  })

  it('are those with enough posts, the best first', () => {
    const hours = hoursOf(
      [hour(1, 9, 9, 1, null), hour(4, 18, 1.4, 6), hour(2, 12, 0.5, 5), hour(3, 8, 3, 4), hour(7, 10, 1.3, 5)],
      'Europe/Zurich',
    )
    expect(hours?.best.map((one) => `${one.words}: ${one.more}`)).toEqual([
      'Thursday 18:00: 40 % more views than usual',
      'Sunday 10:00: 30 % more views than usual',
    ])
    expect(hours?.chart.cells.filter((cell) => cell.best)).toHaveLength(2)
    expect(hours?.chart.cells[0]).toMatchObject({ few: true, level: 4 })
    expect(hoursOf([], 'UTC')).toBeNull()
  })

  it('are none that chance explains: the wider posts differ, the more of them it takes', () => {
    const named = (posts: number) => hoursOf([hour(4, 18, 1.4, posts, 0.9)], 'UTC')?.best.length
    expect([named(5), named(19), named(20)]).toEqual([0, 0, 1])
  })
})

describe('drawing', () => {
  const spec: LineSpec = {
    kind: 'line',
    id: 'x',
    title: 'A <b> & "c"',
    desc: 'd',
    series: [{ tone: 'now', values: [1, null, 3, 4] }],
    places: [0, 1 / 3, 2 / 3, 1],
    ticks: [],
    tips: [],
    heightPx: 100,
    fromZero: true,
    dots: false,
  }

  it('a gap breaks the line, and a value between two gaps is a dot', () => {
    const svg = drawLines(spec)
    expect(svg.match(/ d="([^"]+)"/)?.[1]?.match(/M/g)).toHaveLength(2)
    expect(svg.match(/<circle/g)).toHaveLength(1)
  })

  it('words are escaped, and there is no NaN, whatever the values', () => {
    expect(drawLines(spec)).toContain('A &#60;b&#62; &#38; &#34;c&#34;')
    for (const values of [[], [null], [0], [0, 0], [-5, 5], [5, 5]])
      expect(drawLines({ ...spec, fromZero: false, series: [{ tone: 'now', values }] })).not.toMatch(/NaN|Infinity|undefined/)
  })

  it('axis words are short unless that changes one', () => {
    expect(shortNumbers([0, 1000, 1500, 2_000_000])).toEqual(['0', '1k', '1.5k', '2m'])
    expect(shortNumbers([12_940, 12_950])).toEqual(['12,940', '12,950'])
  })
})
