import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { readCommand, wholeNumber } from '../commands/command.ts'
import { memoryOf } from './memory.ts'
import { startOwnStack } from './own-stack.ts'

/**
 * PSS is a process's own memory plus its share of shared memory (/proc/PID/smaps_rollup). RSS
 * counts shared memory fully for each process. `startMs`: a second start, from the command to
 * "Ready", with nothing left to fill. `firstStartMs`: the first start, including filling.
 */
const { options } = readCommand('bench:footprint', (command) =>
  command
    .description(
      'Starts the demo twice, waits until it is idle, and prints how much memory each process holds (MB) and how long the start ' +
        'took (ms). Other Node programs on the machine share memory with it: run it with nothing else going on. The last line is JSON.',
    )
    .option('--idle <seconds>', 'wait so long before measuring', wholeNumber(), 30),
)
const goal = { totalMb: 900, startMs: 10_000 }

const folder = await mkdtemp(join(tmpdir(), 'cratesocial-footprint-'))
const firstStartMs = await fill()
const stack = await startOwnStack(['--demo'], folder)
try {
  const { startMs } = stack
  console.log(
    `Filled and up after ${firstStartMs} ms, again after ${startMs} ms. Idle for ${options.idle} s.`,
  )
  await pause(options.idle * 1_000)
  const processes = memoryOf(stack.pid)
  const totalMb = Math.round(sum(Object.values(processes).map(({ pssMb }) => pssMb)))
  const rssMb = Math.round(sum(Object.values(processes).map(({ rssMb: own }) => own)))
  for (const [name, { pssMb, rssMb: own }] of Object.entries(processes)) {
    console.log(
      `${name.padEnd(14)} ${pssMb.toFixed(0).padStart(5)} MB PSS ${own.toFixed(0).padStart(6)} MB RSS`,
    )
  }
  const met = totalMb <= goal.totalMb && startMs <= goal.startMs
  console.log(`${met ? 'Within' : 'Beyond'} the goal of ${goal.totalMb} MB and ${goal.startMs} ms.`)
  const told = Object.fromEntries(
    Object.entries(processes).map(([name, { pssMb }]) => [name, Math.round(pssMb)]),
  )
  console.log(
    JSON.stringify({ bench: 'footprint', startMs, totalMb, processes: told, rssMb, firstStartMs }),
  )
} finally {
  await stack.stop()
  for (const gone of [stack.databaseFolder, folder])
    await rm(gone, { recursive: true, force: true })
}

async function fill(): Promise<number> {
  const first = await startOwnStack(['--demo'], folder)
  await first.stop()
  return first.startMs
}

function sum(values: number[]): number {
  return values.reduce((total, value) => total + value, 0)
}
