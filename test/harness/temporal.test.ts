import { defineSearchAttributeKey, TypedSearchAttributes } from '@temporalio/common'
import { expect, test } from 'vitest'
import { createTestTemporal, createTimeSkippingTemporal } from '../support/servers/temporal.ts'
import { workflowBundle } from '../support/servers/workflow-bundle.ts'

const state = defineSearchAttributeKey('State', 'KEYWORD')

test('each test file has its own namespace that knows our search attributes', async () => {
  const [one, other] = await Promise.all([createTestTemporal(), createTestTemporal()])
  const workflow = {
    taskQueue: 'nobody',
    workflowId: 'same',
    args: [],
    typedSearchAttributes: new TypedSearchAttributes([{ key: state, value: 'ready' }]),
  }
  await one.client.workflow.start('anything', workflow)
  await other.client.workflow.start('anything', workflow) // the same id does not collide
  expect(
    (await one.client.workflow.getHandle('same').describe()).typedSearchAttributes.get(state),
  ).toBe('ready')
})

test('our workflows bundle once, without disallowed code', async () => {
  const { codePath } = await workflowBundle()
  expect(await workflowBundle()).toEqual({ codePath })
})

test('time can be skipped', async () => {
  const temporal = await createTimeSkippingTemporal()
  await temporal.startWorker({ activities: {} })
  const before = Date.now()
  await temporal.sleep(700 * 86_400_000)
  expect(Date.now() - before).toBeLessThan(10_000)
})
