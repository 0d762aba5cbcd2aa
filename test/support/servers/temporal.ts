import { randomBytes } from 'node:crypto'
import type { Client } from '@temporalio/client'
import { TestWorkflowEnvironment } from '@temporalio/testing'
import {
  DefaultLogger,
  makeTelemetryFilterString,
  Runtime,
  Worker,
  type WorkerOptions,
} from '@temporalio/worker'
import { inject } from 'vitest'
import { taskQueue } from '../../../workflows/names.ts'
import { atTheEnd } from '../at-the-end.ts'
import { workflowBundle } from './workflow-bundle.ts'

type TestWorker = { worker: Worker; stop(): Promise<void> }
export type TestTemporal = {
  address: string
  namespace: string
  client: Client
  /** Skips time where that is supported; otherwise waits. */
  sleep(durationMs: number): Promise<void>
  /** The server's clock, in epoch milliseconds. While it skips time, it can be years ahead. */
  now(): Promise<number>
  /**
   * Polls the product's task queue with all workflows and these activities. Stopped after the
   * file's last test at the latest.
   */
  startWorker(options: Partial<WorkerOptions> & { activities: object }): Promise<TestWorker>
  close(): Promise<void>
}

Runtime.install({
  logger: new DefaultLogger('ERROR'),
  telemetryOptions: {
    logging: { forward: {}, filter: makeTelemetryFilterString({ core: 'ERROR' }) },
  },
})

/**
 * A separate namespace on a real Temporal server: the task queue and workflow ids of production,
 * isolated from other test files. Has our search attributes. Time passes normally.
 */
export async function createTestTemporal(): Promise<TestTemporal> {
  const address = inject('temporalAddress')
  const namespace = `test-${randomBytes(8).toString('hex')}`
  const environment = await TestWorkflowEnvironment.createFromExistingServer({ address, namespace })
  await environment.connection.workflowService.registerNamespace({
    namespace,
    workflowExecutionRetentionPeriod: { seconds: day },
  })
  await addSearchAttributes(environment, namespace)
  return temporal(environment, address, namespace)
}

/**
 * A separate server that skips time while a result is awaited: two years in a fraction of a second.
 * Has no schedules and no visibility. All its workflows share one clock, so run tests one after the
 * other.
 */
export async function createTimeSkippingTemporal(): Promise<TestTemporal> {
  const executable = { type: 'existing-path' as const, path: inject('timeSkippingProgram') }
  const environment = await TestWorkflowEnvironment.createTimeSkipping({ server: { executable } })
  await addSearchAttributes(environment, 'default')
  return temporal(environment, environment.address, 'default')
}

const day = 86_400 as never // a protobuf Long, which takes numbers
const keyword = 2 // temporal.api.enums.v1.IndexedValueType

async function addSearchAttributes(
  { connection }: TestWorkflowEnvironment,
  namespace: string,
): Promise<void> {
  const searchAttributes = {
    Workspace: keyword,
    Channel: keyword,
    Platform: keyword,
    State: keyword,
  }
  await connection.operatorService.addSearchAttributes({ namespace, searchAttributes })
}

function temporal(
  environment: TestWorkflowEnvironment,
  address: string,
  namespace: string,
): TestTemporal {
  const running = new Set<TestWorker>()
  const startWorker: TestTemporal['startWorker'] = async (options) => {
    const connection = environment.nativeConnection
    const bundle = options.workflowBundle ?? (await workflowBundle())
    const worker = await Worker.create({
      connection,
      namespace,
      taskQueue,
      ...options,
      workflowBundle: bundle,
    })
    const run = worker.run()
    const started: TestWorker = {
      worker,
      stop: async () => {
        if (running.delete(started)) worker.shutdown()
        await run
      },
    }
    running.add(started)
    return started
  }
  // Stop workers before closing their connection, as the SDK requires.
  const close = async () => {
    await Promise.all([...running].map((worker) => worker.stop()))
    await environment.teardown()
  }
  atTheEnd(close)
  return {
    address,
    namespace,
    client: environment.client,
    sleep: (durationMs) => environment.sleep(durationMs),
    now: () => environment.currentTimeMs(),
    startWorker,
    close,
  }
}
