import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { whatIsGiven } from '../environment.ts'
import { Problem } from '../problem.ts'

type Note = { startedAt: string; filledAt?: string }

const noteOf = (dataDir: string) => join(dataDir, 'demo.json')

export const isFilled = (dataDir: string): boolean => readNote(dataDir)?.filledAt !== undefined

/** Records that loading has started or finished. */
export const writeNote = (dataDir: string, note: Note): void =>
  writeFileSync(noteOf(dataDir), `${JSON.stringify(note)}\n`, { mode: 0o600 })

const readNote = (dataDir: string): Note | undefined => {
  if (!existsSync(noteOf(dataDir))) return undefined
  try {
    return JSON.parse(readFileSync(noteOf(dataDir), 'utf8')) as Note
  } catch {
    return undefined // truncated by a full disk: the data counts as an installation in use
  }
}

/**
 * Call this before starting anything. If loading a demo was interrupted, deletes the demo's data
 * but keeps its keys, so that it can be loaded again. Without --demo, the data counts as an
 * installation in use and is never deleted. Returns whether it deleted something.
 * @throws Problem if the data is in a database or Temporal that isn't started by CrateSocial
 */
export const clearInterrupted = (
  dataDir: string,
  { wantsDemo, env }: { wantsDemo: boolean; env: NodeJS.ProcessEnv },
): boolean => {
  const note = readNote(dataDir)
  if (!note || note.filledAt) return false
  if (wantsDemo) {
    const { database, temporal } = whatIsGiven(env)
    if (database || temporal)
      throw new Problem(
        'Loading the demo was interrupted. Empty the database and the Temporal namespace that you gave, remove demo.json, and start again.',
      )
    removeData(dataDir)
  }
  rmSync(noteOf(dataDir))
  return wantsDemo
}

/** If started as root, the database may be in another folder, which its user can access. */
const removeData = (dataDir: string): void => {
  const elsewhere = join(dataDir, 'postgres-is-in')
  const database = existsSync(elsewhere)
    ? [readFileSync(elsewhere, 'utf8').trim(), elsewhere]
    : [join(dataDir, 'postgres')]
  const folders = ['temporal', 'sandbox', 'media', 'mail'].map((name) => join(dataDir, name))
  for (const path of [...database, ...folders]) rmSync(path, { recursive: true, force: true })
}
