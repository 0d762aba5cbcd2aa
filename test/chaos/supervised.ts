import { setTimeout as sleep } from 'node:timers/promises'

/** A running process: its id, and a promise of its end. */
export type Running = { pid: number | undefined; ended: Promise<string>; stop(): Promise<void> }

/** A process that is started again whenever it ends, as systemd, Docker or Kubernetes would. */
export type Supervised = {
  name: string
  /** Undefined while it is down or coming up. */
  pid(): number | undefined
  /** kill -9 of what runs now; waits until something runs. False when the house was taken down meanwhile. */
  kill(): Promise<boolean>
  /** As for a new version: told to end; waits for the end. What starts next is on its way. */
  restart(): Promise<boolean>
  /** Resolves when it runs. */
  up(): Promise<void>
  /** How often it ended without being killed or stopped. */
  endedByItself(): number
  stop(): Promise<void>
}

/** `restartDelayMs`: how long after each end it is started again. Nothing is started any more once `ending` is aborted. */
export type Supervision = { restartDelayMs: () => number; ending: AbortSignal }

/** `start` is called again and again. */
export const supervise = (name: string, start: () => Promise<Running>, { restartDelayMs, ending }: Supervision): Supervised => {
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
