import { chmodSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { tell } from '../../commands/command.ts'
import { startWatchdog, type Watchdog } from '../../local/programs/watchdog.ts'

/** What a program gets that starts a whole CrateSocial. */
export type Stage = {
  /** The folder for all data. */
  folder: string
  watchdog: Watchdog
  /** Aborted when the program is told to end. */
  ending: AbortSignal
  /** Prints a line with the seconds since the start. */
  say: (line: string) => void
}

/**
 * Runs `work` and exits with the code that it returns, or `broken` if it throws. Stops everything
 * that was started, and deletes the folder unless it is to be kept.
 */
export const onStage = async (
  { name, keep, broken = 1 }: { name: string; keep: boolean; broken?: number },
  work: (stage: Stage) => Promise<number>,
): Promise<never> => {
  const folder = mkdtempSync(join(tmpdir(), `cratesocial-${name}-`))
  chmodSync(folder, 0o755) // if root starts it, PostgreSQL runs as another user
  const startedAt = Date.now()
  const say = (line: string) =>
    console.log(`${((Date.now() - startedAt) / 1_000).toFixed(1).padStart(7)} s  ${line}`)
  const watchdog = startWatchdog()
  const ending = new AbortController()
  const end = async (code: number): Promise<never> => {
    ending.abort()
    await watchdog.finish() // stops whatever is still running
    if (keep) console.log(`Logs and data: ${folder}`)
    else rmSync(folder, { recursive: true, force: true })
    process.exit(code)
  }
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => void end(130))
  try {
    return await end(await work({ folder, watchdog, ending: ending.signal, say }))
  } catch (error) {
    tell(error)
    return await end(broken)
  }
}
