import { randomInt } from 'node:crypto'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { type Config, loadConfig } from '../config/index.ts'
import { firstOperatorLink } from '../db/people/first-operator.ts'
import { close, connect } from '../db/postgres/connect.ts'
import { migrate } from '../db/postgres/migrate.ts'
import { registerCallbacks } from './callbacks.ts'
import {
  type Given,
  productEnvironment,
  sandboxEnvironment,
  whatIsGiven,
  workerEnvironment,
} from './environment.ts'
import { startGuard } from './guard.ts'
import { startMailbox } from './mail/mailbox.ts'
import { isFree, type PortName, type Ports, readPorts, refuseTakenPorts } from './ports.ts'
import { ensureDatabase, startPostgres } from './postgres/server.ts'
import { Problem } from './problem.ts'
import { type Command, keepRunning, logEnd } from './programs/child.ts'
import { ffmpegProgram } from './programs/ffmpeg.ts'
import type { Watchdog } from './programs/watchdog.ts'
import { type LocalSecrets, localSecrets } from './secrets.ts'
import { root } from './settings.ts'
import { temporalProgram } from './temporal/program.ts'
import { startTemporal } from './temporal/server.ts'

type Part = { name: string; stop(): Promise<void>; restart?(): Promise<void> }
export type Stack = {
  /** Starts everything in the required order. Returns the addresses to show. */
  start(): Promise<Addresses>
  /** Stops what was started, in reverse order. */
  stop(): Promise<void>
  /** Resolves with the reason if a part ended that the others need. */
  broken: Promise<string>
  /** Restarts these of our own programs, by name. */
  restart(programs: Set<string>): Promise<void>
}
export type Addresses = {
  publicUrl: string
  invitation: string | null
  temporalUi?: string
  sandbox?: string
  sandboxControl?: string
  mailbox?: string
  /** The configuration of the product. */
  config: Config
}

type Setting = {
  env: NodeJS.ProcessEnv
  dataDir: string
  watchdog: Watchdog
  say(line: string): void
}

/**
 * Everything CrateSocial needs, on one machine. If settings are wrong, throws a Problem or a
 * ConfigError before starting anything.
 */
export async function createStack(setting: Setting): Promise<Stack> {
  const given = whatIsGiven(setting.env)
  const ports = readPorts(setting.env)
  await refuseTakenPorts(ports, neededPorts(given))
  const secrets = localSecrets(setting.dataDir)
  const search = { cacheDir: join(root, '.cache'), env: setting.env, say: setting.say }
  const told = productEnvironment({ ...setting, given, ports, secrets })
  loadConfig(told) // reports wrong settings before anything is downloaded
  const env = { ...told, FFMPEG_PATH: ffmpegProgram(search) }
  const config = loadConfig(env)
  const program = given.temporal ? undefined : await temporalProgram(search)
  const parts: Part[] = []
  let breakWith: (why: string) => void
  const broken = new Promise<string>((resolve) => {
    breakWith = resolve
  })
  const stopping = new AbortController()
  const plan: Plan = {
    ...setting,
    given,
    ports,
    secrets,
    env,
    config,
    program,
    parts,
    stopping: stopping.signal,
    breakWith: (why) => breakWith(why),
    isReady: false,
  }
  let starting: Promise<Addresses> | undefined
  return {
    broken,
    restart: async (programs) => {
      await Promise.all(
        parts.filter(({ name }) => programs.has(name)).map((part) => part.restart?.()),
      )
    },
    start: () => {
      starting = start(plan)
      return starting
    },
    stop: async () => {
      stopping.abort(new Problem('Stopped before it was ready.'))
      await takeDown(parts)
      await starting?.catch(() => undefined) // the step in progress may have started one more
      await takeDown(parts)
    },
  }
}

async function takeDown(parts: Part[]): Promise<void> {
  for (const part of parts.splice(0).reverse()) await part.stop()
}

type Plan = Setting & {
  given: Given
  ports: Ports
  secrets: LocalSecrets
  config: Config
  /** The path of the Temporal program. Undefined if Temporal runs elsewhere. */
  program: string | undefined
  parts: Part[]
  stopping: AbortSignal
  breakWith(why: string): void
  isReady: boolean
}

function neededPorts(given: Given): PortName[] {
  const needed: PortName[] = ['web']
  if (!given.database) needed.push('postgres')
  if (!given.temporal) needed.push('temporal', 'temporalUi')
  if (!given.mail) needed.push('smtp', 'mailbox')
  if (given.simulated.length > 0) needed.push('sandbox', 'sandboxControl')
  return needed
}

async function start(plan: Plan): Promise<Addresses> {
  process.umask(0o077) // from now on, only the owner can read what we and our children write
  const { given, ports, config } = plan
  // What starts first stops last.
  const foundations = await Promise.allSettled([
    given.database ? migrateDatabase(plan) : bringUpPostgres(plan),
    plan.program === undefined ? undefined : bringUpTemporal(plan, plan.program),
  ])
  for (const result of foundations) if (result.status === 'rejected') throw result.reason
  if (!given.mail) await bringUpMailbox(plan)
  plan.stopping.throwIfAborted()
  if (given.simulated.length > 0) keepSandboxUp(plan)
  keepUp(plan, 'worker', 'worker.ts', workerEnvironment(plan.env))
  const web = keepUp(plan, 'web server', 'server.ts', plan.env)
  await untilReady(`http://127.0.0.1:${ports.web}/health/ready`, web, plan.stopping)
  plan.isReady = true
  const local = (port: number) => `http://127.0.0.1:${port}/`
  return {
    config,
    publicUrl: config.publicUrl,
    invitation: await invitation(config),
    temporalUi: config.temporal.uiUrl ? `${config.publicUrl}/temporal/` : undefined,
    sandbox: given.simulated.length > 0 ? local(ports.sandbox) : undefined,
    sandboxControl: given.simulated.length > 0 ? local(ports.sandboxControl) : undefined,
    mailbox: given.mail ? undefined : local(ports.mailbox),
  }
}

