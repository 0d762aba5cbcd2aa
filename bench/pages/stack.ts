import { type ChildProcess, execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { databaseUrl, productEnvironment, whatIsGiven } from '../../local/environment.ts'
import { freePort, readPorts } from '../../local/ports.ts'
import { startPostgres } from '../../local/postgres/server.ts'
import { ffmpegProgram } from '../../local/programs/ffmpeg.ts'
import { localSecrets } from '../../local/secrets.ts'
import { temporalProgram } from '../../local/temporal/program.ts'
import { startTemporal } from '../../local/temporal/server.ts'
import { operatorEnv } from '../../test/support/programs/operator-env.ts'
import { startOwnStack } from '../own-stack.ts'

const root = fileURLToPath(new URL('../../', import.meta.url))

export type PagesStack = {
  databaseUrl: string
  /** The process whose children serve the connections. */
  databasePid: number
  /** The compiled server, as in production. */
  server: Program
  floor: Program
  origin: string
  stop(): Promise<void>
}
type Program = { url: string; pid: number; stop(): Promise<void> }

/**
 * The demo, filled once by the whole product. After that, only its PostgreSQL and Temporal run with
 * the compiled server, so no worker sends or measures anything while pages are measured. `fill`
 * adds rows before the server starts. `kept`: a folder that isn't deleted and is filled only once.
 * SIGINT and SIGTERM end everything; what is just starting or being filled is waited for.
 */
export const startPagesStack = async (
  fill: (databaseUrl: string) => Promise<void>,
  kept?: string,
): Promise<PagesStack> => {
  const parts = createParts()
  const starting = start(parts, fill, kept)
  const end = async () => {
    parts.end()
    await starting.catch(() => undefined) // it was told to end
    await parts.stop()
    process.exit(1)
  }
  let ending: Promise<void> | undefined
  for (const signal of ['SIGINT', 'SIGTERM'] as const)
    process.once(signal, () => {
      ending ??= end()
    })
  try {
    return { ...(await starting), stop: parts.stop }
  } catch (error) {
    await ending
    throw error
  }
}

type Part = { stop(): Promise<void> }
type Parts = {
  /** Throws after `end`. The part is stopped with the others even then. */
  add<T extends Part>(part: T): T
  stop(): Promise<void>
  end(): void
}

/** What was started, stopped in reverse order. */
const createParts = (): Parts => {
  const parts: Part[] = []
  let isOver = false
  const stop = async () => {
    for (const part of parts.splice(0).reverse()) await part.stop()
  }
  const add = <T extends Part>(part: T): T => {
    parts.push(part)
    if (isOver) throw new Error('this program was told to end')
    return part
  }
  const end = () => {
    isOver = true
  }
  return { add, stop, end }
}

const start = async (parts: Parts, fill: (databaseUrl: string) => Promise<void>, kept?: string) => {
  const folder = kept ? resolve(kept) : await mkdtemp(join(tmpdir(), 'cratesocial-pages-'))
  const build = join(root, '.cache', `bench-${process.pid}`)
  const deleted = (path: string): Part => ({
    stop: () => rm(path, { recursive: true, force: true }),
  })
  parts.add(deleted(build))
  if (!kept) parts.add(deleted(folder))
  try {
    await promisify(execFile)(
      process.execPath,
      ['--import', 'tsx', 'production/build.ts', '--out', build],
      { cwd: root },
    )
    if (!existsSync(join(folder, 'demo.json'))) await fillDemo(parts, folder, kept !== undefined)
    const ports = readPorts({
      POSTGRES_PORT: String(await freePort()),
      TEMPORAL_PORT: String(await freePort()),
      PORT: String(await freePort()),
    })
    const secrets = localSecrets(folder)
    const { databasePassword: password } = secrets
    const logFile = (name: string) => join(folder, `logs/${name}.log`)
    const postgres = parts.add(
      await startPostgres({
        dataDir: folder,
        port: ports.postgres,
        password,
        logFile: logFile('postgres'),
      }),
    )
    const program = await temporalProgram({
      cacheDir: join(root, '.cache'),
      env: process.env,
      say: console.log,
    })
    parts.add(
      await startTemporal({
        program,
        dataDir: folder,
        port: ports.temporal,
        logFile: logFile('temporal'),
      }),
    )
    const url = databaseUrl(ports, secrets)
    await fill(url)
    const origin = 'https://bench.example.com'
    const env = {
      ...productEnvironment({ env: {}, given: whatIsGiven({}), ports, secrets, dataDir: folder }),
      ...{
        NODE_ENV: 'production',
        PUBLIC_URL: origin,
        ALLOW_LOCAL_PLATFORMS: 'true',
        LOG_LEVEL: 'warn',
      },
      ...operatorEnv,
      FFMPEG_PATH: ffmpegProgram({
        cacheDir: join(root, '.cache'),
        env: process.env,
        say: console.log,
      }),
    }
    const server = parts.add(await run([join(build, 'server.js')], env, ports.web, '/health/live'))
    const floorPort = await freePort()
    const floorEnv = { DATABASE_URL: url, PORT: String(floorPort), NODE_ENV: 'production' }
    const floor = parts.add(
      await run(['--import', 'tsx', 'bench/pages/floor-server.ts'], floorEnv, floorPort, '/'),
    )
    return { databaseUrl: url, databasePid: postgres.pid!, server, floor, origin }
  } catch (error) {
    await parts.stop()
    throw error
  }
}

/** If root started it, the database may be in another folder that its user can enter. */
const fillDemo = async (parts: Parts, folder: string, isKept: boolean): Promise<void> => {
  const demo = await startOwnStack(['--demo'], folder)
  let isStopped = false
  const stop = async () => {
    if (!isStopped) await demo.stop()
    isStopped = true
    if (!isKept && demo.databaseFolder !== folder)
      await rm(demo.databaseFolder, { recursive: true, force: true })
  }
  parts.add({ stop })
  await demo.stop()
  isStopped = true
}

const run = async (
  args: string[],
  env: NodeJS.ProcessEnv,
  port: number,
  path: string,
): Promise<Program> => {
  const url = `http://127.0.0.1:${port}`
  const child = spawn(process.execPath, args, {
    cwd: root,
    env: { PATH: process.env.PATH, HOME: process.env.HOME, ...env },
    stdio: ['ignore', 'ignore', 'inherit'],
  })
  for (
    const giveUpAt = Date.now() + 60_000;
    ;
    await new Promise((resolve) => setTimeout(resolve, 100))
  ) {
    const answer = await fetch(url + path).catch(() => undefined) // not listening yet
    await answer?.body?.cancel()
    if (answer) break
    if (child.exitCode !== null || Date.now() > giveUpAt)
      throw new Error(`${args.at(-1)} did not start`)
  }
  return { url, pid: child.pid!, stop: () => ended(child) }
}

const ended = async (child: ChildProcess): Promise<void> => {
  if (child.exitCode !== null || child.signalCode !== null) return
  const exit = once(child, 'exit')
  child.kill('SIGTERM')
  await exit
}

/** Resident memory of a process in MB. Linux only. */
export const residentMb = (pid: number): number =>
  Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]) / 1_024

/**
 * Processor time that a process has used so far, in milliseconds. Linux counts it in hundredths of
 * a second.
 */
export const processorMs = (pid: number): number => usageOf(pid)?.ms ?? Number.NaN

/** The same for all children of a process that are running now. */
export const processorMsOfChildren = (pid: number): number =>
  readdirSync('/proc')
    .map((name) => usageOf(Number(name)))
    .reduce((sum, usage) => (usage?.parent === pid ? sum + usage.ms : sum), 0)

/** Undefined if there is no such process, which may end while it is looked at. */
const usageOf = (pid: number): { parent: number; ms: number } | undefined => {
  if (!Number.isInteger(pid)) return undefined
  try {
    const fields = readFileSync(`/proc/${pid}/stat`, 'utf8')
      .replace(/^.*\) /s, '')
      .split(' ')
    return { parent: Number(fields[1]), ms: (Number(fields[11]) + Number(fields[12])) * 10 }
  } catch (error) {
    if (['ENOENT', 'ESRCH'].includes(String((error as NodeJS.ErrnoException).code)))
      return undefined
    throw error
  }
}
