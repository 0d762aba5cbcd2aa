import { expect, test } from 'vitest'
import { targetWorkflowId, taskQueue } from '../../workflows/names.ts'
import { createTestTemporal } from '../support/servers/temporal.ts'

test('a state that only a newer build knows is read again after a while, not in a busy loop', {
  timeout: 60_000,
}, async () => {
  const temporal = await createTestTemporal()
  const states = ['sung', 'published']
  let reads = 0
  await temporal.startWorker({
    activities: {
      readTarget: async () => {
        reads += 1
        const state = states[Math.min(reads, states.length) - 1]
        return { state, isOpen: state === 'sung', readAt: Date.now(), words: 'Of a newer build' }
      },
    },
  })
  const handle = await temporal.client.workflow.start('publishTarget', {
    workflowId: targetWorkflowId('unknown'),
    taskQueue,
    args: [{ targetId: 'unknown' }],
  })
  await handle.result()
  const { events = [] } = await handle.fetchHistory()
  expect(reads).toBe(2)
  expect(events?.filter((event) => event.timerStartedEventAttributes)).toHaveLength(1)
})
