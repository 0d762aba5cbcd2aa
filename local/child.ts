import { spawn } from 'node:child_process'
import { closeSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { lastWords, openLog } from './log-file.ts'
import { reason } from './problem.ts'
import type { Watchdog } from './watchdog.ts'

export type Command = {
  name: string
  program: string
  args: string[]
  env?: NodeJS.ProcessEnv
  cwd?: string
  user?: { uid: number; gid: number }
  logFile: string
  stopSignal?: NodeJS.Signals
  /** After this it is killed. */
  stopTimeoutMs?: number
}
export type Child = {
  pid: number | undefined
  /** Why it ended, in words; never rejects. */
  ended: Promise<string>
  stop(): Promise<void>
}

/** Starts a program in a session of its own, so that Ctrl-C reaches only us and everything stops in order. Its output goes to the log. */
export function startChild(command: Command, watchdog?: Watchdog): Child {
  const log = openLog(command.logFile)
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
  return { pid: child.pid, ended, stop }
}

/** What its log says about the end, to be shown under the sentence that says it ended. */
export function logEnd({ logFile }: Command): string {
  return `${lastWords(logFile).replace(/^ */gm, '\n    ')}\n    The whole log: ${logFile}`
}

/** Keeps a program running: starts it again after it ended, at once at first, then after 1, 2, 4 … 30 s; a run of a minute resets that. */
export function keepRunning(
  command: Command,
  watchdog: Watchdog,
  say: (line: string) => void,
  onStart?: () => void,
): { stop(): Promise<void> } {
  const stopping = new AbortController()
  let child: Child
  const run = async () => {
    for (let failures = 0; !stopping.signal.aborted; failures++) {
      const startedAt = Date.now()
      child = startChild(command, watchdog)
      onStart?.()
      const why = await child.ended
      if (stopping.signal.aborted) return
      if (Date.now() - startedAt > 60_000) failures = 0
      const delayMs = failures === 0 ? 0 : Math.min(30_000, 1_000 * 2 ** (failures - 1))
      say(`${why} Starting it again${delayMs ? ` in ${delayMs / 1_000} s` : ''}.${logEnd(command)}`)
      await sleep(delayMs, undefined, { signal: stopping.signal }).catch(() => undefined) // stopped: the loop ends
    }
  }
  const running = run()
  return {
    stop: async () => {
      stopping.abort()
      await child.stop()
      await running
    },
  }
}
