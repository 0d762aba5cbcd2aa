import { beforeAll, expect, it } from 'vitest'
import type { OperateDeps } from '../../commands/operate/command.ts'
import { showWorkflow } from '../../commands/operate/workflows.ts'
import { taskQueue } from '../../workflows/names.ts'
import { testConfig } from '../support/config.ts'
import { createTestTemporal, type TestTemporal } from '../support/servers/temporal.ts'

let temporal: TestTemporal
let deps: OperateDeps
beforeAll(async () => {
  temporal = await createTestTemporal()
  const config = testConfig({
    TEMPORAL_ADDRESS: temporal.address,
    TEMPORAL_NAMESPACE: temporal.namespace,
  })
  deps = { sql: undefined as never, config, now: Date.now }
})

const start = async (workflowId: string): Promise<void> => {
  await temporal.client.workflow.start('keepGrantAlive', {
    workflowId,
    taskQueue,
    args: [{ grantId: crypto.randomUUID() }],
  })
}

it('an operator sees that no worker answers for a workflow', async () => {
  await start('grant-alone')
  const { rows } = await showWorkflow(deps, ['grant-alone'])
  expect(rows).toContainEqual({ what: 'step', value: 'no worker says' })
})

it('an operator sees why an answer cannot be read, and not that no worker gave one', async () => {
  await temporal.startWorker({ activities: {} }) // seals nothing
  await start('grant-unsealed')
  await expect(showWorkflow(deps, ['grant-unsealed'])).rejects.toThrow(/sealed/)
})
