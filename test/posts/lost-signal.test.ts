import { randomUUID } from 'node:crypto'
import { beforeAll, describe, expect, test } from 'vitest'
import { factsOf } from '../../activities/posts/facts.ts'
import { leadMsFor } from '../../activities/posts/lead-time.ts'
import { jitterMs } from '../../activities/retry.ts'
import type { TargetToDrive } from '../../db/posts/targets.ts'
import { changed, progress, targetWorkflowId } from '../../workflows/names.ts'
import { type Installed, install } from '../support/installed.ts'

/**
 * A workflow knows the step after its wait. In case a signal about a change was lost, the activity
 * reads the row first.
 */

let house: Installed
beforeAll(async () => {
  house = await install()
}, 90_000)

/** The id of a post that is armed at the start of its arming window. */
const early = (): string => {
  for (;;) {
    const id = randomUUID()
    if (jitterMs(id, 20_000) < 250) return id
  }
}

/** Schedules a post that is ready immediately and armed three seconds from now. */
const schedule = async (text: string): Promise<string> => {
  const id = early()
  await house.sql`
    with made as (
      insert into posts (workspace_id, state, text, due_at, zone, wall_time)
      select id, 'scheduled', ${text}, now() + interval '63 seconds', 'UTC', '2026-01-01T00:00' from workspaces
      returning id, workspace_id, text, due_at),
    aimed as (
      insert into targets (id, workspace_id, post_id, channel_id, platform, kind, text, due_at)
      select ${id}, workspace_id, id, ${house.channel('Northside Records')}, 'facebook', 'text', text, due_at from made returning id)
    insert into outbox (kind, ref_id, next_try_at) select 'target', id, now() from aimed`
  await expect.poll(() => waitsFor(id), { interval: 50 }).toBe('send')
  return id
}

const handleOf = (id: string) => house.client.workflow.getHandle(targetWorkflowId(id))

/** What the workflow is waiting for: 'send' if it waits to arm a ready post. */
const waitsFor = async (id: string): Promise<string> => {
  const { step, until } = await handleOf(id).query(progress)
  const [row] = await house.sql<{ state: string }[]>`select state from targets where id = ${id}`
  return step === 'wait' && row?.state === 'ready' && until !== null && until < Date.now() + 5_000
    ? 'send'
    : step
}

describe('a change whose signal to the workflow was lost', () => {
  test('after a move: nothing is sent, and the workflow waits for the new time', {
    timeout: 30_000,
  }, async () => {
    const id = await schedule('It was moved, and nobody said so')
    await house.sql`
      update targets set due_at = due_at + interval '1 day', state = 'scheduled', revision = revision + 1 where id = ${id}`
    const untilTomorrow = async () =>
      ((await handleOf(id).query(progress)).until ?? 0) - Date.now() > 12 * 3_600_000
    await expect.poll(untilTomorrow, { timeout: 15_000 }).toBe(true)
    const [row] = await house.sql`select state, attempt_number from targets where id = ${id}`
    expect(row).toMatchObject({ state: 'scheduled', attemptNumber: 0 })
  })

  test('after a cancel: nothing is sent, and the workflow ends', { timeout: 30_000 }, async () => {
    const id = await schedule('It was canceled, and nobody said so')
    await house.sql`update targets set state = 'canceled', revision = revision + 1 where id = ${id}`
    await handleOf(id).result()
    const [row] = await house.sql`select state, attempt_number from targets where id = ${id}`
    expect(row).toMatchObject({ state: 'canceled', attemptNumber: 0 })
  })
})

describe('a database that does not answer', () => {
  test('never ends the workflow of a post: it goes on when the database is back', {
    timeout: 60_000,
  }, async () => {
    const id = await schedule('The database was away for a moment')
    const { runId } = await handleOf(id).describe()
    await house.sql`alter table targets rename to targets_away`
    try {
      await handleOf(id).signal(changed)
      const failures = async () => {
        const { events } = await handleOf(id).fetchHistory()
        return events?.filter((event) => event.markerRecordedEventAttributes?.failure).length
      }
      await expect.poll(failures, { timeout: 30_000 }).toBeGreaterThan(0)
    } finally {
      await house.sql`alter table targets_away rename to targets`
    }
    await house.sql`update targets set state = 'canceled', revision = revision + 1 where id = ${id}`
    await handleOf(id).signal(changed)
    await house.client.workflow.getHandle(targetWorkflowId(id), runId).result()
  })
})

describe('the more posts are due in a minute, the earlier they are armed', () => {
  const due = Date.parse('2026-12-01T12:00:00Z')
  const ready = (id: string) =>
    ({
      id,
      state: 'ready',
      dueAt: new Date(due),
      notBefore: null,
      missedAt: new Date(due + 3_600_000),
    }) as TargetToDrive
  const factsAt = (id: string, aheadMs: number, count: number) =>
    factsOf(ready(id), due - aheadMs, {
      prepareAheadMs: 600_000,
      isReadyAtOnce: false,
      leadMs: leadMsFor(count),
    })
  const armedAheadMs = (id: string, count: number): number =>
    due - factsAt(id, 900_000, count).armAt

  test('one minute ahead for a single post, four for ten thousand, spread over the first third', () => {
    const ids = Array.from({ length: 200 }, () => randomUUID())
    const aheadOf = (count: number) => ids.map((id) => armedAheadMs(id, count))
    const [alone, many, most] = [aheadOf(1), aheadOf(1_000), aheadOf(10_000)]
    expect([Math.min(...alone) >= 40_000, Math.max(...alone) <= 60_020]).toEqual([true, true])
    expect([Math.min(...many) >= 53_333, Math.max(...many) <= 80_000]).toEqual([true, true])
    expect([Math.min(...most) >= 160_000, Math.max(...most) <= 240_000]).toEqual([true, true])
    expect(new Set(most).size).toBeGreaterThan(190)
  })

  test('a silent worker gets a third of the remaining time, but at least twenty seconds', () => {
    const mostSilentMs = (aheadMs: number) => factsAt(early(), aheadMs, 10_000).mostSilentMs
    expect([150_000, 60_000, 9_000, -1_000].map(mostSilentMs)).toEqual([
      50_000, 20_000, 20_000, 20_000,
    ])
    expect(mostSilentMs(900_000)).toBeCloseTo(80_000, -3)
  })
})
