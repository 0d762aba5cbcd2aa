import { startBreakpointServer } from './breakpoint-server.ts'
import { rounds } from './cuts.ts'
import { type Cell, cutRound } from './cutting.ts'
import { portsFrom, startHouse } from './house.ts'
import { kinds } from './kinds.ts'
import { moveIn } from './residents.ts'
import { generous, setInSandbox } from './sandbox-settings.ts'
import { onStage } from './stage.ts'

/**
 * `npm run chaos:steps [words]`: every kind of post, cut by a kill at every moment of every step (those rounds whose name has the words).
 * Prints the table; exit code 1 when a cell is not as it should be.
 */
const wantedRounds = rounds.filter(({ name }) => name.includes(process.argv[2] ?? ''))
const cells: Cell[] = []

await onStage({ name: 'steps', keep: Boolean(process.env.CHAOS_KEEP) }, async (stage) => {
  const breakpoints = await startBreakpointServer()
  const house = await startHouse({
    ...stage,
    ports: portsFrom(Number(process.env.CHAOS_PORT || 4280)),
    workers: 1,
    servers: 1,
    restartDelayMs: () => 100,
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
  await breakpoints.close()
  printTable()
  return cells.every(({ words }) => words === '') ? 0 : 1
})

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
