import { setTimeout as sleep } from 'node:timers/promises'

export type Running = { pid: number | undefined; ended: Promise<string>; stop(): Promise<void> }

/** A process that is restarted whenever it ends, as systemd, Docker or Kubernetes does. */
export type Supervised = {
  name: string
  /** Undefined while it is down or starting. */
  pid(): number | undefined
  /**
   * Kills the current process with SIGKILL; waits for one if none is running. False if everything
   * was stopped in the meantime.
   */
  kill(): Promise<boolean>
  /**
   * Tells it to end, as for a new version, and waits for the end. The next process starts on its
   * own.
   */
  restart(): Promise<boolean>
  /** Resolves when it is running. */
  up(): Promise<void>
  /** How often it ended without being killed or stopped. */
  endedByItself(): number
  stop(): Promise<void>
}

/**
 * `restartDelayMs`: how long after each end it is restarted. After `ending` is aborted, nothing is
 * restarted.
 */
export type Supervision = { restartDelayMs: () => number; ending: AbortSignal }

/** Calls `start` for each run. */
export const supervise = (
  name: string,
  start: () => Promise<Running>,
  { restartDelayMs, ending }: Supervision,
): Supervised => {
  let running: Running | undefined
  let stopped = ending.aborted
  ending.addEventListener('abort', () => {
    stopped = true
  })
  let killed = 0
  let ends = 0
  const loop = (async () => {
    while (!stopped) {
      const started = await start().catch(() => undefined)
      if (!started) {
        await sleep(300)
        continue
      }
      running = started
      await started.ended
      running = undefined
      ends += 1
      if (!stopped) await sleep(restartDelayMs())
    }
  })()
  const up = async () => {
    while (!running && !stopped) await sleep(20)
  }
  const end = (signal: NodeJS.Signals) => async () => {
    await up()
    if (stopped || !running?.pid) return false
    const { pid, ended } = running
    killed += 1
    process.kill(pid, signal)
    await ended
    return true
  }
  return {
    name,
    pid: () => running?.pid,
    up,
    kill: end('SIGKILL'),
    restart: end('SIGTERM'),
    endedByItself: () => ends - killed,
    stop: async () => {
      stopped = true
      killed += 1
      await running?.stop()
      await loop
    },
  }
}
