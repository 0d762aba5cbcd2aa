import { readFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import type { Client } from '@temporalio/client'
import { beforeAll, expect, test } from 'vitest'
import { parse } from 'yaml'
import { createRetentionActivities, sweepNames } from '../../activities/privacy/retention.ts'
import { historyDays } from '../../db/privacy/retention.ts'
import { listLatestSweeps } from '../../db/privacy/sweeps.ts'
import { keepHistoriesFor, keptDays } from '../../temporal/histories.ts'
import { ensureSchedules, sweepWhatWasNeverSwept } from '../../temporal/schedules.ts'
import { taskQueue } from '../../workflows/names.ts'
import { createTestApp, type TestApp } from '../support/app.ts'
import { createTestTemporal, type TestTemporal } from '../support/servers/temporal.ts'

const read = (path: string) =>
  readFile(fileURLToPath(new URL(`../../${path}`, import.meta.url)), 'utf8')

let app: TestApp
let temporal: TestTemporal
beforeAll(async () => {
  app = await createTestApp()
  temporal = await createTestTemporal()
}, 60_000)

const retention = () =>
  createRetentionActivities({ ...app.deps, client: temporal.client, now: Date.now })
const sweepNow = async () =>
  await sweepWhatWasNeverSwept(temporal.client, sweepNames, await listLatestSweeps(app.sql))

test('promise L1: every promise is checked at the first start, without waiting for 3:10 AM, and later starts repeat nothing', {
  timeout: 60_000,
}, async () => {
  await temporal.startWorker({ activities: retention() })
  await ensureSchedules(temporal.client, taskQueue, taskQueue)
  expect(await sweepNow()).toBe(true)
  await expect
    .poll(async () => [...(await listLatestSweeps(app.sql)).keys()].sort(), { timeout: 50_000 })
    .toEqual([...sweepNames].sort())
  expect(await sweepNow()).toBe(false)
  // As after an upgrade that adds a check.
  await app.sql`delete from sweeps where rule = 'check-passwords'`
  expect(await sweepNow()).toBe(true)
})

test('promise S6: if a namespace keeps histories longer than the policy says and cannot be changed, the worker notices and the check fails', async () => {
  expect(await keepHistoriesFor(temporal, historyDays + 23)).toBe(historyDays + 23)
  const refusing = { client: whoMayNotChangeIt(temporal.client) }
  expect(await keepHistoriesFor(refusing, historyDays)).toBe(historyDays + 23)
  await retention().sweepRule({ rule: 'histories' })
  expect((await listLatestSweeps(app.sql)).get('histories')).toMatchObject({
    removed: 1,
    leftCount: historyDays + 23,
  })
  expect(await keepHistoriesFor(temporal, historyDays)).toBe(historyDays)
  expect(await keptDays(temporal)).toBe(historyDays)
})

test('promise S6: the compose file and the install guide have the retention time that the policy states', async () => {
  const compose = parse(await read('docker-compose.yml'), { merge: true })
  expect(compose.services['temporal-namespace'].environment.RETENTION).toBe(`${historyDays * 24}h`)
  expect(await read('docs/install.md')).toContain(`The namespace keeps ${historyDays} days`)
})

/**
 * A client that responds as Temporal Cloud does to users who aren't administrators of the
 * namespace.
 */
const whoMayNotChangeIt = (client: Client): Client => {
  const denied = Object.assign(new Error('7 PERMISSION_DENIED'), {
    code: 7,
    details: 'denied',
    metadata: {},
  })
  const service = new Proxy(client.workflowService, {
    get: (target, name) =>
      name === 'updateNamespace' ? () => Promise.reject(denied) : Reflect.get(target, name),
  })
  return { workflowService: service, options: client.options } as unknown as Client
}
