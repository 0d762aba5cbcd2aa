import { familyOf, readIfThere } from './processes.ts'

/** Ticks a second in /proc, the same on every Linux that Node runs on. */
const tickMs = 10

/** Processor time so far of a process and its descendants, in milliseconds, by program. */
export const processorMsOf = (pid: number): Record<string, number> => {
  const parts: Record<string, number> = {}
  for (const one of familyOf(pid))
    parts[one.name] = (parts[one.name] ?? 0) + ticksOf(one.pid) * tickMs
  return parts
}

/** User and system time. */
const ticksOf = (pid: number): number => {
  const fields = readIfThere(`/proc/${pid}/stat`)
    ?.replace(/^.*\) /s, '')
    .split(' ')
  return Number(fields?.[11] ?? 0) + Number(fields?.[12] ?? 0)
}
