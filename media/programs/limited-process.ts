import { type ChildProcessByStdio, spawn } from 'node:child_process'
import type { Readable, Writable } from 'node:stream'

export type ProcessLimits = {
  /** Address space, which is larger than the memory that is used. Null if it says nothing. */
  memoryBytes: number | null
  /** Processor time over all threads. */
  processorSeconds: number
  /** The size of each output file. */
  outputBytes: number
}

/** The environment of the process: only the path of programs. */
export const environment = { PATH: '/usr/local/bin:/usr/bin:/bin' }

/**
 * Starts a program that reads untrusted files, with limits and at the lowest priority. It is its own
 * process group, so that all of it can be killed at once, and ends when our process ends.
 */
export const spawnLimited = (
  program: string,
  args: string[],
  limits: ProcessLimits,
): ChildProcessByStdio<Writable, Readable, Readable> =>
  spawn('/bin/sh', ['-c', keeper, program, ...ulimits(limits), ...args], {
    env: environment,
    stdio: ['pipe', 'pipe', 'pipe'],
    detached: true,
  })

const ulimits = ({ memoryBytes, processorSeconds, outputBytes }: ProcessLimits): string[] => [
  memoryBytes === null ? 'unlimited' : String(Math.ceil(memoryBytes / 1024)),
  String(Math.ceil(processorSeconds)),
  String(Math.ceil(outputBytes / 512)),
]

/**
 * A shell script that sets the limits, starts the program with the lowest priority and waits for
 * it. Its stdin closes when our process ends, even if that is killed; then it kills the program.
 */
const keeper = `
ulimit -c 0 && ulimit -v "$1" && ulimit -t "$2" && ulimit -f "$3" || exit 125
shift 3
exec 3<&0
nice -n 19 "$0" "$@" </dev/null 3<&- &
program=$!
{ read -r _ <&3; kill -KILL "$program"; } >/dev/null 2>&1 &
watcher=$!
exec 3<&-
wait "$program"
code=$?
kill "$watcher" 2>/dev/null
exit "$code"
`
