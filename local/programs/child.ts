import { spawn } from 'node:child_process'
import { closeSync, fstatSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { lastWords, openLog } from '../log-file.ts'
import { reason } from '../problem.ts'
import type { Watchdog } from './watchdog.ts'

export type Command = {
  name: string
  program: string
  args: string[]
  /** The child's whole environment: it inherits nothing from ours. */
  env: NodeJS.ProcessEnv
  cwd?: string
  user?: { uid: number; gid: number }
  logFile: string
  stopSignal?: NodeJS.Signals
  /** Killed after this time. */
  stopTimeoutMs?: number
}
export type Child = {
  pid: number | undefined
  /** The size of the log before the start. Everything after that was written by this process. */
  logFromBytes: number
  /** Resolves with the reason why it ended, as text. Never rejects. */
  ended: Promise<string>
  stop(): Promise<void>
}

/**
 * Starts a program in its own session, so that Ctrl-C reaches only us and everything stops in
 * order. Its output goes to the log file.
 */
export function startChild(command: Command, watchdog?: Watchdog): Child {
  const log = openLog(command.logFile)
  const logFromBytes = fstatSync(log).size
  const { stopSignal = 'SIGTERM', stopTimeoutMs = 15_000 } = command
  const child = spawn(command.program, command.args, {
    cwd: command.cwd,
    env: command.env,
    ...command.user,
    stdio: ['ignore', log, log],
    detached: true,
  })
  closeSync(log)
  if (child.pid) watchdog?.watch(child.pid, stopSignal)
  const ended = new Promise<string>((resolve) => {
    child.once('error', (error) => resolve(`${command.name} cannot be started: ${reason(error)}.`))
    child.once('exit', (code, signal) => {
      watchdog?.forget(child.pid!)
      resolve(`${command.name} ended with ${signal ?? `code ${code}`}.`)
    })
  })
  const stop = async () => {
    if (child.exitCode !== null || child.signalCode !== null || !child.pid) return
    child.kill(stopSignal)
    const killer = setTimeout(() => child.kill('SIGKILL'), stopTimeoutMs)
    await ended
    clearTimeout(killer)
  }
  return { pid: child.pid, logFromBytes, ended, stop }
}

/** The last lines of the log, to show below the sentence that says the program ended. */
export function logEnd(
  { logFile }: Command,
  { logFromBytes }: Pick<Child, 'logFromBytes'>,
): string {
  const lines = [...lastWords(logFile, logFromBytes).split('\n'), `The whole log: ${logFile}`]
  return lines.map((line) => `\n    ${line.trim()}`).join('')
}

type Keeping = {
  watchdog: Watchdog
  say(line: string): void
  onStart?(): void
  /** After each end: how many runs in a row were short, and why the last one ended. */
  onEnd?(failures: number, why: string): void
}

/**
 * Keeps a program running. Restarts it when it ends: at once the first time, then after 1, 2, 4 …
 * 30 s. A run of a minute resets the delay.
 */
export function keepRunning(
  command: Command,
  { watchdog, say, onStart, onEnd }: Keeping,
): { stop(): Promise<void>; restart(): Promise<void> } {
  const stopping = new AbortController()
  let isRestarting = false
  let child: Child
  const run = async () => {
    for (let failures = 0; !stopping.signal.aborted; failures++) {
      const startedAt = Date.now()
      child = startChild(command, watchdog)
      onStart?.()
      const why = (await child.ended) + logEnd(command, child)
      if (stopping.signal.aborted) return
      if (isRestarting) {
        isRestarting = false
        failures = -1
        continue
      }
      if (Date.now() - startedAt > 60_000) failures = 0
      const delayMs = failures === 0 ? 0 : Math.min(30_000, 1_000 * 2 ** (failures - 1))
      say(`${why}\n    It starts again${delayMs ? ` in ${delayMs / 1_000} s` : ' now'}.`)
      onEnd?.(failures + 1, why)
      await sleep(delayMs, undefined, { signal: stopping.signal }).catch(() => undefined) // stopped
    }
  }
  const running = run()
  return {
    stop: async () => {
      stopping.abort()
      await child.stop()
      await running
    },
    /** Restarts the program at once. Does nothing if it has ended: it is restarted anyway. */
    restart: async () => {
      if (await hasEnded(child)) return
      isRestarting = true
      await child.stop()
    },
  }
}

const hasEnded = async (child: Child): Promise<boolean> =>
  (await Promise.race([child.ended, Promise.resolve('running')])) !== 'running'
