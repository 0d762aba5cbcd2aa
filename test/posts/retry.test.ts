import { describe, expect, it } from 'vitest'
import { backoffMs, jitterMs, shareOf } from '../../activities/retry.ts'

describe('the wait before another try', () => {
  it('doubles with each failure', () => {
    expect([0, 1, 2, 3].map((failures) => backoffMs(failures, 500))).toEqual([
      500, 1_000, 2_000, 4_000,
    ])
  })

  it('never exceeds the maximum, however often it failed', () => {
    expect([6, 7, 5_000].map((failures) => backoffMs(failures, 1_000, 60_000))).toEqual([
      60_000, 60_000, 60_000,
    ])
  })
})

describe('the jitter that spreads work over time', () => {
  it('is the same for the same id, within its range, and different between ids', () => {
    const ids = Array.from({ length: 200 }, (_, number) => `id-${number}`)
    expect(ids.map((id) => jitterMs(id, 1_000))).toEqual(
      ids.map((id) => Math.floor(shareOf(id) * 1_000)),
    )
    expect(ids.filter((id) => jitterMs(id, 1_000) < 0 || jitterMs(id, 1_000) >= 1_000)).toEqual([])
    expect(new Set(ids.map((id) => jitterMs(id, 1_000))).size).toBeGreaterThan(100)
  })
})
