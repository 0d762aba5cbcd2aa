import { expect, test } from 'vitest'
import { firstMeasureAt, nextAccountAt, nextMeasureAt } from '../../activities/insights/times.ts'

const hourMs = 3_600_000
const dayMs = 24 * hourMs
const publishedAt = new Date('2026-03-01T10:00:00Z')
const post = (channelId: string, toldForMs: number | null = null) => ({
  channelId,
  publishedAt,
  toldForMs,
})

/** All ages at which a post is measured if each reading is on time, in milliseconds. */
const agesOf = (channelId: string, toldForMs: number | null = null): number[] => {
  const ages: number[] = []
  for (
    let at = firstMeasureAt(post(channelId, toldForMs), publishedAt.getTime());
    at;
    at = nextMeasureAt(post(channelId, toldForMs), at.getTime())
  )
    ages.push(at.getTime() - publishedAt.getTime())
  return ages
}

test('promise U3: 1 h, 6 h, 24 h, daily to day 30, weekly to month 24: 132 times, never early, at most ten minutes late', () => {
  const wanted = [1, 6, 24].map((hours) => hours * hourMs)
  for (let day = 2; day <= 30; day += 1) wanted.push(day * dayMs)
  for (let day = 37; day <= 730; day += 7) wanted.push(day * dayMs)
  const ages = agesOf('0199c0de-0000-7000-8000-000000000001')
  expect(ages).toHaveLength(132)
  const lates = ages.map((age, index) => age - wanted[index]!)
  expect(new Set(lates).size).toBe(1)
  expect(lates[0]).toBeGreaterThanOrEqual(0)
  expect(lates[0]).toBeLessThan(600_000)
})

test('posts with numbers for one day only are measured hourly, and a last time half an hour before the end', () => {
  const ages = agesOf('0199c0de-0000-7000-8000-000000000001', dayMs)
  expect(ages).toHaveLength(24)
  expect(ages.slice(0, 23).map((age) => Math.floor(age / hourMs))).toEqual(
    Array.from({ length: 23 }, (_, index) => index + 1),
  )
  expect(ages.at(-1)).toBe(dayMs - hourMs / 2)
})

test('accounts are spread over minutes by their ids', () => {
  const shifts = Array.from({ length: 200 }, (_, index) => agesOf(`channel-${index}`)[0]! - hourMs)
  expect(new Set(shifts.map((shift) => Math.floor(shift / 60_000))).size).toBe(10)
})

test('missed readings are made up for once, and nothing is due after the last one', () => {
  const at = (days: number) => publishedAt.getTime() + days * dayMs
  expect(firstMeasureAt(post('c'), at(10.5))?.getTime()).toBe(at(10.5))
  expect(nextMeasureAt(post('c'), at(10.5))?.getTime()).toBeGreaterThanOrEqual(at(11))
  expect(nextMeasureAt(post('c'), at(731))).toBeNull()
  expect(firstMeasureAt(post('c'), at(731))).toBeNull()
  expect(firstMeasureAt(post('c', dayMs), at(1.1))).toBeNull()
})

test('an account is read at the time of day at which it was connected, whenever it was last read', () => {
  const next = (lastMs: number) => nextAccountAt('c', publishedAt, lastMs).getTime()
  const first = next(publishedAt.getTime())
  expect(first - publishedAt.getTime() - dayMs).toBeGreaterThanOrEqual(0)
  expect(first - publishedAt.getTime() - dayMs).toBeLessThan(600_000)
  expect(next(first)).toBe(first + dayMs)
  expect(next(first + 0.4 * dayMs)).toBe(first + dayMs)
  expect(next(first + 3.6 * dayMs)).toBe(first + 5 * dayMs)
})

test('posts without any numbers are never measured', () => {
  expect(firstMeasureAt(post('any', 0), publishedAt.getTime())).toBeNull()
  expect(nextMeasureAt(post('any', 0), publishedAt.getTime())).toBeNull()
})
