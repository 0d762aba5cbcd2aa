import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { serve } from '@hono/node-server'
import { type Logger, pino } from 'pino'
import { createActivities } from '../../../activities/index.ts'
import { createPressureRecorder } from '../../../activities/limits.ts'
import type { Email, Mail } from '../../../activities/mail/send.ts'
import type { Meters } from '../../../activities/meters.ts'
import { createOutboxHandlers } from '../../../activities/outbox/handlers.ts'
import { startRelay } from '../../../activities/outbox/relay.ts'
import { listenToTargets } from '../../../activities/posts/changes.ts'
import type { Windows } from '../../../activities/posts/windows.ts'
import { createReceivers } from '../../../activities/webhooks/receiver.ts'
import type { Config } from '../../../config/index.ts'
import type { Sql } from '../../../db/postgres/connect.ts'
import { createVault } from '../../../db/vault/vault.ts'
import { freePort } from '../../../local/ports.ts'
import type { Sandbox } from '../../../local/sandbox/server.ts'
import { createFfmpeg } from '../../../media/ffmpeg.ts'
import { createDiskStore } from '../../../media/store.ts'
import type { Tracing } from '../../../observability/tracing.ts'
import { createPlatforms } from '../../../platforms/index.ts'
import type { IssuerModule } from '../../../platforms/issuer-module.ts'
import { createDataConverter } from '../../../temporal/data-converter.ts'
import { carryRequestId, underRequestId } from '../../../temporal/request-id.ts'
import { createApp } from '../../../web/app.ts'
import { createLive } from '../../../web/notifications/live.ts'
import { createTemporal } from '../../../web/operate/temporal.ts'
import { createClient } from '../../../web/operate/temporal-client.ts'
import { taskQueue } from '../../../workflows/names.ts'
import { atTheEnd } from '../at-the-end.ts'
import { testConfig } from '../config.ts'
import { createTestDatabase, type TestDatabase } from '../database.ts'
import { sandboxEnv, startTwins } from '../platforms/twins.ts'
import { createTestTemporal, type TestTemporal } from '../servers/temporal.ts'

/**
 * The whole product in this process, on real ports: database, web, worker, Temporal and the
 * sandbox.
 */
export type Product = {
  url: string
  config: Config
  sql: Sql
  sandbox: Sandbox
  temporal: TestTemporal
  /** All emails that were sent, oldest first. */
  letters: Email[]
  /** A Temporal client like the product's, with sealed payloads. */
  client: ReturnType<typeof createClient>
  /**
   * Starts another worker with its relay. The first one is already running unless `worker` is
   * false.
   */
  startWorker(build?: { code: string }): Promise<{ stop(): Promise<void> }>
}

export const startProduct = async (
  options: {
    worker?: boolean
    env?: NodeJS.ProcessEnv
    log?: Logger
    windows?: Windows
    meters?: Meters
    now?: () => number
    sandbox?: Sandbox
    /** The issuers it knows. By default those of the registry. */
    issuers?: IssuerModule[]
    /** Starts another sandbox for the product at this URL. */
    twins?: (url: string) => Promise<Sandbox>
    tracing?: Tracing
    /** Connects to the database in another way than directly. */
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
  const sandbox = options.sandbox ?? (await (options.twins ?? startTwins)(url))
  const env = {
    ...sandboxEnv(sandbox.url),
    PUBLIC_URL: url,
    MEDIA_URL: pathToFileURL(folder).href,
    ...options.env,
  }
  const config = testConfig(env, options.issuers)
  const log = options.log ?? pino({ level: process.env.TEST_LOG ?? 'silent' })
  const shared = {
    sql,
    vault: createVault(config.vaultKeys),
    platforms: createPlatforms(config, now, createPressureRecorder({ sql, log, now })),
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
  const letters: Email[] = []
  const mail: Mail = { send: async (letter) => void letters.push(letter), close: () => undefined }

  const startWorker = async (build?: { code: string }) => {
    const changes = await listenToTargets(sql, now)
    const activities = createActivities({
      ...shared,
      windows: options.windows,
      client,
      mail,
      publicUrl: url,
      receivers: createReceivers(config.webhookPrivateAddresses),
      changes,
      mediaPublicUrl: config.media.publicUrl,
      ffmpeg: createFfmpeg(config.media.ffmpeg),
      minFreeBytes: config.media.minFreeBytes,
      isSearchable: () => true,
      meters: options.meters,
    })
    const worker = await temporal.startWorker({
      activities,
      dataConverter,
      interceptors: {
        activity: [underRequestId, ...(options.tracing ? [options.tracing.activity] : [])],
      },
      ...(build ? { workflowBundle: build } : {}),
    })
    const handlers = createOutboxHandlers({
      ...shared,
      mail,
      client,
      publicUrl: url,
      contact: config.mail.contact,
      backgroundQueue: taskQueue,
      isSearchable: () => true,
    })
    const relay = await startRelay({ sql, log, handlers })
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
    await Promise.all([
      webTemporal.close(),
      client.connection.close(),
      options.sandbox ? undefined : sandbox.close(),
    ])
    await rm(folder, { recursive: true, force: true })
  })
  return { url, config, sql, sandbox, temporal, client, letters, startWorker }
}
