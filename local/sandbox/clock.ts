/**
 * The sandbox's only clock: real time plus an offset that a tester can increase. All times are in
 * milliseconds since 1970.
 */
export type Clock = {
  now(): number
  /**
   * Moves the clock ahead and starts everything that is now due. `settled()` waits for the effects.
   */
  advance(ms: number): void
  offsetMs(): number
  /**
   * Stops the clock until `go`, so that a tester can compare what was read with the current state.
   * Tasks that become due in between run at `go`.
   */
  stop(): void
  go(): void
  isStopped(): boolean
  /**
   * Runs `task` after `delayMs` of sandbox time, whether it passes by itself or through `advance`.
   */
  after(delayMs: number, task: () => void | Promise<void>): void
  /** Resolves once all tasks that have started are done. */
  settled(): Promise<void>
  close(): void
}

type Timer = { dueMs: number; task: () => void | Promise<void> }

const longestWaitMs = 60_000

export function createClock(memory: { offsetMs: number }): Clock {
  let timers: Timer[] = []
  const running = new Set<Promise<void>>()
  let alarm: NodeJS.Timeout | undefined
  let stoppedAtMs: number | null = null
  const now = () => stoppedAtMs ?? Date.now() + memory.offsetMs

  function fireDue() {
    const due = timers.filter((timer) => timer.dueMs <= now()).sort((a, b) => a.dueMs - b.dueMs)
    timers = timers.filter((timer) => !due.includes(timer))
    for (const timer of due) start(timer)
    setAlarm()
  }

  function start(timer: Timer) {
    const run = Promise.resolve()
      .then(timer.task)
      .catch((error: unknown) => console.error('sandbox: a delayed effect failed', error))
      .finally(() => running.delete(run))
    running.add(run)
  }

  function setAlarm() {
    clearTimeout(alarm)
    if (timers.length === 0) return
    const nextMs = Math.min(...timers.map((timer) => timer.dueMs)) - now()
    alarm = setTimeout(fireDue, Math.min(Math.max(nextMs, 0), longestWaitMs))
  }

  return {
    now,
    offsetMs: () => memory.offsetMs,
    stop() {
      stoppedAtMs ??= now()
    },
    go() {
      stoppedAtMs = null
      fireDue()
    },
    isStopped: () => stoppedAtMs !== null,
    advance(ms) {
      memory.offsetMs += ms
      if (stoppedAtMs !== null) stoppedAtMs += ms
      fireDue()
    },
    after(delayMs, task) {
      timers.push({ dueMs: now() + delayMs, task })
      setAlarm()
    },
    async settled() {
      while (running.size > 0) await Promise.all(running)
    },
    close() {
      timers = []
      clearTimeout(alarm)
    },
  }
}
