import { ApplicationFailure } from '@temporalio/common'
import { beforeAll, describe, expect, test } from 'vitest'
import { changed, targetWorkflowId, taskQueue } from '../../workflows/names.ts'
import { createTestTemporal, type TestTemporal } from '../support/servers/temporal.ts'

/** How the publishing workflow follows a row, with activities that return rows at will. */

let temporal: TestTemporal
beforeAll(async () => {
  temporal = await createTestTemporal()
}, 60_000)

const hourMs = 3_600_000

type Row = {
  state: string
  isOpen: boolean
  readAt: number
  prepareAt?: number
  armAt?: number
  isReadyAtOnce?: boolean
}
const row = (facts: Partial<Row>) => ({
  state: 'published',
  isOpen: false,
  readAt: Date.now(),
  prepareAt: 0,
  armAt: 0,
  isReadyAtOnce: false,
  mostSilentMs: 20_000,
  words: 'A row of a test',
  ...facts,
})

const follow = (targetId: string) =>
  temporal.client.workflow.start('publishTarget', {
    workflowId: targetWorkflowId(targetId),
    taskQueue,
    args: [{ targetId }],
  })

describe('the publishing workflow', () => {
  test('is not late if no worker went on with what an activity returned', {
    timeout: 60_000,
  }, async () => {
    const anHourAgo = Date.now() - hourMs
    const steps: string[] = []
    const worker = await temporal.startWorker({
      activities: {
        readTarget: async () => {
          steps.push('read')
          return row({ state: steps.includes('prepare') ? 'ready' : 'preparing', isOpen: true })
        },
        // It returned an hour ago, and its post was to be armed in an hour: that is now.
        prepareTarget: async () => {
          steps.push('prepare')
          return row({ state: 'ready', isOpen: true, readAt: anHourAgo, armAt: anHourAgo + hourMs })
        },
        sendTarget: async () => {
          steps.push('send')
          return row({ state: 'published' })
        },
      },
    })
    await (await follow('stale')).result()
    expect(steps).toEqual(['read', 'prepare', 'read', 'send'])
    await worker.stop()
  })

  test('never goes round in a busy loop, even if a row asks for a step that changes nothing', {
    timeout: 60_000,
  }, async () => {
    let reads = 0
    let endsAt = Number.POSITIVE_INFINITY
    const worker = await temporal.startWorker({
      activities: {
        readTarget: async () => {
          if (reads === 0) endsAt = Date.now() + 3_000
          reads += 1
          return Date.now() < endsAt
            ? row({ state: 'scheduled', isOpen: true, isReadyAtOnce: true })
            : row({})
        },
      },
    })
    await (await follow('busy')).result()
    expect(reads).toBeLessThan(60)
    await worker.stop()
  })

  test('survives a database that is down, and goes on when it is back', {
    timeout: 60_000,
  }, async () => {
    let reads = 0
    const worker = await temporal.startWorker({
      activities: {
        readTarget: async () => {
          reads += 1
          if (reads <= 7) throw new Error('the database is down')
          return row({})
        },
      },
    })
    await (await follow('outage')).result()
    expect(reads).toBeGreaterThanOrEqual(8)
    await worker.stop()
  })

  test('continues as new while its row cannot be read, so that no outage fills a history', {
    timeout: 240_000,
  }, async () => {
    let isDown = true
    let reads = 0
    const worker = await temporal.startWorker({
      activities: {
        readTarget: async () => {
          reads += 1
          if (isDown) throw ApplicationFailure.nonRetryable('the database is down') // so that it is quick
          return row({})
        },
      },
    })
    const { workflowId, firstExecutionRunId } = await follow('down')
    const handle = temporal.client.workflow.getHandle(workflowId)
    const isOld = async () => (await handle.describe()).runId === firstExecutionRunId
    while (await isOld()) {
      const before = reads
      // Each signal is an event, and lets it try again at once.
      await Promise.all(Array.from({ length: 25 }, () => handle.signal(changed)))
      await expect.poll(() => reads, { timeout: 60_000, interval: 20 }).toBeGreaterThan(before)
    }
    const first = await temporal.client.workflow
      .getHandle(workflowId, firstExecutionRunId)
      .fetchHistory()
    expect(first.events?.at(-1)?.workflowExecutionContinuedAsNewEventAttributes).toBeTruthy()
    isDown = false
    await handle.signal(changed)
    await handle.result()
    await worker.stop()
  })
})
