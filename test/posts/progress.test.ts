import { expect, test } from 'vitest'
import type { TargetRow } from '../../db/posts/targets.ts'
import { usualStyle } from '../../text/date-style.ts'
import { lookAgainInS, progressWords } from '../../web/posts/progress-words.ts'
import { receiptOf } from '../../web/posts/receipt.ts'
import { formats } from '../../web/time/formats.ts'
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

test('seconds stand before AM and PM, and after the minute for readers who chose 24 hours', () => {
  const at = new Date('2026-12-01T20:05:00.250Z')
  const published = {
    state: 'published' as const,
    dueAt: at,
    publishedAt: at,
    confirmedBy: 'found on the Page',
    notBefore: null,
    inboxUntil: null,
    settings: {},
  }
  const written = (hours: 12 | 24) => {
    const fmt = formats({ zone: 'UTC', dates: { ...usualStyle, hours } }, now)
    const receipt = receiptOf(published as TargetRow, [], {
      fmt,
      platform: 'Facebook',
      prepareAheadMs: 60_000,
    })
    const ready = { ...published, state: 'ready' as const }
    return [progressWords(armed, ready, fmt), ...receipt.map((row) => row.words)].slice(0, 3)
  }
  expect(written(12)).toEqual([
    'Ready. Publishes today, 8:05:00 PM.',
    'today, 8:05:00 PM',
    '8:05:00 PM · found on the Page',
  ])
  expect(written(24)).toEqual([
    'Ready. Publishes today, 20:05:00.',
    'today, 20:05:00',
    '20:05:00 · found on the Page',
  ])
})
