import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { Problem } from './problem.ts'
import { npmPid } from './programs/npm.ts'

/**
 * `npm` is the process that started the starter; it ends when npm ends. `ending`: the starter is
 * stopping everything.
 */
type Holder = { starter: string; watchdog: string; npm?: string; ending?: true }

export type Lock = {
  /** Marks the stack as stopping, so that commands wait for the end. */
  ending(): void
  release(): void
}

/**
 * Allows one stack per data folder. Throws a Problem if another starter holds it. If that starter
 * was killed, waits until its watchdog has stopped what was left.
 */
export async function lockFolder(
  dataDir: string,
  watchdogPid: number,
  say: (line: string) => void,
): Promise<Lock> {
  const path = join(dataDir, 'start.lock')
  const holder = readHolder(path)
  if (holder && isAlive(holder.starter)) {
    throw new Problem(
      `CrateSocial is already running from ${dataDir} (process ${holder.starter.split(' ')[0]}). Stop it first.`,
    )
  }
  if (holder && isAlive(holder.watchdog)) {
    say('Waiting for the programs of an interrupted run to stop.')
    for (let waited = 0; isAlive(holder.watchdog); waited++) {
      if (waited > 300)
        throw new Problem(
          `The programs of an interrupted run don’t stop (watchdog ${holder.watchdog.split(' ')[0]}).`,
        )
      await sleep(100)
    }
  }
  rmSync(path, { force: true })
  const npm = npmPid()
  const mine: Holder = {
    starter: identity(process.pid),
    watchdog: identity(watchdogPid),
    ...(npm ? { npm: identity(npm) } : {}),
  }
  claim(path, mine, dataDir)
  return {
    ending: () => writeFileSync(path, JSON.stringify({ ...mine, ending: true }), { mode: 0o600 }),
    release: () => rmSync(path, { force: true }),
  }
}

/**
 * Whether another starter or command holds this folder. npm ends before the starter that it told to
 * stop; until the starter has stopped everything, the folder is `ending` and its database may
 * disappear at any time.
 */
export function findHolder(dataDir: string): 'nobody' | 'running' | 'ending' {
  const holder = readHolder(join(dataDir, 'start.lock'))
  if (!holder || !isAlive(holder.starter)) return 'nobody'
  return holder.ending || (holder.npm !== undefined && !isAlive(holder.npm)) ? 'ending' : 'running'
}

function claim(path: string, holder: Holder, dataDir: string): void {
  try {
    writeFileSync(path, JSON.stringify(holder), { flag: 'wx', mode: 0o600 })
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
    throw new Problem(`Another process is starting CrateSocial from ${dataDir} right now.`)
  }
}

function readHolder(path: string): Holder | undefined {
  if (!existsSync(path)) return undefined
  try {
    return JSON.parse(readFileSync(path, 'utf8')) as Holder
  } catch {
    return undefined // truncated by a full disk or a power cut: nobody holds it
  }
}

/**
 * A process id with its start time, if the system provides it, because after a reboot another
 * program may have the same id.
 */
function identity(pid: number): string {
  const stat = `/proc/${pid}/stat`
  if (!existsSync(stat)) return String(pid)
  // The name in parentheses may contain spaces. After it, the state is the first field and the
  // start time the 20th.
  const fields = readFileSync(stat, 'utf8').split(') ').pop()!.split(' ')
  return fields[0] === 'Z' ? 'ended, nobody asked how' : `${pid} ${fields[19]}`
}

function isAlive(holder: string): boolean {
  const pid = Number(holder.split(' ')[0])
  try {
    process.kill(pid, 0)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ESRCH') return false
  }
  return identity(pid) === holder
}
