import { expect, test } from 'vitest'
import { targetWorkflowId, taskQueue } from '../../workflows/names.ts'
import { createTestTemporal } from '../support/servers/temporal.ts'

test('a step that only a newer build knows is requested again after a while, not in a busy loop', {
  timeout: 60_000,
}, async () => {
  const temporal = await createTestTemporal()
  const steps = ['sing', 'end']
  let asked = 0
  await temporal.startWorker({
    activities: {
      nextStep: async () => {
        asked += 1
        return { do: steps[Math.min(asked, steps.length) - 1], words: 'Of a newer build' }
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
  expect(asked).toBe(2)
  expect(events?.filter((event) => event.timerStartedEventAttributes)).toHaveLength(1)
})
