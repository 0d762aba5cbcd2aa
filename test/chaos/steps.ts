import { readCommand, wholeNumber } from '../../commands/command.ts'
import { startBreakpointServer } from './faults/breakpoint-server.ts'
import { rounds } from './faults/cuts.ts'
import { type Cell, cutRound } from './faults/cutting.ts'
import { startHouse } from './house.ts'
import { portsFrom } from './house-environment.ts'
import { kinds } from './kinds.ts'
import { moveIn } from './residents.ts'
import { generous, setInSandbox } from './sandbox-settings.ts'
import { onStage } from './stage.ts'

const { args, options } = readCommand('chaos:steps', (command) =>
  command
    .description(
      'Cuts every kind of post by a kill at every moment of every step, and prints a table of what became of them.',
    )
    .argument('[words]', 'only the rounds whose name has these words', '')
    .option('--port <port>', 'the first of seven ports', wholeNumber(1, 65_000), 4280)
    .option('--keep', 'leave logs and data where they are'),
)
const wantedRounds = rounds.filter(({ name }) => name.includes(args[0]))
const cells: Cell[] = []

await onStage({ name: 'steps', keep: options.keep ?? false }, async (stage) => {
  const breakpoints = await startBreakpointServer()
  const house = await startHouse({
    ...stage,
    ports: portsFrom(options.port),
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

/**
 * A line per kind and a column per round: `ok`, `ask` (a person is asked), `-` (the step makes no
 * such call), `BAD`.
 */
function printTable(): void {
  console.log(`\n${wantedRounds.map(({ name }, index) => `${index + 1}: ${name}`).join('\n')}\n`)
  console.log(
    `${''.padEnd(20)}${wantedRounds.map((_, index) => String(index + 1).padStart(5)).join('')}`,
  )
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
