import { type ChildProcess, spawn } from 'node:child_process'
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { type Config, loadConfig } from '../../../config/index.ts'
import { productEnvironment, whatIsGiven } from '../../../local/environment.ts'
import { freePort, readPorts } from '../../../local/ports.ts'
import { localSecrets } from '../../../local/secrets.ts'
import { atTheEnd } from '../at-the-end.ts'

export type Starter = {
  child: ChildProcess
  /** All output so far. */
  output(): string
  /** Resolves after its first line of output; from then on it handles signals. */
  begun: Promise<void>
  /** Resolves with the output once it prints "Ready". Rejects if it ends before that. */
  ready: Promise<string>
  /** The exit code. Null if a signal ended it. */
  ended: Promise<number | null>
}
export type StackEnv = Record<string, string>

const root = fileURLToPath(new URL('../../../', import.meta.url))
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

/**
 * The environment of a separate stack: free ports and a new data folder, which is deleted after the
 * file's last test.
 */
export async function stackEnv(): Promise<StackEnv> {
  const folder = mkdtempSync(join(tmpdir(), 'cratesocial-stack-'))
  atTheEnd(async () => removeData(folder))
  const ports = await Promise.all(portNames.map(freePort))
  return {
    DATA_DIR: join(folder, 'data'),
    ...Object.fromEntries(portNames.map((name, index) => [name, String(ports[index])])),
  }
}

/** The configuration of the product in the stack with these settings. */
export function configOf(env: StackEnv): Config {
  const dataDir = env.DATA_DIR ?? ''
  const place = {
    env,
    given: whatIsGiven(env),
    ports: readPorts(env),
    secrets: localSecrets(dataDir),
    dataDir,
  }
  return loadConfig(productEnvironment(place))
}

/** Runs what `npm start` runs. Killed after the file's last test at the latest. */
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
  ready.catch(() => undefined) // callers that care await it
  atTheEnd(async () => {
    child.kill('SIGTERM')
    await ended
  })
  return { child, output: () => printed, begun, ready, ended }
}

type Process = { pid: number; startedAt: string; command: string }

/** All running descendants of a process, read from /proc. */
export function descendants(pid: number): Process[] {
  const all = processes()
  const childrenOf = (parent: number): (Process & { parent: number })[] =>
    all.filter((one) => one.parent === parent).flatMap((one) => [one, ...childrenOf(one.pid)])
  return childrenOf(pid)
}

/** All processes with this text in their command or environment. */
export function processesNaming(text: string): Process[] {
  return processes().filter(
    (one) =>
      one.pid !== process.pid &&
      (one.command.includes(text) || environmentOf(one.pid).includes(text)),
  )
}

function environmentOf(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/environ`, 'utf8')
  } catch {
    return '' // ended, or another user's
  }
}

/** The commands of the processes that are still running after at most `withinMs`. */
export async function survivors(before: Process[], withinMs: number): Promise<string[]> {
  for (const giveUpAt = Date.now() + withinMs; ; await sleep(100)) {
    const now = processes()
    const left = before.filter((one) =>
      now.some((other) => other.pid === one.pid && other.startedAt === one.startedAt),
    )
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
        return state === 'Z'
          ? []
          : [{ pid: Number(name), parent: Number(parent), startedAt: rest[17]!, command }]
      } catch {
        return [] // ended in the meantime
      }
    })
}

/** If root started it, the database may be in another folder that its user can enter. */
function removeData(folder: string): void {
  const note = join(folder, 'data', 'postgres-is-in')
  if (existsSync(note)) rmSync(readFileSync(note, 'utf8').trim(), { recursive: true, force: true })
  rmSync(folder, { recursive: true, force: true })
}
