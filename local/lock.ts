import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { Problem } from './problem.ts'

type Holder = { starter: string; watchdog: string }

/**
 * One stack for each data folder. Throws a Problem when another starter has it. When that starter was killed, waits for its
 * watchdog to finish stopping what was left. Returns what gives the folder back.
 */
export async function lockFolder(dataDir: string, watchdogPid: number, say: (line: string) => void): Promise<() => void> {
  const path = join(dataDir, 'start.lock')
  const holder = readHolder(path)
  if (holder && isAlive(holder.starter)) {
    throw new Problem(`CrateSocial already runs from ${dataDir} (process ${holder.starter.split(' ')[0]}); stop that one first.`)
  }
  if (holder && isAlive(holder.watchdog)) {
    say('Waiting for what an interrupted run left behind to stop.')
    for (let waited = 0; isAlive(holder.watchdog); waited++) {
      if (waited > 300)
        throw new Problem(`What an interrupted run left behind does not stop (watchdog ${holder.watchdog.split(' ')[0]}).`)
      await sleep(100)
    }
  }
  rmSync(path, { force: true })
  claim(path, { starter: identity(process.pid), watchdog: identity(watchdogPid) }, dataDir)
  return () => rmSync(path, { force: true })
}

function claim(path: string, holder: Holder, dataDir: string): void {
  try {
    writeFileSync(path, JSON.stringify(holder), { flag: 'wx', mode: 0o644 })
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
    throw new Problem(`CrateSocial is being started from ${dataDir} by somebody else at this very moment.`)
  }
}

function readHolder(path: string): Holder | undefined {
  if (!existsSync(path)) return undefined
  try {
    return JSON.parse(readFileSync(path, 'utf8')) as Holder
  } catch {
    return undefined // cut short by a full disk or a power cut: nobody holds it
  }
}

/** A process id with its start time, where the system tells it: after a reboot the same id belongs to another program. */
function identity(pid: number): string {
  const stat = `/proc/${pid}/stat`
  if (!existsSync(stat)) return String(pid)
  // The name in parentheses may hold spaces; the state is the first field after it, the start time the 20th.
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
