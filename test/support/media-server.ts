import { serve } from '@hono/node-server'
import { pino } from 'pino'
import { createDiskStore } from '../../activities/media-store.ts'
import { loadConfig } from '../../config.ts'
import { connect } from '../../db/connect.ts'
import { createVault } from '../../db/vault.ts'
import { createPlatforms } from '../../platforms/index.ts'
import { createApp } from '../../web/app.ts'
import { createLive } from '../../web/live.ts'
import { withoutTemporal } from './without-temporal.ts'

// The web application alone in a process, so that a test can measure its memory. Speaks to its parent over IPC:
// `{ port }` once it listens; on 'forget' it takes the present memory as the start, on 'report' it answers `{ startBytes, peakBytes }`.
const config = loadConfig()
const sql = connect({ url: config.database.url, prepare: true })
const log = pino({ level: config.log.level })
const app = createApp({
  sql,
  config,
  log,
  vault: createVault(config.vaultKeys),
  platforms: createPlatforms(config),
  mediaStore: createDiskStore(config.media.url),
  live: await createLive(sql, log),
  temporal: withoutTemporal,
  now: Date.now,
})

let [startBytes, peakBytes] = [0, 0]
const look = () => {
  peakBytes = Math.max(peakBytes, process.memoryUsage.rss())
}
setInterval(look, 10)
process.on('message', (message) => {
  look()
  if (message === 'forget') startBytes = peakBytes = process.memoryUsage.rss()
  process.send?.({ startBytes, peakBytes })
})
process.on('disconnect', () => process.exit(0))

const server = serve({ fetch: app.fetch, hostname: '127.0.0.1', port: 0, serverOptions: { requestTimeout: 0 } }, ({ port }) =>
  process.send?.({ port }),
)
server.on('error', (error) => {
  throw error
})
