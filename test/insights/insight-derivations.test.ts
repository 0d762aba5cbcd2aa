import { describe, expect, it } from 'vitest'
import { usualStyle } from '../../text/date-style.ts'
import { axisStart, drawLines, type LineSpec } from '../../web/charts/line.ts'
import { shortNumbers } from '../../web/charts/text.ts'
import { rateHours, rateHoursOnce } from '../../web/insights/best-hours.ts'
import { changeOf, differenceOf } from '../../web/insights/changes.ts'
import { hoursOf } from '../../web/insights/hours.ts'
import { followersLine, lineOf, pointsOf } from '../../web/insights/lines.ts'
import { bucketsOf, readInsightRange } from '../../web/insights/range.ts'
import { formats } from '../../web/time/formats.ts'
import { european } from '../support/european.ts'

const today = '2026-11-25'
const fmt = formats({ zone: 'UTC', dates: european })
const nothing = {
  reach: null,
  likes: null,
  comments: null,
  shares: null,
  saves: null,
  takenAt: new Date(),
}

describe('ranges', () => {
  it('are whole days until yesterday, compared with the same number of days before', () => {
    const { range } = readInsightRange({ range: '28d' }, today, '2026-01-01')
    expect([range.from, range.to, range.days]).toEqual(['2026-10-28', '2026-11-24', 28])
    expect(range.before).toEqual({ from: '2026-09-30', to: '2026-10-27' })
  })

  it('end today if the first numbers are from today', () => {
    expect(readInsightRange({ range: '7d' }, today, today).range.to).toBe(today)
  })

  it('of 12 months consist of weeks, the first one partial; of 24 months have no earlier data to compare with', () => {
    const { range } = readInsightRange({ range: '12m' }, today, null)
    const buckets = bucketsOf(range, range.size)
    expect(buckets.reduce((sum, one) => sum + one.days, 0)).toBe(range.days)
    expect(buckets.at(-1)).toEqual({ from: '2026-11-18', to: '2026-11-24', days: 7 })
    expect(buckets[0]).toEqual({ from: '2025-11-25', to: '2025-11-25', days: 1 })
    expect(range.before).not.toBeNull()
    expect(readInsightRange({ range: '24m' }, today, null).range.before).toBeNull()
  })

  it('of 12 months are compared with the 12 months before, even around February 29', () => {
    for (const day of [
      '2028-02-29',
      '2028-03-01',
      '2028-12-31',
      '2029-02-28',
      '2029-03-01',
      '2029-06-15',
    ]) {
      const { range } = readInsightRange({ range: '12m' }, day, '2020-01-01')
      expect([day, range.before]).toEqual([day, expect.anything()])
      const months = (a: string, b: string) =>
        new Date(b).getUTCMonth() -
        new Date(a).getUTCMonth() +
        12 * (Number(b.slice(0, 4)) - Number(a.slice(0, 4)))
      expect([day, months(range.before!.from, range.from)]).toEqual([day, 12])
    }
  })

  it('work with the shortest month', () => {
    expect(readInsightRange({ range: '12m' }, '2028-03-01', null).range.from).toBe('2027-03-01')
    expect(
      readInsightRange({ from: '2028-02-29', to: '2028-02-29' }, '2028-03-01', null).range.days,
    ).toBe(1)
    expect(
      readInsightRange({ from: '2027-02-29', to: '2027-03-01' }, '2028-03-01', null).faults.from,
    ).toContain('first day')
  })

  it('that extend beyond the kept data or into the future are shortened with a note', () => {
    const { range } = readInsightRange({ from: '2020-01-01', to: '2030-01-01' }, today, null)
    expect([range.from, range.to]).toEqual(['2024-11-25', today])
    expect(range.notes).toHaveLength(3)
  })
})

