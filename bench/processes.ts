import { readdirSync, readFileSync } from 'node:fs'

/** A process and its descendants, each with the name of its program. */
export const familyOf = (pid: number): { pid: number; name: string }[] => {
  const processes = readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .flatMap(readProcess)
  const family = [pid]
  for (const parent of family)
    family.push(...processes.filter((one) => one.parent === parent).map((one) => one.pid))
  return processes.filter((one) => family.includes(one.pid))
}

/** Empty if it has ended in the meantime. */
const readProcess = (pid: number): { pid: number; parent: number; name: string }[] => {
  const parent = Number(readIfThere(`/proc/${pid}/stat`)?.match(/^\d+ \(.*\) \S (\d+)/s)?.[1])
  return Number.isNaN(parent)
    ? []
    : [{ pid, parent, name: nameOf(readIfThere(`/proc/${pid}/cmdline`)?.split('\0') ?? []) }]
}

const nameOf = (words: string[]): string => {
  const ours = words.find((word) => /\.[jt]s$/.test(word))
  const name = (ours ?? words[0] ?? '')
    .split('/')
    .slice(ours?.includes('sandbox') ? -2 : -1)
    .join('/')
  return name.startsWith('postgres')
    ? 'postgres'
    : name.replace(/\.[jt]s$/, '').replace(/-\d[\d.]*$/, '')
}

/** Undefined if the process ended between listing and reading. */
export const readIfThere = (path: string): string | undefined => {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return undefined
  }
}
