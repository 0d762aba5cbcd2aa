import { spawn } from 'node:child_process'

export type Watchdog = {
  pid: number
  watch(pid: number, signal: NodeJS.Signals): void
  forget(pid: number): void
  /** Stops what is still watched and ends. */
  finish(): Promise<void>
}

/** Starts the shell script that stops our programs when we are killed in a way that we cannot notice (SIGKILL, out of memory). */
export function startWatchdog(): Watchdog {
  const script = new URL('./watchdog.sh', import.meta.url).pathname
  // A session of its own: Ctrl-C in the terminal must not end it before us.
  const shell = spawn('/bin/sh', [script], { stdio: ['pipe', 'ignore', 'ignore'], detached: true })
  const ended = new Promise<void>((resolve) => void shell.once('exit', () => resolve()))
  shell.stdin.on('error', () => undefined) // somebody killed it: nothing to tell it any more
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
