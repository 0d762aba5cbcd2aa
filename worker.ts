import { setTimeout as pause } from 'node:timers/promises'
import {
  DefaultLogger,
  makeTelemetryFilterString,
  NativeConnection,
  Runtime,
  type TelemetryOptions,
  Worker,
} from '@temporalio/worker'
import { publishPolicy } from './activities/announcing.ts'
import { createDataConverter } from './activities/data-converter.ts'
import { keepHistoriesFor } from './activities/histories.ts'
import { createActivities } from './activities/index.ts'
import { createHeed } from './activities/limits.ts'
import { createMail } from './activities/mail.ts'
import { createMediaStore } from './activities/media-store.ts'
import { createMeters } from './activities/meters.ts'
import { startRelay } from './activities/relay.ts'
import { carryRequestId, underRequestId } from './activities/request-id.ts'
import { ensureSchedules } from './activities/schedules.ts'
import { ensureSearchAttributes } from './activities/search-attributes.ts'
import { listenToTargets } from './activities/target-changes.ts'
import { createTellers } from './activities/tellers.ts'
import { configOfProgram } from './config.ts'
import { close, connect } from './db/connect.ts'
import { historyDays } from './db/retention.ts'
import { refuseUnreadable } from './db/sealed.ts'
import { createVault } from './db/vault.ts'
import { createLog } from './log.ts'
import { freeLoopbackPort, type Metrics, serveMetrics } from './metrics.ts'
import { createPlatforms } from './platforms/index.ts'
import { policyVersions } from './web/policy.ts'
import { connectionOptions, createClient } from './web/temporal.ts'
import { workerSettings } from './worker-settings.ts'
import { workflowCode } from './workflow-code.ts'
import { taskQueue } from './workflows/names.ts'

const config = configOfProgram()
const log = createLog('worker', config.log.level)
const metrics = config.metrics && (await serveMetrics({ ...config.metrics, log }))
const meters = metrics && createMeters(metrics.registry)
Runtime.install({
  logger: new DefaultLogger('WARN', (entry) => log.warn({ temporal: entry.meta, level: entry.level }, entry.message)),
  telemetryOptions: {
    logging: { forward: {}, filter: makeTelemetryFilterString({ core: 'WARN' }) },
    ...(metrics ? { metrics: await metricsOfSdk(metrics) } : {}),
  },
})

const sql = connect({ ...config.database, max: 32, applicationName: 'cratesocial worker' })
const vault = createVault(config.vaultKeys)
await refuseUnreadable(sql, vault)
const tracing =
  config.tracing && (await import('./tracing.ts')).startTracing({ config: config.tracing, service: 'cratesocial-worker', log })
const dataConverter = createDataConverter(config.vaultKeys)
const changes = await listenToTargets(sql)
const client = createClient(config.temporal, dataConverter, [carryRequestId, ...(tracing ? [tracing.client] : [])])
const mail = createMail(config.mail)
const platforms = createPlatforms(config, Date.now, createHeed({ sql, log, now: Date.now }))
const connection = await connectWhenThere()
const { namespace } = config.temporal
const isSearchable = await ensureSearchAttributes({ connection: client.connection, namespace, log, now: Date.now })
const activities = createActivities({
  sql,
  vault,
  platforms,
  mediaStore: await createMediaStore(config.media),
  mediaPublicUrl: config.media.publicUrl,
  changes,
  client,
  mail,
  publicUrl: config.publicUrl,
  log,
  now: Date.now,
  meters,
  isSearchable,
})

const worker = await Worker.create({
  connection,
  namespace,
  taskQueue,
  activities,
  dataConverter,
  workflowBundle: await workflowCode(),
  interceptors: { activity: [underRequestId, ...(tracing ? [tracing.activity] : [])] },
  ...workerSettings,
  shutdownGraceTime: '20 seconds',
  shutdownForceTime: '40 seconds',
})
const relay = await startRelay({
  sql,
  log,
  meters,
  tellers: createTellers({ sql, mail, client, platforms, publicUrl: config.publicUrl, isSearchable }),
})
await ensureSchedules(client)
await keepHistoriesFor({ client }, historyDays).catch((error: unknown) => {
  log.warn(
    { err: error, days: historyDays },
    'the retention of the Temporal namespace is not as it should be, and could not be set',
  )
})
await publishPolicy({ sql, client }, policyVersions)
log.info('working')

try {
  await worker.run()
} finally {
  await relay.close()
  await Promise.all([metrics?.close(), tracing?.close()])
  await changes.close()
  await close(sql)
  await connection.close()
}
process.exit(0)

/** Temporal's SDK serves its own figures, on the loopback; ours are served with them. */
async function metricsOfSdk(metrics: Metrics): Promise<NonNullable<TelemetryOptions['metrics']>> {
  const bindAddress = `127.0.0.1:${await freeLoopbackPort()}`
  metrics.append(`http://${bindAddress}/metrics`)
  return { prometheus: { bindAddress, countersTotalSuffix: true, unitSuffix: true, useSecondsForDurations: true } }
}

/** The cluster may start after us. */
async function connectWhenThere(): Promise<NativeConnection> {
  for (let tries = 1; ; tries += 1) {
    try {
      return await NativeConnection.connect(connectionOptions(config.temporal))
    } catch (error) {
      if (tries % 10 === 1) log.warn({ err: error, address: config.temporal.address }, 'Temporal is not there yet')
      await pause(500)
    }
  }
}
