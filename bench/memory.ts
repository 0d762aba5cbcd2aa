import { readdirSync, readFileSync } from 'node:fs'

/**
 * Memory of a process and everything it started, by what each runs, in MB. Proportional set size: a page that several processes share
 * (PostgreSQL's buffers, libraries) counts once, divided among them. Linux only: it reads /proc.
 */
export const memoryOf = (pid: number): Record<string, number> => {
  const parts: Record<string, number> = {}
  for (const one of familyOf(pid)) parts[one.name] = round((parts[one.name] ?? 0) + setSizeMb(one.pid))
  return parts
}

const familyOf = (pid: number): { pid: number; name: string }[] => {
  const processes = readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .flatMap(readProcess)
  const family = [pid]
  for (const parent of family) family.push(...processes.filter((one) => one.parent === parent).map((one) => one.pid))
  return processes.filter((one) => family.includes(one.pid))
}

/** Nothing when it has ended meanwhile. */
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

const setSizeMb = (pid: number): number => Number(read(`/proc/${pid}/smaps_rollup`)?.match(/^Pss:\s+(\d+) kB/m)?.[1] ?? 0) / 1_024

const read = (path: string): string | undefined => {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return undefined // the process ended between listing and reading
  }
}

const round = (value: number): number => Math.round(value * 10) / 10