async function bringUpPostgres(plan: Plan): Promise<void> {
  const { dataDir, watchdog, ports, secrets } = plan
  const server = await startPostgres({
    dataDir,
    watchdog,
    port: ports.postgres,
    password: secrets.databasePassword,
    logFile: logOf(plan, 'postgres'),
  })
  plan.parts.unshift({ name: 'PostgreSQL', stop: server.stop })
  void server.ended.then(plan.breakWith)
  await ensureDatabase(server, 'cratesocial')
  await migrateDatabase(plan)
}

async function migrateDatabase({ config, say }: Plan): Promise<void> {
  const sql = connect({ ...config.database, max: 2, applicationName: 'start' })
  try {
    await migrate(sql)
    say('PostgreSQL is up to date.')
  } finally {
    await close(sql)
  }
}

async function bringUpTemporal(plan: Plan, program: string): Promise<void> {
  const { dataDir, watchdog, ports } = plan
  const host = await hiddenHost(ports.temporalUi)
  const server = await startTemporal({
    program,
    dataDir,
    watchdog,
    port: ports.temporal,
    ui: { host, port: ports.temporalUi, codecUrl: `${plan.config.publicUrl}/codec` },
    logFile: logOf(plan, 'temporal'),
  })
  plan.parts.push({ name: 'Temporal', stop: server.stop })
  const guard = await startGuard(ports.temporalUi, { host, port: ports.temporalUi })
  plan.parts.push({ name: 'Temporal UI', stop: guard.close })
  void server.ended.then(plan.breakWith)
  plan.say('Temporal answers.')
}

/**
 * The Temporal UI accepts any Host header, so it listens on a random loopback address that no web
 * page can guess. Our guard listens on the known port.
 */
async function hiddenHost(port: number): Promise<string> {
  const host = `127.${randomInt(1, 255)}.${randomInt(256)}.${randomInt(1, 255)}`
  if (!(await isFree(port, host)))
    throw new Problem(`The Temporal UI cannot listen on ${host}: this needs Linux.`)
  return host
}

async function bringUpMailbox({ ports, dataDir, parts }: Plan): Promise<void> {
  const mailbox = await startMailbox({
    smtpPort: ports.smtp,
    webPort: ports.mailbox,
    folder: join(dataDir, 'mail'),
  })
  parts.push({ name: 'mailbox', stop: mailbox.close })
}

function keepSandboxUp(plan: Plan): void {
  const { config, ports, say } = plan
  const env = sandboxEnvironment(plan.env, {
    ...plan,
    publicUrl: config.publicUrl,
    mediaUrl: config.media.publicUrl,
  })
  keepUp(plan, 'sandbox', 'local/sandbox/main.ts', env, () => {
    void registerCallbacks(`http://127.0.0.1:${ports.sandboxControl}/`, config).then(
      (problem) => problem && say(problem),
    )
  })
}

/** After this many failures before it was ever ready, waiting longer doesn't help. */
const mostFailuresAtStart = 3

/** Runs one of our own programs and restarts it whenever it ends. */
function keepUp(
  plan: Plan,
  name: string,
  file: string,
  env: NodeJS.ProcessEnv,
  onStart?: () => void,
): Command {
  const command: Command = {
    name: `The ${name}`,
    program: process.execPath,
    args: ['--import', import.meta.resolve('tsx'), join(root, file)],
    cwd: root,
    env,
    logFile: logOf(plan, name.replace(' ', '-')),
    stopTimeoutMs: 30_000,
  }
  const { watchdog, say } = plan
  const onEnd = (failures: number, why: string) => {
    if (!plan.isReady && failures === mostFailuresAtStart)
      plan.breakWith(`It does not start. ${why}`)
  }
  plan.parts.push({ name, ...keepRunning(command, { watchdog, say, onStart, onEnd }) })
  return command
}

function logOf({ dataDir }: Plan, name: string): string {
  return join(dataDir, 'logs', `${name}.log`)
}

async function untilReady(url: string, web: Command, stopping: AbortSignal): Promise<void> {
  for (const giveUpAt = Date.now() + 90_000; Date.now() < giveUpAt; await sleep(100)) {
    stopping.throwIfAborted()
    // a failed request means that it is not listening yet
    const answer = await fetch(url, { signal: AbortSignal.timeout(5_000) }).catch(() => undefined)
    await answer?.body?.cancel()
    if (answer?.ok) return
  }
  throw new Problem(
    `The web server was not ready within 90 seconds.${logEnd(web, { logFromBytes: 0 })}`,
  )
}

async function invitation(config: Config): Promise<string | null> {
  const sql = connect({ ...config.database, max: 2, applicationName: 'start' })
  return await firstOperatorLink(sql, config.publicUrl).finally(() => close(sql))
}
