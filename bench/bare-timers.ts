import { setTimeout as pause } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import { Client, Connection } from '@temporalio/client'
import { bundleWorkflowCode, DefaultLogger, NativeConnection, Runtime, Worker } from '@temporalio/worker'
import { workerSettings } from '../worker-settings.ts'
import type { bareTimer } from './bare-workflow.ts'

/**
 * The floor: as many bare workflows as there were posts, on the same server, with the same worker settings. A process of its own, as the
 * worker is. Prints how late each activity ran, in milliseconds, as one line of JSON.
 */
export type BareActivities = { arrive(dueMs: number): Promise<void> }

const { values } = parseArgs({
  options: { address: { type: 'string' }, count: { type: 'string' }, over: { type: 'string', default: '0' } },
})
const count = Number(values.count)
const overMs = Number(values.over)
const taskQueue = 'bare-timers'
Runtime.install({ logger: new DefaultLogger('ERROR') })

const lateMs: number[] = []
const activities: BareActivities = {
  arrive: async (dueMs) => {
    lateMs.push(Date.now() - dueMs)
  },
}
const worker = await Worker.create({
  connection: await NativeConnection.connect({ address: values.address }),
  taskQueue,
  activities,
  workflowBundle: await bundleWorkflowCode({
    workflowsPath: new URL('./bare-workflow.ts', import.meta.url).pathname,
    logger: new DefaultLogger('ERROR'),
  }),
  ...workerSettings,
})
const running = worker.run()
await startAll()
while (lateMs.length < count) await pause(250)
worker.shutdown()
await running
console.log(JSON.stringify(lateMs))
process.exit(0)

/** All are started well before the first is due, fifty at a time. */
async function startAll(): Promise<void> {
  const client = new Client({ connection: await Connection.connect({ address: values.address }) })
  const firstDueMs = Date.now() + 15_000 + count * 15
  let next = 0
  const startSome = async () => {
    for (let index = next++; index < count; index = next++)
      await client.workflow.start<typeof bareTimer>('bareTimer', {
        workflowId: `bare-${index}`,
        taskQueue,
        args: [Math.round(firstDueMs + (index * overMs) / count)],
      })
  }
  await Promise.all(Array.from({ length: 50 }, startSome))
  if (Date.now() > firstDueMs) throw new Error('the bare workflows were not all started in time')
}
