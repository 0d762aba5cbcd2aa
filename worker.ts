import { setTimeout as pause } from 'node:timers/promises'
import {
  DefaultLogger,
  makeTelemetryFilterString,
  NativeConnection,
  Runtime,
  type TelemetryOptions,
  Worker,
} from '@temporalio/worker'
import { createActivities } from './activities/index.ts'
import { createPressureRecorder } from './activities/limits.ts'
import { createMail } from './activities/mail/send.ts'
import { createMeters } from './activities/meters.ts'
import { createOutboxHandlers } from './activities/outbox/handlers.ts'
import { startRelay } from './activities/outbox/relay.ts'
import { listenToTargets } from './activities/posts/changes.ts'
import { publishPolicy } from './activities/privacy/publish-policy.ts'
import { sweepNames } from './activities/privacy/retention.ts'
import { createReceivers } from './activities/webhooks/receiver.ts'
import { logFailures, sayFailures } from './commands/command.ts'
import { configOfProgram } from './config/index.ts'
import { close, connect } from './db/postgres/connect.ts'
import { refuseUnfit } from './db/postgres/fitness.ts'
import { keepsValuesOutOfItsLog } from './db/postgres/server-log.ts'
import { historyDays } from './db/privacy/retention.ts'
import { listLatestSweeps } from './db/privacy/sweeps.ts'
import { refuseUnreadable } from './db/vault/sealed.ts'
import { createVault } from './db/vault/vault.ts'
import { createMediaStore } from './media/create-store.ts'
import { createFfmpeg, reportMissingFfmpeg } from './media/ffmpeg.ts'
import { createLog, temporalLines } from './observability/log.ts'
import { freeLoopbackPort, type Metrics, serveMetrics } from './observability/metrics.ts'
import { createPlatforms } from './platforms/index.ts'
import { createDataConverter } from './temporal/data-converter.ts'
import { keepHistoriesFor } from './temporal/histories.ts'
import { carryRequestId, underRequestId } from './temporal/request-id.ts'
import { ensureSchedules, sweepWhatWasNeverSwept } from './temporal/schedules.ts'
import { ensureSearchAttributes } from './temporal/search-attributes.ts'
import { backgroundSettings, workerSettings } from './temporal/worker-settings.ts'
import { workflowCode } from './temporal/workflow-code.ts'
import { connectionOptions, createClient } from './web/operate/temporal-client.ts'
import { policyVersions } from './web/privacy/policy.ts'
import { backgroundTaskQueue, taskQueue } from './workflows/names.ts'

sayFailures()
const config = configOfProgram()
const log = createLog('worker', config.log.level)
const metrics = config.metrics && (await serveMetrics({ ...config.metrics, log }))
const meters = metrics && createMeters(metrics.registry)
Runtime.install({
  logger: new DefaultLogger('WARN', temporalLines(log)),
  telemetryOptions: {
    logging: { forward: {}, filter: makeTelemetryFilterString({ core: 'WARN' }) },
    ...(metrics ? { metrics: await metricsOfSdk(metrics) } : {}),
  },
})

const sql = connect({ ...config.database, max: 32, applicationName: 'cratesocial worker' })
const vault = createVault(config.vaultKeys)
await refuseUnfit(sql)
await refuseUnreadable(sql, vault)
const tracing =
  config.tracing &&
  (await import('./observability/tracing.ts')).startTracing({
    config: config.tracing,
    service: 'cratesocial-worker',
    log,
  })
const dataConverter = createDataConverter(config.vaultKeys, config.temporal)
const changes = await listenToTargets(sql)
const client = createClient(config.temporal, dataConverter, [
  carryRequestId,
  ...(tracing ? [tracing.client] : []),
])
const mail = createMail(config.mail)
const mediaStore = await createMediaStore(config.media)
const platforms = createPlatforms(
  config,
  Date.now,
  createPressureRecorder({ sql, log, now: Date.now }),
)
const connection = await connectWhenThere()
const { namespace } = config.temporal
const isSearchable = await ensureSearchAttributes({
  connection: client.connection,
  namespace,
  log,
  now: Date.now,
})
const activities = createActivities({
  sql,
  vault,
  platforms,
  mediaStore,
  mediaPublicUrl: config.media.publicUrl,
  ffmpeg: createFfmpeg(config.media.ffmpeg),
  minFreeBytes: config.media.minFreeBytes,
  changes,
  client,
  mail,
  publicUrl: config.publicUrl,
  receivers: createReceivers(config.webhookPrivateAddresses),
  log,
  now: Date.now,
  meters,
  isSearchable,
})

