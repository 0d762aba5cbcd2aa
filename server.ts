import { logFailures, sayFailures } from './commands/command.ts'
import { configOfProgram } from './config/index.ts'
import { close, connect, forPages } from './db/postgres/connect.ts'
import { refuseUnfit } from './db/postgres/fitness.ts'
import { refuseUnreadable } from './db/vault/sealed.ts'
import { createVault } from './db/vault/vault.ts'
import { createMediaStore } from './media/create-store.ts'
import { reportMissingFfmpeg } from './media/ffmpeg.ts'
import { createLog } from './observability/log.ts'
import { serveMetrics } from './observability/metrics.ts'
import { createPlatforms } from './platforms/index.ts'
import { createDataConverter } from './temporal/data-converter.ts'
import { carryRequestId } from './temporal/request-id.ts'
import { createApp } from './web/app.ts'
import type { WebDeps } from './web/http/env.ts'
import { listen } from './web/http/listen.ts'
import { sweepUploads } from './web/media/uploads/sweep.ts'
import { createLive } from './web/notifications/live.ts'
import { meterFigures } from './web/operate/figures-meter.ts'
import { createHttpMeter } from './web/operate/http-meter.ts'
import { createTemporal } from './web/operate/temporal.ts'
import { loadPasswordRules } from './web/people/sign-in/password-strength.ts'

sayFailures()
const config = configOfProgram()
const log = createLog('server', config.log.level)
const sql = connect({
  ...config.database,
  applicationName: 'cratesocial server',
  impatient: forPages,
})
const vault = createVault(config.vaultKeys)
await refuseUnfit(sql)
await refuseUnreadable(sql, vault)
const tracing =
  config.tracing &&
  (await import('./observability/tracing.ts')).startTracing({
    config: config.tracing,
    service: 'cratesocial-server',
    log,
  })
const dataConverter = createDataConverter(config.vaultKeys, config.temporal)
const interceptors = [carryRequestId, ...(tracing ? [tracing.client] : [])]
const temporal = createTemporal({ config: config.temporal, dataConverter, sql, log, interceptors })
const live = await createLive(sql, log)
const metrics = config.metrics && (await serveMetrics({ ...config.metrics, log }))
const deps: WebDeps = {
  sql,
  config,
  vault,
  platforms: createPlatforms(config),
  mediaStore: await createMediaStore(config.media),
  temporal,
  live,
  log,
  now: Date.now,
  observe: metrics && createHttpMeter(metrics.registry),
}
metrics?.beforeScrape(meterFigures(metrics.registry, deps))
const app = createApp(deps)
loadPasswordRules()
void reportMissingFfmpeg(config.media.ffmpeg, log)
sweepUploads(deps)

const server = listen(app, config, (port) => {
  log.info({ port }, 'listening')
  logFailures(log)
})
server.once('error', (error) => {
  log.fatal({ err: error }, 'cannot listen')
  process.exit(1)
})

/**
 * Stops accepting requests, then ends live pages, then closes what they used. Exits after twelve
 * seconds even if something hangs.
 */
const stop = async (signal: string): Promise<void> => {
  log.info({ signal }, 'stopping')
  setTimeout(() => process.exit(1), 12_000).unref()
  const closed = new Promise<void>((resolve) => server.close(() => resolve()))
  await Promise.all([live.close(), metrics?.close()])
  server.closeIdleConnections()
  setTimeout(() => server.closeAllConnections(), 5_000).unref()
  await closed
  await temporal.close()
  await tracing?.close()
  await close(sql)
  process.exit(0)
}
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => void stop(signal))
