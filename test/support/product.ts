import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { serve } from '@hono/node-server'
import { type Logger, pino } from 'pino'
import { createDataConverter } from '../../activities/data-converter.ts'
import { createActivities } from '../../activities/index.ts'
import { createHeed } from '../../activities/limits.ts'
import type { Letter, Mail } from '../../activities/mail.ts'
import { createDiskStore } from '../../activities/media-store.ts'
import type { Meters } from '../../activities/meters.ts'
import type { Patience } from '../../activities/patience.ts'
import { startRelay } from '../../activities/relay.ts'
import { carryRequestId, underRequestId } from '../../activities/request-id.ts'
import { listenToTargets } from '../../activities/target-changes.ts'
import { createTellers } from '../../activities/tellers.ts'
import type { Config } from '../../config.ts'
import type { Sql } from '../../db/connect.ts'
import { createVault } from '../../db/vault.ts'
import { freePort } from '../../local/ports.ts'
import type { Sandbox } from '../../local/sandbox/server.ts'
import { createPlatforms } from '../../platforms/index.ts'
import type { Tracing } from '../../tracing.ts'
import { createApp } from '../../web/app.ts'
import { createLive } from '../../web/live.ts'
import { createClient, createTemporal } from '../../web/temporal.ts'
import { atTheEnd } from './at-the-end.ts'
import { testConfig } from './config.ts'
import { createTestDatabase, type TestDatabase } from './database.ts'
import { createTestTemporal, type TestTemporal } from './temporal.ts'
import { sandboxEnv, startTwins } from './twins.ts'

/** The whole product in this process, on real ports: database, web, worker, Temporal and the sandbox. */
export type Product = {
  url: string
  config: Config
  sql: Sql
  sandbox: Sandbox
  temporal: TestTemporal
  /** Every letter that was sent, oldest first. */
  letters: Letter[]
  /** Speaks to Temporal as the product does: payloads sealed. */
  client: ReturnType<typeof createClient>
  /** Starts another worker with its relay; the first one runs already unless the stack was made without. */
  startWorker(build?: { code: string }): Promise<{ stop(): Promise<void> }>
}

export const startProduct = async (
  options: {
    worker?: boolean
    env?: NodeJS.ProcessEnv
    log?: Logger
    patience?: Patience
    meters?: Meters
    now?: () => number
    sandbox?: Sandbox
    tracing?: Tracing
    /** Another way to its database than straight. */
    pool?: (database: TestDatabase) => Promise<Sql>
  } = {},
): Promise<Product> => {
  const { now = Date.now } = options
  const database = await createTestDatabase()
  const sql = (await options.pool?.(database)) ?? database.sql
  const temporal = await createTestTemporal()
  const folder = await mkdtemp(join(tmpdir(), 'cratesocial-stack-'))
  const port = await freePort()
  const url = `http://localhost:${port}`
  const sandbox = options.sandbox ?? (await startTwins(url))
  const config = testConfig({
    ...sandboxEnv(sandbox.url),
    PUBLIC_URL: url,
    MEDIA_URL: pathToFileURL(folder).href,
    ...options.env,
  })
  const log = options.log ?? pino({ level: process.env.TEST_LOG ?? 'silent' })
  const shared = {
    sql,
    vault: createVault(config.vaultKeys),
    platforms: createPlatforms(config, now, createHeed({ sql, log, now })),
    mediaStore: createDiskStore(config.media.url),
    log,
    now,
  }
  const dataConverter = createDataConverter(config.vaultKeys)
  const cluster = { ...config.temporal, address: temporal.address, namespace: temporal.namespace }
  const interceptors = [carryRequestId, ...(options.tracing ? [options.tracing.client] : [])]
  const webTemporal = createTemporal({ config: cluster, dataConverter, sql, log, interceptors })
  const live = await createLive(sql, log)
  const server = serve({
    fetch: createApp({ ...shared, config, live, temporal: webTemporal }).fetch,
    hostname: '127.0.0.1',
    port,
  })
  const client = createClient(cluster, dataConverter, interceptors)
  const letters: Letter[] = []
  const mail: Mail = { send: async (letter) => void letters.push(letter), close: () => undefined }

  const startWorker = async (build?: { code: string }) => {
    const changes = await listenToTargets(sql, now)
    const activities = createActivities({
      ...shared,
      patience: options.patience,
      client,
      mail,
      publicUrl: url,
      changes,
      mediaPublicUrl: config.media.publicUrl,
      isSearchable: () => true,
      meters: options.meters,
    })
    const worker = await temporal.startWorker({
      activities,
      dataConverter,
      interceptors: { activity: [underRequestId, ...(options.tracing ? [options.tracing.activity] : [])] },
      ...(build ? { workflowBundle: build } : {}),
    })
    const tellers = createTellers({ ...shared, mail, client, publicUrl: url, isSearchable: () => true })
    const relay = await startRelay({ sql, log, tellers })
    return {
      stop: async () => {
        await relay.close()
        await worker.stop()
        await changes.close()
      },
    }
  }
  const workers = options.worker === false ? [] : [await startWorker()]
  atTheEnd(async () => {
    for (const worker of workers) await worker.stop()
    await live.close()
    server.close()
    if ('closeAllConnections' in server) server.closeAllConnections()
    await Promise.all([webTemporal.close(), client.connection.close(), options.sandbox ? undefined : sandbox.close()])
    await rm(folder, { recursive: true, force: true })
  })
  return { url, config, sql, sandbox, temporal, client, letters, startWorker }
}
