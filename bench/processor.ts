import { familyOf, readIfThere } from './processes.ts'

/** Ticks a second in /proc, the same on every Linux that Node runs on. */
const tickMs = 10

/** Processor time so far of a process and its descendants, in milliseconds, by program. */
export const processorMsOf = (pid: number): Record<string, number> => {
  const parts: Record<string, number> = {}
  for (const one of familyOf(pid)) parts[one.name] = (parts[one.name] ?? 0) + ownMsOf(one.pid)
  return parts
}

/** Processor time so far of all programs that a process has started and that have ended. */
export const endedChildrenMsOf = (pid: number): number => {
  const fields = statOf(pid)
  return (Number(fields[13] ?? 0) + Number(fields[14] ?? 0)) * tickMs
}

/** Processor time so far of one process, in user and system mode. */
export const ownMsOf = (pid: number): number => {
  const fields = statOf(pid)
  return (Number(fields[11] ?? 0) + Number(fields[12] ?? 0)) * tickMs
}

/** From the state on, the third field. Empty if the process has ended. */
const statOf = (pid: number): string[] =>
  readIfThere(`/proc/${pid}/stat`)
    ?.replace(/^.*\) /s, '')
    .split(' ') ?? []
