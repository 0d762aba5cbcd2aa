import { moduleOf } from './modules.ts'

/** Groups of files that import each other in a cycle, types included. */
export function importCycles(files: string[]): string[][] {
  const isKnown = new Set(files)
  const order = new Map<string, number>()
  const lowest = new Map<string, number>()
  const open: string[] = []
  const cycles: string[][] = []
  const visit = (file: string): void => {
    order.set(file, order.size)
    lowest.set(file, order.get(file)!)
    open.push(file)
    const { imports } = moduleOf(file)
    for (const next of imports) {
      if (!isKnown.has(next)) continue
      if (!order.has(next)) visit(next)
      if (open.includes(next)) lowest.set(file, Math.min(lowest.get(file)!, lowest.get(next)!))
    }
    if (lowest.get(file) !== order.get(file)) return
    const group = open.splice(open.indexOf(file))
    if (group.length > 1 || imports.includes(file)) cycles.push(group.sort())
  }
  for (const file of files) if (!order.has(file)) visit(file)
  return cycles
}

/** Names that more than one file declares and exports, with those files. Re-exports don't count. */
export function doubleExports(files: string[]): { name: string; files: string[] }[] {
  const places = new Map<string, Set<string>>()
  for (const file of files)
    for (const name of moduleOf(file).exports)
      places.set(name, (places.get(name) ?? new Set()).add(file))
  return [...places]
    .filter(([, found]) => found.size > 1)
    .map(([name, found]) => ({ name, files: [...found].sort() }))
}
