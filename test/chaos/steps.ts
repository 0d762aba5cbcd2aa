import { chmodSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { startWatchdog } from '../../local/watchdog.ts'
import { startBreakpointServer } from './breakpoint-server.ts'
import { rounds } from './cuts.ts'
import { type Cell, cutRound } from './cutting.ts'
import { portsFrom, startHouse } from './house.ts'
import { kinds } from './kinds.ts'
import { moveIn } from './residents.ts'
import { generous, setInSandbox } from './sandbox-settings.ts'

/**
 * `npm run chaos:steps [words]`: every kind of post, cut by a kill at every moment of every step (those rounds whose name has the words).
 * Prints the table; exit code 1 when a cell is not as it should be.
 */
const wantedRounds = rounds.filter(({ name }) => name.includes(process.argv[2] ?? ''))
const folder = mkdtempSync(join(tmpdir(), 'cratesocial-steps-'))
chmodSync(folder, 0o755) // started by root, PostgreSQL runs as another user
const watchdog = startWatchdog()
const ending = new AbortController()
const breakpoints = await startBreakpointServer()
const cells: Cell[] = []
try {
  const house = await startHouse({
    folder,
    watchdog,
    ports: portsFrom(Number(process.env.CHAOS_PORT || 4280)),
    workers: 1,
    servers: 1,
    restartDelayMs: () => 100,
    ending: ending.signal,
    workerEnv: { BREAKPOINTS_URL: breakpoints.url },
  })
  await setInSandbox(house, generous)
  const residents = await moveIn(house)
  for (const [index, round] of wantedRounds.entries()) {
    const startedAt = Date.now()
    const made = await cutRound({ house, residents, breakpoints }, round, index * kinds.length + 1)
    cells.push(...made)
    const bad = made.filter(({ words }) => words !== '')
    console.log(
      `${round.name}: ${made.length - bad.length} of ${made.length} (${Math.round((Date.now() - startedAt) / 1_000)} s)`,
    )
    for (const cell of bad) console.log(`  ${cell.kind}: ${cell.words}`)
  }
  await house.stop()
} finally {
  await breakpoints.close()
  ending.abort()
  await watchdog.finish() // stops whatever still runs
  if (process.env.CHAOS_KEEP) console.log(`Logs and data: ${folder}`)
  else rmSync(folder, { recursive: true, force: true })
}
printTable()
process.exit(cells.every(({ words }) => words === '') ? 0 : 1)

/** One line for each kind, one column for each round: `ok`, `ask` (a person is asked), `-` (the step makes no such call), `BAD`. */
function printTable(): void {
  console.log(`\n${wantedRounds.map(({ name }, index) => `${index + 1}: ${name}`).join('\n')}\n`)
  console.log(`${''.padEnd(20)}${wantedRounds.map((_, index) => String(index + 1).padStart(5)).join('')}`)
  for (const kind of kinds) {
    const line = wantedRounds.map(({ name }) =>
      markOf(cells.find((cell) => cell.round === name && cell.kind === kind.name)).padStart(5),
    )
    console.log(kind.name.padEnd(20) + line.join(''))
  }
}

function markOf(cell: Cell | undefined): string {
  if (!cell) return '?'
  if (cell.words !== '') return 'BAD'
  if (cell.state === 'unconfirmed') return 'ask'
  return cell.met ? 'ok' : '-'
}
