import { execFile, fork } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { mkdir, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { type Config, loadConfig } from '../../config/index.ts'
import { close, connect, type Sql } from '../../db/postgres/connect.ts'
import { migrate } from '../../db/postgres/migrate.ts'
import { databaseUrl, productEnvironment, whatIsGiven } from '../../local/environment.ts'
import { freePort, readPorts } from '../../local/ports.ts'
import { ensureDatabase, startPostgres } from '../../local/postgres/server.ts'
import { ffmpegProgram } from '../../local/programs/ffmpeg.ts'
import { localSecrets } from '../../local/secrets.ts'
import { temporalProgram } from '../../local/temporal/program.ts'
import { startTemporal } from '../../local/temporal/server.ts'
import { operatorEnv } from '../support/programs/operator-env.ts'

const root = fileURLToPath(new URL('../../', import.meta.url))

export type Target = {
  port: number
  pid: number
  origin: string
  config: Config
  sql: Sql
  stop(): Promise<void>
}

/**
 * Starts the compiled server as in production, with its own PostgreSQL and Temporal in a new
 * folder. Everything listens on loopback only.
 */
export const startTarget = async (): Promise<Target> => {
  const folder = await mkdtemp(join(tmpdir(), 'cratesocial-hostile-'))
  const build = join(root, '.cache', `hostile-${randomBytes(4).toString('hex')}`)
  const remove = (path: string) => () => rm(path, { recursive: true, force: true })
  const stops: (() => Promise<void>)[] = [remove(folder), remove(build)]
  const stop = async () => {
    for (const one of stops.splice(0).reverse()) await one()
  }
  try {
    await promisify(execFile)(
      process.execPath,
      ['--import', 'tsx', 'production/build.ts', '--out', build],
      { cwd: root },
    )
    const { env, ports } = await startSurroundings(folder, stops)
    const config = loadConfig(env)
    const sql = connect({ ...config.database, max: 4, applicationName: 'hostile' })
    stops.push(() => close(sql))
    await migrate(sql)
    const server = fork(join(build, 'server.js'), {
      cwd: root,
      env,
      execArgv: [],
      stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    })
    stops.push(async () => {
      if (server.exitCode !== null || server.signalCode !== null) return
      server.kill('SIGTERM')
      await once(server, 'exit')
    })
    await untilUp(`http://127.0.0.1:${ports.web}/health/live`)
    return { port: ports.web, pid: server.pid!, origin: config.publicUrl, config, sql, stop }
  } catch (error) {
    await stop()
    throw error
  }
}

const startSurroundings = async (folder: string, stops: (() => Promise<void>)[]) => {
  const [postgresPort, temporalPort, webPort] = [
    await freePort(),
    await freePort(),
    await freePort(),
  ]
  const ports = readPorts({
    POSTGRES_PORT: `${postgresPort}`,
    TEMPORAL_PORT: `${temporalPort}`,
    PORT: `${webPort}`,
  })
  const secrets = localSecrets(folder)
  const { databasePassword: password } = secrets
  await mkdir(join(folder, 'logs'))
  const logOf = (name: string) => join(folder, `logs/${name}.log`)
  const postgres = await startPostgres({
    dataDir: folder,
    port: ports.postgres,
    password,
    logFile: logOf('postgres'),
  })
  stops.push(postgres.stop)
  await ensureDatabase(postgres, 'cratesocial')
  const program = await temporalProgram({
    cacheDir: join(root, '.cache'),
    env: process.env,
    say: console.log,
  })
  const temporal = await startTemporal({
    program,
    dataDir: folder,
    port: ports.temporal,
    logFile: logOf('temporal'),
  })
  stops.push(temporal.stop)
  const env = {
    ...productEnvironment({ env: {}, given: whatIsGiven({}), ports, secrets, dataDir: folder }),
    ...{
      NODE_ENV: 'production',
      PUBLIC_URL: 'https://hostile.example.com',
      ALLOW_LOCAL_PLATFORMS: 'true',
      LOG_LEVEL: 'warn',
    },
    ...operatorEnv,
    DATABASE_URL: databaseUrl(ports, secrets),
    DISK_MIN_FREE_BYTES: '0',
    PATH: process.env.PATH,
    FFMPEG_PATH: ffmpegProgram({
      cacheDir: join(root, '.cache'),
      env: process.env,
      say: console.log,
    }),
  }
  return { env, ports }
}

const untilUp = async (url: string): Promise<void> => {
  for (
    const giveUpAt = Date.now() + 60_000;
    ;
    await new Promise((resolve) => setTimeout(resolve, 100))
  ) {
    const answer = await fetch(url).catch(() => undefined) // not listening yet
    await answer?.body?.cancel()
    if (answer?.ok) return
    if (Date.now() > giveUpAt) throw new Error('the server did not start')
  }
}