const queues = {
  publishing: { taskQueue, ...workerSettings },
  background: { taskQueue: backgroundTaskQueue, ...backgroundSettings },
}
const workflowBundle = await workflowCode()
const workers = await Promise.all(
  config.worker.queues.map((queue) =>
    Worker.create({
      connection,
      namespace,
      activities,
      dataConverter,
      workflowBundle,
      interceptors: { activity: [underRequestId, ...(tracing ? [tracing.activity] : [])] },
      ...queues[queue],
      shutdownGraceTime: '20 seconds',
      shutdownForceTime: '40 seconds',
    }),
  ),
)
const relay = await startRelay({
  sql,
  log,
  meters,
  handlers: createOutboxHandlers({
    ...{ sql, vault, mail, mediaStore, client, platforms, isSearchable },
    publicUrl: config.publicUrl,
    contact: config.mail.contact,
  }),
})
await ensureSchedules(client)
await checkHistoryTerm()
if (await sweepWhatWasNeverSwept(client, sweepNames, await listLatestSweeps(sql)))
  log.info('the first check of the promises runs')
await publishPolicy({ sql, client }, policyVersions)
if (!(await keepsValuesOutOfItsLog(sql)))
  log.warn(
    'PostgreSQL may write personal data to its log. Set log_error_verbosity = terse; docs/install.md says how.',
  )
void reportMissingFfmpeg(config.media.ffmpeg, log)
log.info('working')
logFailures(log)

try {
  await runAll(workers)
} finally {
  await relay.close()
  await Promise.all([metrics?.close(), tracing?.close()])
  await changes.close()
  await close(sql)
  await connection.close()
}
process.exit(0)

/** Temporal's SDK serves its own metrics on the loopback interface; ours include them. */
async function metricsOfSdk(metrics: Metrics): Promise<NonNullable<TelemetryOptions['metrics']>> {
  const bindAddress = `127.0.0.1:${await freeLoopbackPort()}`
  metrics.append(`http://${bindAddress}/metrics`)
  return {
    prometheus: {
      bindAddress,
      countersTotalSuffix: true,
      unitSuffix: true,
      useSecondsForDurations: true,
    },
  }
}

/**
 * promise: S6: the policy says how long Temporal keeps closed workflows. If the retention can't be
 * set, the log says what to do, and the policy page shows the check as failed until it is fixed.
 * Posts are published anyway.
 */
async function checkHistoryTerm(): Promise<void> {
  const days = await keepHistoriesFor({ client }, historyDays)
  if (days <= historyDays) return
  const kept = Number.isFinite(days) ? `${days} days` : 'an archive of them'
  log.error(
    { namespace, promisedDays: historyDays },
    `The Temporal namespace keeps closed workflows for longer than the privacy policy says (${kept}). ` +
      `Set its retention to ${historyDays} days, without archival.`,
  )
}

/** Resolves when all workers have stopped. If one fails, the others finish their work first. */
async function runAll(all: Worker[]): Promise<void> {
  const stopOthers = (failed: Worker) => {
    for (const other of all)
      if (other !== failed && other.getState() === 'RUNNING') other.shutdown()
  }
  const runs = all.map((worker) =>
    worker.run().catch((error: unknown) => {
      stopOthers(worker)
      throw error
    }),
  )
  const results = await Promise.allSettled(runs)
  for (const result of results) if (result.status === 'rejected') throw result.reason
}

/** Retries, because the cluster may start after us. */
async function connectWhenThere(): Promise<NativeConnection> {
  for (let tries = 1; ; tries += 1) {
    try {
      return await NativeConnection.connect(connectionOptions(config.temporal))
    } catch (error) {
      if (tries % 10 === 1)
        log.warn({ err: error, address: config.temporal.address }, 'Temporal does not answer yet')
      await pause(500)
    }
  }
}
