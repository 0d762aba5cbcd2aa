import { serve } from '@hono/node-server'
import { createDataConverter } from './activities/data-converter.ts'
import { createMediaStore } from './activities/media-store.ts'
import { carryRequestId } from './activities/request-id.ts'
import { configOfProgram } from './config.ts'
import { close, connect } from './db/connect.ts'
import { refuseUnreadable } from './db/sealed.ts'
import { createVault } from './db/vault.ts'
import { createLog } from './log.ts'
import { serveMetrics } from './metrics.ts'
import { createPlatforms } from './platforms/index.ts'
import { createApp } from './web/app.ts'
import type { WebDeps } from './web/env.ts'
import { meterFigures } from './web/figures-meter.ts'
import { createHttpMeter } from './web/http-meter.ts'
import { createLive } from './web/live.ts'
import { createTemporal } from './web/temporal.ts'

const config = configOfProgram()
const log = createLog('server', config.log.level)
const sql = connect({ ...config.database, applicationName: 'cratesocial server' })
const vault = createVault(config.vaultKeys)
await refuseUnreadable(sql, vault)
const tracing =
  config.tracing && (await import('./tracing.ts')).startTracing({ config: config.tracing, service: 'cratesocial-server', log })
const dataConverter = createDataConverter(config.vaultKeys)
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

const server = serve(
  {
    fetch: app.fetch,
    hostname: config.host,
    port: config.port,
    // Node's five minutes for a whole request would cut slow uploads.
    serverOptions: { requestTimeout: 0, headersTimeout: 30_000 },
  },
  () => log.info({ port: config.port }, 'listening'),
)
server.once('error', (error) => {
  log.fatal({ err: error }, 'cannot listen')
  process.exit(1)
})

/** No new requests, then the live pages, then what they stood on. What hangs is left behind after ten seconds. */
const stop = async (signal: string): Promise<void> => {
  log.info({ signal }, 'stopping')
  setTimeout(() => process.exit(1), 12_000).unref()
  const closed = new Promise<void>((resolve) => server.close(() => resolve()))
  await Promise.all([live.close(), metrics?.close()])
  if ('closeIdleConnections' in server) server.closeIdleConnections()
  setTimeout(() => 'closeAllConnections' in server && server.closeAllConnections(), 5_000).unref()
  await closed
  await temporal.close()
  await tracing?.close()
  await close(sql)
  process.exit(0)
}
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => void stop(signal))
