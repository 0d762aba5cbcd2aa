import { readdirSync, readFileSync } from 'node:fs'

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

const familyOf = (pid: number): { pid: number; name: string }[] => {
  const processes = readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .flatMap(readProcess)
  const family = [pid]
  for (const parent of family) family.push(...processes.filter((one) => one.parent === parent).map((one) => one.pid))
  return processes.filter((one) => family.includes(one.pid))
}

/** Empty if it has ended in the meantime. */
const readProcess = (pid: number): { pid: number; parent: number; name: string }[] => {
  const parent = Number(read(`/proc/${pid}/stat`)?.match(/^\d+ \(.*\) \S (\d+)/s)?.[1])
  return Number.isNaN(parent) ? [] : [{ pid, parent, name: nameOf(read(`/proc/${pid}/cmdline`)?.split('\0') ?? []) }]
}

const nameOf = (words: string[]): string => {
  const ours = words.find((word) => /\.[jt]s$/.test(word))
  const name = (ours ?? words[0] ?? '')
    .split('/')
    .slice(ours?.includes('sandbox') ? -2 : -1)
    .join('/')
  return name.startsWith('postgres') ? 'postgres' : name.replace(/\.[jt]s$/, '').replace(/-\d[\d.]*$/, '')
}

const memoryOfProcess = (pid: number): Memory => {
  const rollup = read(`/proc/${pid}/smaps_rollup`) ?? ''
  const of = (field: string) => Number(rollup.match(new RegExp(`^${field}:\\s+(\\d+) kB`, 'm'))?.[1] ?? 0) / 1_024
  return { pssMb: of('Pss'), rssMb: of('Rss') }
}

const read = (path: string): string | undefined => {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return undefined // the process ended between listing and reading
  }
}

const round = (value: number): number => Math.round(value * 10) / 10
