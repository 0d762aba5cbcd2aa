import { pino } from 'pino'
import { loadConfig } from '../../../config/index.ts'
import { connect } from '../../../db/postgres/connect.ts'
import { createVault } from '../../../db/vault/vault.ts'
import { createDiskStore } from '../../../media/store.ts'
import { createPlatforms } from '../../../platforms/index.ts'
import { createApp } from '../../../web/app.ts'
import { listen } from '../../../web/http/listen.ts'
import { createLive } from '../../../web/notifications/live.ts'
import { withoutTemporal } from '../without-temporal.ts'

// The web app in its own process, so that a test can measure its memory. Communicates over IPC:
// sends `{ port }` once it listens, takes the current memory as the start on 'forget', and answers
// 'report' with `{ startBytes, peakBytes }`.
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

const server = listen(app, { host: '127.0.0.1', port: 0 }, (port) => process.send?.({ port }))
server.on('error', (error) => {
  throw error
})
