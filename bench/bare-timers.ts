import { setTimeout as pause } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { Client, Connection } from '@temporalio/client'
import {
  bundleWorkflowCode,
  DefaultLogger,
  NativeConnection,
  Runtime,
  Worker,
} from '@temporalio/worker'
import { readCommand, wholeNumber } from '../commands/command.ts'
import { workerSettings } from '../temporal/worker-settings.ts'
import type { BareTimers } from './bare-floor.ts'
import type { BareActivities, bareTimer } from './bare-workflow.ts'

/**
 * The baseline: as many bare workflows as there were posts, on the same server and with the same
 * worker settings, in a separate process like the worker. Prints how late each activity ran, in
 * milliseconds, and how much processor time this process used for it, as one line of JSON.
 */
const { options } = readCommand('bench:burst', (command) =>
  command
    .requiredOption('--address <host:port>', 'the Temporal server')
    .requiredOption('--count <count>', 'bare workflows', wholeNumber(1))
    .option('--over <ms>', 'spread them evenly over so many milliseconds', wholeNumber(), 0),
)
const { address, count, over: overMs } = options
const taskQueue = 'bare-timers'
Runtime.install({ logger: new DefaultLogger('ERROR') })

const lateMs: number[] = []
const activities: BareActivities = {
  arrive: async (dueMs) => {
    lateMs.push(Date.now() - dueMs)
  },
}
const worker = await Worker.create({
  connection: await NativeConnection.connect({ address }),
  taskQueue,
  activities,
  workflowBundle: await bundleWorkflowCode({
    workflowsPath: fileURLToPath(new URL('./bare-workflow.ts', import.meta.url)),
    logger: new DefaultLogger('ERROR'),
  }),
  ...workerSettings,
})
const running = worker.run()
const before = process.cpuUsage()
await startAll()
while (lateMs.length < count) await pause(250)
await pause(1_000) // the last ones end
const { user, system } = process.cpuUsage(before)
worker.shutdown()
await running
console.log(JSON.stringify({ lateMs, processorMs: (user + system) / 1_000 } satisfies BareTimers))
process.exit(0)

/** Starts all of them well before the first is due, fifty at a time. */
async function startAll(): Promise<void> {
  const client = new Client({ connection: await Connection.connect({ address }) })
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
