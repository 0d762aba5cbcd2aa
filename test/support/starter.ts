import { type ChildProcess, spawn } from 'node:child_process'
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { type Config, loadConfig } from '../../config.ts'
import { productEnvironment, whatIsGiven } from '../../local/environment.ts'
import { freePort, readPorts } from '../../local/ports.ts'
import { localSecrets } from '../../local/secrets.ts'
import { atTheEnd } from './at-the-end.ts'

export type Starter = {
  child: ChildProcess
  /** All it printed so far. */
  output(): string
  /** Resolves when it has printed its first line: from then on it takes signals. */
  begun: Promise<void>
  /** Resolves with everything printed once it says "Ready"; rejects when it ends before. */
  ready: Promise<string>
  /** Its exit code; null when a signal ended it. */
  ended: Promise<number | null>
}
export type StackEnv = Record<string, string>

const root = new URL('../../', import.meta.url).pathname
const portNames = [
  'PORT',
  'POSTGRES_PORT',
  'TEMPORAL_PORT',
  'TEMPORAL_UI_PORT',
  'SANDBOX_PORT',
  'SANDBOX_CONTROL_PORT',
  'SMTP_PORT',
  'MAILBOX_PORT',
]

/** The environment of a stack of its own: free ports, a new data folder that goes away after the file's last test. */
export async function stackEnv(): Promise<StackEnv> {
  const folder = mkdtempSync(join(tmpdir(), 'cratesocial-stack-'))
  atTheEnd(async () => removeData(folder))
  const ports = await Promise.all(portNames.map(freePort))
  return { DATA_DIR: join(folder, 'data'), ...Object.fromEntries(portNames.map((name, index) => [name, String(ports[index])])) }
}

/** What the product runs with in the stack that was started with these settings. */
export function configOf(env: StackEnv): Config {
  const dataDir = env.DATA_DIR ?? ''
  const place = { env, given: whatIsGiven(env), ports: readPorts(env), secrets: localSecrets(dataDir), dataDir }
  return loadConfig(productEnvironment(place))
}

/** What `npm start` runs. Killed after the file's last test at the latest. */
export function runStarter(
  env: StackEnv,
  user?: { uid: number; gid: number },
  command = [process.execPath, '--import', 'tsx', 'local/start.ts'],
): Starter {
  const [program = '', ...args] = command
  const { PATH, HOME } = process.env
  const child = spawn(program, args, {
    cwd: root,
    env: { PATH, HOME, ...env },
    ...user,
    detached: true,
  })
  let printed = ''
  const ended = new Promise<number | null>((resolve) => void child.once('exit', resolve))
  const begun = new Promise<void>((resolve) => void child.stdout.once('data', () => resolve()))
  const ready = new Promise<string>((resolve, reject) => {
    const hear = (chunk: Buffer) => {
      printed += chunk
      if (/^ {2}Data and logs/m.test(printed)) resolve(printed)
    }
    child.stdout.on('data', hear)
    child.stderr.on('data', hear)
    void ended.then((code) => reject(new Error(`the starter ended with ${code}:\n${printed}`)))
  })
  ready.catch(() => undefined) // those who care await it
  atTheEnd(async () => {
    child.kill('SIGTERM')
    await ended
  })
  return { child, output: () => printed, begun, ready, ended }
}

type Process = { pid: number; startedAt: string; command: string }

/** Everything that a process has started and that runs now, however deep; read from /proc. */
export function descendants(pid: number): Process[] {
  const all = processes()
  const childrenOf = (parent: number): (Process & { parent: number })[] =>
    all.filter((one) => one.parent === parent).flatMap((one) => [one, ...childrenOf(one.pid)])
  return childrenOf(pid)
}

/** Whatever has this in its command or its environment. */
export function processesNaming(text: string): Process[] {
  return processes().filter(
    (one) => one.pid !== process.pid && (one.command.includes(text) || environmentOf(one.pid).includes(text)),
  )
}

function environmentOf(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/environ`, 'utf8')
  } catch {
    return '' // ended, or somebody else's
  }
}

/** Those of them that still run after at most `withinMs`, by their commands. */
export async function survivors(before: Process[], withinMs: number): Promise<string[]> {
  for (const giveUpAt = Date.now() + withinMs; ; await sleep(100)) {
    const now = processes()
    const left = before.filter((one) => now.some((other) => other.pid === one.pid && other.startedAt === one.startedAt))
    if (left.length === 0 || Date.now() > giveUpAt) return left.map((one) => one.command)
  }
}

function processes(): (Process & { parent: number })[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap((name) => {
      try {
        const stat = readFileSync(`/proc/${name}/stat`, 'utf8')
        const [state = '', parent = '', ...rest] = stat.slice(stat.lastIndexOf(') ') + 2).split(' ')
        const command = readFileSync(`/proc/${name}/cmdline`, 'utf8').replaceAll('\0', ' ')
        return state === 'Z' ? [] : [{ pid: Number(name), parent: Number(parent), startedAt: rest[17]!, command }]
      } catch {
        return [] // ended while we looked
      }
    })
}

/** As root, the database may be elsewhere: where its user can enter. */
function removeData(folder: string): void {
  const note = join(folder, 'data', 'postgres-is-in')
  if (existsSync(note)) rmSync(readFileSync(note, 'utf8').trim(), { recursive: true, force: true })
  rmSync(folder, { recursive: true, force: true })
}
