import { spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { systemEnvironment } from './system-environment.ts'

export type Watchdog = {
  pid: number
  watch(pid: number, signal: NodeJS.Signals): void
  forget(pid: number): void
  /** Stops everything it still watches, and ends. */
  finish(): Promise<void>
}

/**
 * Starts a shell script that stops our programs if we are killed without notice (SIGKILL, out of
 * memory).
 */
export function startWatchdog(): Watchdog {
  const script = fileURLToPath(new URL('./watchdog.sh', import.meta.url))
  // In its own session, so that Ctrl-C in the terminal doesn't end it before us.
  const shell = spawn('/bin/sh', [script], {
    env: systemEnvironment(process.env),
    stdio: ['pipe', 'ignore', 'ignore'],
    detached: true,
  })
  const ended = new Promise<void>((resolve) => void shell.once('exit', () => resolve()))
  shell.stdin.on('error', () => undefined) // it was killed; there is nothing left to write to
  shell.unref()
  return {
    pid: shell.pid!,
    watch: (pid, signal) => void shell.stdin.write(`watch ${pid} ${signal.replace('SIG', '')}\n`),
    forget: (pid) => void shell.stdin.write(`forget ${pid}\n`),
    finish: () => {
      shell.ref()
      shell.stdin.end()
      return ended
    },
  }
}