describe('lines', () => {
  const { range } = readInsightRange({ from: '2026-11-01', to: '2026-11-03' }, today, null)

  it('put sums at their points and leave a gap where nothing was read', () => {
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

  it('of followers show the level, compared with the day before the range', () => {
    const level = (day: string, followers: number | null) => ({
      day,
      followers,
      channelId: null,
      accounts: 1,
    })
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
    [118, 100, 'up', '18%', '18% more than'],
    [97, 100, 'down', '3%', '3% fewer than'],
    [100, 100, 'same', 'no change', 'as many as'],
    [1001, 1000, 'same', 'no change', 'about as many as'],
    [5000, 100, 'up', '50 times', '50 times as many as'],
    [4, 0, 'up', '4', '4 more than'],
    [-5, 100, 'down', '105', '105 fewer than'],
    [88, -2, 'up', '90', '90 more than'],
  ])('%i after %i', (now, before, direction, short, said) => {
    const change = changeOf(now, before, fmt)
    expect([change?.direction, change?.short, `${change?.words} ${change?.joins}`]).toEqual([
      direction,
      short,
      said,
    ])
  })

  it('are empty if one side is unknown', () => {
    expect(changeOf(null, 3, fmt)).toBeNull()
    expect(changeOf(3, null, fmt)).toBeNull()
    expect(differenceOf(88, 100, fmt)).toMatchObject({ direction: 'down', short: '12' })
  })
})

describe('the best hours', () => {
  const hour = (hourOfWeek: number, ratio: number, posts: number, stands: boolean) => ({
    ...{
      hourOfWeek,
      ratio,
      posts,
      stands,
      gain: ratio,
      low: ratio - 0.1,
      high: ratio + 0.1,
      sinceMs: Date.UTC(2026, 0, 5),
    },
  })

  it('are the hours that stand out, best first, with their range and number of posts', () => {
    const hours = hoursOf(
      [
        hour(9, 9, 1, false),
        hour(90, 1.4, 6, true),
        hour(36, 0.5, 5, false),
        hour(154, 1.6, 5, true),
      ],
      { zone: 'Europe/Zurich', dates: { ...usualStyle, hours: 24 } },
    )
    expect(hours?.best.map((one) => `${one.words}: ${one.more}`)).toEqual([
      'Sunday 10:00: about 60% more views than usual (50% to 70%), 5 posts',
      'Thursday 18:00: about 40% more views than usual (30% to 50%), 6 posts',
    ])
    expect(hours?.chart.cells.filter((cell) => cell.best)).toHaveLength(2)
    expect(hours?.chart.heads.at(-1)?.words).toBe('21')
    expect(hours?.chart.cells[0]).toMatchObject({ few: true, level: 4, row: 0, column: 9 })
    expect(hoursOf([], { zone: 'UTC', dates: usualStyle })).toBeNull()
  })

  it('are written with AM and PM for readers who chose 12 hours', () => {
    const reader = { zone: 'Europe/Zurich', dates: usualStyle }
    const hours = hoursOf([hour(90, 1.4, 6, true)], reader)
    expect(hours?.best[0]?.words).toBe('Thursday 6:00 PM')
    expect(hours?.rows[0]?.words).toBe('Thursday 6:00 PM')
    expect(hours?.chart.heads.map((one) => one.words)).toEqual(['12 AM', '6 AM', '12 PM', '6 PM'])
  })
})

describe('hour ratings', () => {
  const posts = Array.from({ length: 40 }, (_, index) => ({
    ...{
      stratum: 'a photo',
      atMs: index * 86_400_000,
      hourOfWeek: (index % 7) * 24 + 9,
      views: 100 + index * (index % 3),
    },
  }))

  it('are computed once for the same posts, and again if a single number differs', () => {
    const first = rateHoursOnce(posts)
    expect(first).toEqual(rateHours(posts))
    expect(rateHoursOnce(posts.map((post) => ({ ...post })))).toBe(first)
    const changed = posts.map((post, index) =>
      index === 20 ? { ...post, views: post.views + 500 } : post,
    )
    expect(rateHoursOnce(changed)).toEqual(rateHours(changed))
    expect(rateHoursOnce(changed)).not.toEqual(first)
  })

  it('are dropped from the cache after a hundred others', () => {
    const first = rateHoursOnce(posts)
    for (let other = 0; other < 100; other += 1)
      rateHoursOnce(posts.slice(0, 7).map((post) => ({ ...post, views: post.views + other })))
    expect(rateHoursOnce(posts)).not.toBe(first)
    expect(rateHoursOnce(posts)).toEqual(first)
  })
})

describe('a drawn chart', () => {
  const spec: LineSpec = {
    kind: 'line',
    id: 'x',
    title: 'A <b> & "c"',
    desc: 'd',
    series: [{ tone: 'now', label: 'Views', values: [1, null, 3, 4] }],
    places: [0, 1 / 3, 2 / 3, 1],
    ticks: [],
    tips: [],
    heightPx: 100,
    fromZero: true,
    dots: false,
    marks: [],
    below: [],
  }

  it('breaks its line at a gap and shows a value between two gaps as a dot', () => {
    const svg = drawLines(spec)
    expect(svg.match(/ d="([^"]+)"/)?.[1]?.match(/M/g)).toHaveLength(2)
    expect(svg.match(/<circle/g)).toHaveLength(1)
  })

  it('escapes text and contains no NaN, whatever the values', () => {
    expect(drawLines(spec)).toContain('A &#60;b&#62; &#38; &#34;c&#34;')
    for (const values of [[], [null], [0], [0, 0], [-5, 5], [5, 5]])
      expect(
        drawLines({ ...spec, fromZero: false, series: [{ tone: 'now', label: 'Views', values }] }),
      ).not.toMatch(/NaN|Infinity|undefined/)
  })

  it('ends its axis at 1 for numbers below 1, and says where the axis starts', () => {
    const low = {
      ...spec,
      series: [{ tone: 'now' as const, label: 'Views', values: [0.2, 0.4, 0.1, 0.3] }],
    }
    expect(
      [...drawLines(low).matchAll(/class="y"[^>]*>([^<]*)</g)].map(([, words]) => words),
    ).toEqual(['0', '1'])
    expect(axisStart(low)).toBe(0)
    const level = {
      ...low,
      fromZero: false,
      series: [{ tone: 'now' as const, label: 'Followers', values: [4_810, 4_890, 4_920, 4_990] }],
    }
    expect(axisStart(level)).toBe(4_800)
  })

  it('shows marks as vertical lines, days with a post as circles below the axis, and the names of two lines at their ends', () => {
    const svg = drawLines({
      ...spec,
      marks: [2],
      below: [0, 3],
      series: [...spec.series, { tone: 'before', label: 'Previous', values: [1, 2, 3, 4] }],
    })
    expect(svg.match(/<line class="mark"/g)).toHaveLength(1)
    expect(svg.match(/class="below"/g)).toHaveLength(2)
    const ends = [...svg.matchAll(/class="end \w+" x="100%" dx="8" y="([\d.-]+)">([^<]+)/g)].map(
      ([, y, words]) => [words, Number(y)] as const,
    )
    expect(ends.map(([words]) => words)).toEqual(['Views', 'Previous'])
    expect(Math.abs(ends[0]![1] - ends[1]![1])).toBeGreaterThanOrEqual(16)
  })

  it('abbreviates axis labels only if that changes none of them', () => {
    expect(shortNumbers([0, 1000, 1500, 2_000_000])).toEqual(['0', '1k', '1.5k', '2m'])
    expect(shortNumbers([12_940, 12_950])).toEqual(['12,940', '12,950'])
  })
})
