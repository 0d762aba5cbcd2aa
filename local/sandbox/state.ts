import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

/**
 * The platforms' state: plain JSON records in named sections. Saved to `dir/state.json` if `dir` is
 * given.
 */
export type State = {
  /**
   * The live record of a section. Modify it and call `changed()`. `reset()` keeps the same object.
   */
  section<T extends object>(name: string, initial: () => T): T
  changed(): void
  /** Restores every section to its `initial` value. */
  reset(): void
  close(): void
}

const writeDelayMs = 1_000

export function createState(dir: string | undefined): State {
  const file = dir ? join(dir, 'state.json') : undefined
  const stored = file ? readStored(file) : {}
  const sections = new Map<string, { record: object; initial: () => object }>()
  let pendingWrite: NodeJS.Timeout | undefined

  function write() {
    clearTimeout(pendingWrite)
    pendingWrite = undefined
    if (!file || !dir) return
    mkdirSync(dir, { recursive: true })
    const records = Object.fromEntries([...sections].map(([name, { record }]) => [name, record]))
    writeFileSync(`${file}.part`, JSON.stringify({ ...stored, ...records }))
    renameSync(`${file}.part`, file)
  }

  return {
    section<T extends object>(name: string, initial: () => T): T {
      const known = sections.get(name)
      if (known) return known.record as T
      const record = Object.assign(initial(), stored[name]) as T
      sections.set(name, { record, initial })
      return record
    },
    changed() {
      if (file && !pendingWrite) pendingWrite = setTimeout(write, writeDelayMs)
    },
    reset() {
      for (const { record, initial } of sections.values()) {
        for (const key of Object.keys(record)) delete (record as Record<string, unknown>)[key]
        Object.assign(record, initial())
      }
      write()
    },
    close: write,
  }
}

function readStored(file: string): Record<string, object> {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as Record<string, object>
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return {}
    throw new Error(
      `The sandbox cannot read its state in ${file}: remove the file to start over.`,
      { cause: error },
    )
  }
}
