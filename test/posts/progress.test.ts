import { expect, test } from 'vitest'
import { lookAgainInS } from '../../web/posts/progress-words.ts'
import type { Progress } from '../../workflows/names.ts'

const now = Date.parse('2026-12-01T12:00:00Z')
const waits = (inMs: number): Progress => ({ step: 'wait', until: now + inMs, rounds: 1 })
const armed: Progress = { step: 'send', until: now + 30_000, rounds: 2 }

test('the page checks a workflow again when it moves on: the first of several, one second after its time', () => {
  expect(lookAgainInS([waits(12_300), waits(40_000), null], now)).toBe(14)
  expect(lookAgainInS([waits(-5_000)], now)).toBe(2) // it is late
})

test('the page does not check again if an event will announce the change, it is far away, or there is none', () => {
  const others = [[armed], [null], [], [waits(2 * 3_600_000)], [waits(-120_000)]]
  expect(others.map((all) => lookAgainInS(all, now))).toEqual([null, null, null, null, null])
})
