import { familyOf, readIfThere } from './processes.ts'

/** In MB. PSS divides shared memory among the processes; RSS counts it fully for each. */
export type Memory = { pssMb: number; rssMb: number }

/**
 * The memory of a process and its descendants, by program. PostgreSQL's processes count as one, as
 * does each of our programs. Linux only: reads /proc.
 */
export const memoryOf = (pid: number): Record<string, Memory> => {
  const parts: Record<string, Memory> = {}
  for (const one of familyOf(pid)) {
    const { pssMb, rssMb } = memoryOfProcess(one.pid)
    const before = parts[one.name] ?? { pssMb: 0, rssMb: 0 }
    parts[one.name] = { pssMb: round(before.pssMb + pssMb), rssMb: round(before.rssMb + rssMb) }
  }
  return parts
}

/** Only the PSS, by program. */
export const proportional = (parts: Record<string, Memory>): Record<string, number> =>
  Object.fromEntries(Object.entries(parts).map(([name, { pssMb }]) => [name, pssMb]))

const memoryOfProcess = (pid: number): Memory => {
  const rollup = readIfThere(`/proc/${pid}/smaps_rollup`) ?? ''
  const of = (field: string) =>
    Number(rollup.match(new RegExp(`^${field}:\\s+(\\d+) kB`, 'm'))?.[1] ?? 0) / 1_024
  return { pssMb: of('Pss'), rssMb: of('Rss') }
}

const round = (value: number): number => Math.round(value * 10) / 10
