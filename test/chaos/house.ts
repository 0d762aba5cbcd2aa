import { mkdirSync, renameSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { close, connect, type Sql } from '../../db/postgres/connect.ts'
import { migrate } from '../../db/postgres/migrate.ts'
import { ensureDatabase, startPostgres } from '../../local/postgres/server.ts'
import { startChild } from '../../local/programs/child.ts'
import { temporalProgram } from '../../local/temporal/program.ts'
import { startTemporal } from '../../local/temporal/server.ts'
import { openFrontDoor } from './front-door.ts'
import {
  environmentOf,
  type HousePlan,
  named,
  type Ports,
  root,
  sandboxEnvironment,
} from './house-environment.ts'
import { startRealTemporal } from './real-temporal.ts'
import { type Supervised, supervise } from './supervised.ts'

/** A whole CrateSocial in separate processes, each of which can be killed and is restarted. */
export type House = {
  url: string
  /** For the final check; the product has its own connections. */
  sql: Sql
  sandboxUrl: string
  controlUrl: string
  /** The environment of workers and servers. */
  env: NodeJS.ProcessEnv
  workers: Supervised[]
  servers: Supervised[]
  /** Undefined if it is external. */
  temporal: Supervised | undefined
  postgres: Supervised | undefined
  /** Advances the clocks of the workers and the sandbox by this much more. */
  advance(ms: number): Promise<void>
  /** Resets the workers' clocks. The sandbox's clock doesn't change. */
  resetClock(): void
  stop(): Promise<void>
}

export const startHouse = async (plan: HousePlan): Promise<House> => {
  const { ports } = plan
  for (const folder of ['logs', 'media']) mkdirSync(join(plan.folder, folder), { recursive: true })
  const clockFile = join(plan.folder, 'clock-ahead')
  const clock = { aheadMs: 0 }
  setClock(clockFile, 0)
  const url = `${plan.https ? 'https' : 'http'}://localhost:${ports.door}`
  const env = environmentOf(plan, ports, url, clockFile)
  const begun: Supervised[] = []
  const begin = async (part: Supervised) => {
    begun.push(part)
    const runs = await Promise.race([
      part.up().then(() => true),
      sleep(120_000, false, { ref: false }),
    ])
    if (!runs)
      throw new Error(
        `${part.name} does not start: is one of the ports ${ports.postgres} to ${ports.servers.at(-1)} taken? See ${plan.folder}/logs`,
      )
    return part
  }
  const sandbox = await begin(
    ourProgram(plan, 'sandbox', 'local/sandbox/main.ts', sandboxEnvironment(plan, ports, url)),
  )
  const postgres = plan.given?.databaseUrl ? undefined : await begin(postgresOf(plan, ports))
  const databaseUrl = env.DATABASE_URL ?? ''
  if (postgres) await migrateDatabase(databaseUrl)
  const temporal = plan.given ? undefined : await begin(temporalOf(plan, ports))
  const workers = named(plan.workers ?? 2, 'worker').map((name) =>
    ourProgram(plan, name, workerFile(plan), {
      ...env,
      ...compiledWorker(plan),
      ...plan.workerEnv,
    }),
  )
  const servers = named(plan.servers ?? 2, 'server').map((name, index) =>
    ourProgram(plan, name, plan.build ? join(plan.build, 'server.js') : 'server.ts', {
      ...env,
      PORT: String(ports.servers[index]),
    }),
  )
  begun.push(...workers, ...servers)
  const door = await openFrontDoor(ports.door, ports.servers.slice(0, servers.length), plan.https)
  const sql = connect({ url: databaseUrl, prepare: true, max: 4, applicationName: 'chaos' })
  const controlUrl = `http://127.0.0.1:${ports.control}`
  await untilAnswers(`${url}/health/ready`)
  await untilAnswers(`${controlUrl}/clock`)
  return {
    url,
    sql,
    sandboxUrl: `http://127.0.0.1:${ports.sandbox}`,
    controlUrl,
    env,
    workers,
    servers,
    temporal,
    postgres,
    advance: async (ms) => {
      clock.aheadMs += ms
      setClock(clockFile, clock.aheadMs)
      await post(`${controlUrl}/clock`, { advanceMs: ms })
    },
    resetClock: () => {
      clock.aheadMs = 0
      setClock(clockFile, 0)
    },
    stop: async () => {
      await door.close()
      await close(sql)
      await Promise.all([...workers, ...servers].map((part) => part.stop()))
      for (const part of begun
        .filter((one) => one === sandbox || one === temporal || one === postgres)
        .reverse())
        await part.stop()
    },
  }
}

const workerFile = ({ build, https }: HousePlan): string =>
  build && https ? join(build, 'worker.js') : 'test/chaos/worker.ts'

const compiledWorker = ({ build }: HousePlan): NodeJS.ProcessEnv =>
  build ? { WORKER_FILE: join(build, 'worker.js') } : {}

const ourProgram = (
  plan: HousePlan,
  name: string,
  file: string,
  env: NodeJS.ProcessEnv,
): Supervised => {
  const command = {
    name,
    program: process.execPath,
    args: [
      ...(file.endsWith('.ts') ? ['--import', import.meta.resolve('tsx')] : []),
      resolve(root, file),
    ],
    cwd: root,
    env,
    logFile: join(plan.folder, 'logs', `${name}.log`),
  }
  return supervise(name, async () => startChild(command, plan.watchdog), plan)
}

const postgresOf = (plan: HousePlan, ports: Ports): Supervised => {
  const logFile = join(plan.folder, 'logs', 'postgres.log')
  const options = {
    dataDir: plan.folder,
    port: ports.postgres,
    password: 'chaos',
    logFile,
    watchdog: plan.watchdog,
  }
  const start = async () => {
    const server = await startPostgres(options)
    await ensureDatabase(server, 'cratesocial')
    return server
  }
  return supervise('postgres', start, plan)
}

const temporalOf = (plan: HousePlan, ports: Ports): Supervised => {
  const logFile = join(plan.folder, 'logs', 'temporal.log')
  if (plan.realTemporal)
    return startRealTemporal({ ...plan, folder: plan.realTemporal, port: ports.temporal, logFile })
  const start = async () => {
    const program = await temporalProgram({
      cacheDir: join(root, '.cache'),
      env: process.env,
      say: () => undefined,
    })
    return startTemporal({
      program,
      dataDir: plan.folder,
      port: ports.temporal,
      logFile,
      watchdog: plan.watchdog,
    })
  }
  return supervise('temporal', start, plan)
}

const migrateDatabase = async (url: string): Promise<void> => {
  const sql = connect({ url, prepare: false, max: 2 })
  await migrate(sql).finally(() => close(sql))
}

/** Written under a temporary name first, so that workers read either the old or the new number. */
const setClock = (file: string, aheadMs: number): void => {
  writeFileSync(`${file}.new`, String(aheadMs))
  renameSync(`${file}.new`, file)
}

export const untilAnswers = async (url: string): Promise<void> => {
  for (const giveUpAt = Date.now() + 90_000; ; await sleep(150)) {
    // a failed request means that it is not listening yet
    const answer = await fetch(url, { signal: AbortSignal.timeout(5_000) }).catch(() => undefined)
    await answer?.body?.cancel()
    if (answer?.ok) return
    if (Date.now() > giveUpAt) throw new Error(`${url} did not answer within 90 seconds`)
  }
}

export const post = async (url: string, body: unknown): Promise<void> => {
  const response = await fetch(url, {
    method: 'POST',
    body: JSON.stringify(body),
    headers: { 'content-type': 'application/json' },
  })
  if (!response.ok) throw new Error(`${url} answered ${response.status}: ${await response.text()}`)
}
