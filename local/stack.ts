import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { type Config, loadConfig } from '../config.ts'
import { close, connect } from '../db/connect.ts'
import { firstOperatorLink } from '../db/first-operator.ts'
import { migrate } from '../db/migrate.ts'
import { registerCallbacks } from './callbacks.ts'
import { type Command, keepRunning, logEnd } from './child.ts'
import { type Given, productEnvironment, sandboxEnvironment, whatIsGiven, workerEnvironment } from './environment.ts'
import { startMailbox } from './mailbox.ts'
import { type PortName, type Ports, readPorts, refuseTakenPorts } from './ports.ts'
import { ensureDatabase, startPostgres } from './postgres.ts'
import { Problem } from './problem.ts'
import { type LocalSecrets, localSecrets } from './secrets.ts'
import { startTemporal } from './temporal.ts'
import { temporalProgram } from './temporal-program.ts'
import type { Watchdog } from './watchdog.ts'

type Part = { name: string; stop(): Promise<void> }
export type Stack = {
  /** Brings everything up, in the order in which it is needed; returns what to tell the person. */
  start(): Promise<Addresses>
  /** Takes down what was started, last first. */
  stop(): Promise<void>
  /** Resolves with the reason when a part that the others cannot do without ended by itself. */
  broken: Promise<string>
}
export type Addresses = {
  publicUrl: string
  invitation: string | null
  temporalUi?: string
  sandbox?: string
  sandboxControl?: string
  mailbox?: string
  /** What the product runs with. */
  config: Config
}

const root = new URL('../', import.meta.url).pathname

type Setting = { env: NodeJS.ProcessEnv; dataDir: string; watchdog: Watchdog; say(line: string): void }

/** Everything CrateSocial needs, on one machine. Throws a Problem or a ConfigError before anything is started when settings are wrong. */
export async function createStack(setting: Setting): Promise<Stack> {
  const given = whatIsGiven(setting.env)
  const ports = readPorts(setting.env)
  await refuseTakenPorts(ports, neededPorts(given))
  const secrets = localSecrets(setting.dataDir)
  const env = productEnvironment({ ...setting, given, ports, secrets })
  const config = loadConfig(env)
  const search = { cacheDir: join(root, '.cache'), env: setting.env, say: setting.say }
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
  }
  let starting: Promise<Addresses> | undefined
  return {
    broken,
    start: () => {
      starting = start(plan)
      return starting
    },
    stop: async () => {
      stopping.abort(new Problem('Stopped before it was ready.'))
      await takeDown(parts)
      await starting?.catch(() => undefined) // the step that was under way may have brought up one more
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
  /** Of Temporal; undefined: it runs elsewhere. */
  program: string | undefined
  parts: Part[]
  stopping: AbortSignal
  breakWith(why: string): void
}

function neededPorts(given: Given): PortName[] {
  const needed: PortName[] = ['web']
  if (!given.database) needed.push('postgres')
  if (!given.temporal) needed.push('temporal', 'temporalUi')
  if (!given.mail) needed.push('smtp', 'mailbox')
  if (!given.meta || !given.tiktok) needed.push('sandbox', 'sandboxControl')
  return needed
}

async function start(plan: Plan): Promise<Addresses> {
  const { given, ports, config } = plan
  // What is started first is stopped last.
  const foundations = await Promise.allSettled([
    given.database ? migrateDatabase(plan) : bringUpPostgres(plan),
    plan.program === undefined ? undefined : bringUpTemporal(plan, plan.program),
  ])
  for (const result of foundations) if (result.status === 'rejected') throw result.reason
  if (!given.mail) await bringUpMailbox(plan)
  plan.stopping.throwIfAborted()
  if (!given.meta || !given.tiktok) keepSandboxUp(plan)
  keepUp(plan, 'worker', 'worker.ts', workerEnvironment(plan.env))
  const web = keepUp(plan, 'web server', 'server.ts', plan.env)
  await untilReady(`http://127.0.0.1:${ports.web}/health/ready`, web, plan.stopping)
  const local = (port: number) => `http://127.0.0.1:${port}/`
  return {
    config,
    publicUrl: config.publicUrl,
    invitation: await invitation(config),
    temporalUi: config.temporal.uiUrl ? `${config.publicUrl}/temporal/` : undefined,
    sandbox: given.meta && given.tiktok ? undefined : local(ports.sandbox),
    sandboxControl: given.meta && given.tiktok ? undefined : local(ports.sandboxControl),
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
  const server = await startTemporal({
    program,
    dataDir,
    watchdog,
    port: ports.temporal,
    ui: { port: ports.temporalUi, codecUrl: `${plan.config.publicUrl}/codec` },
    logFile: logOf(plan, 'temporal'),
  })
  plan.parts.push({ name: 'Temporal', stop: server.stop })
  void server.ended.then(plan.breakWith)
  plan.say('Temporal answers.')
}

async function bringUpMailbox({ ports, dataDir, parts }: Plan): Promise<void> {
  const mailbox = await startMailbox({ smtpPort: ports.smtp, webPort: ports.mailbox, folder: join(dataDir, 'mail') })
  parts.push({ name: 'mailbox', stop: mailbox.close })
}

function keepSandboxUp(plan: Plan): void {
  const { config, ports, say } = plan
  const env = sandboxEnvironment(plan.env, { ...plan, publicUrl: config.publicUrl, mediaUrl: config.media.publicUrl })
  keepUp(plan, 'sandbox', 'local/sandbox/main.ts', env, () => {
    void registerCallbacks(`http://127.0.0.1:${ports.sandboxControl}/`, config.publicUrl).then(
      (problem) => problem && say(problem),
    )
  })
}

/** One of our own programs, started again whenever it ends. */
function keepUp(plan: Plan, name: string, file: string, env: NodeJS.ProcessEnv, onStart?: () => void): Command {
  const command: Command = {
    name: `The ${name}`,
    program: process.execPath,
    args: ['--import', import.meta.resolve('tsx'), join(root, file)],
    cwd: root,
    env,
    logFile: logOf(plan, name.replace(' ', '-')),
    stopTimeoutMs: 30_000,
  }
  plan.parts.push({ name, stop: keepRunning(command, plan.watchdog, plan.say, onStart).stop })
  return command
}

function logOf({ dataDir }: Plan, name: string): string {
  return join(dataDir, 'logs', `${name}.log`)
}

async function untilReady(url: string, web: Command, stopping: AbortSignal): Promise<void> {
  for (const giveUpAt = Date.now() + 90_000; Date.now() < giveUpAt; await sleep(100)) {
    stopping.throwIfAborted()
    const answer = await fetch(url, { signal: AbortSignal.timeout(5_000) }).catch(() => undefined) // not listening yet
    await answer?.body?.cancel()
    if (answer?.ok) return
  }
  throw new Problem(`The web server was not ready within 90 seconds.${logEnd(web)}`)
}

async function invitation(config: Config): Promise<string | null> {
  const sql = connect({ ...config.database, max: 2, applicationName: 'start' })
  return await firstOperatorLink(sql, config.publicUrl).finally(() => close(sql))
}
