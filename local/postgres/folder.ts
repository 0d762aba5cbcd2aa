import { chmodSync, existsSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Problem } from '../problem.ts'
import { canEnter, type User } from '../programs/unprivileged.ts'

/**
 * The folder for PostgreSQL's files, normally the data folder. If root starts it from a folder that
 * PostgreSQL's user can't enter (such as root's home), uses another folder and notes it in the data
 * folder.
 */
export function postgresFolder(dataDir: string, user: User | undefined): string {
  if (!user || canEnter(dataDir, user)) return dataDir
  const note = join(dataDir, 'postgres-is-in')
  if (existsSync(note)) {
    const folder = readFileSync(note, 'utf8').trim()
    if (!existsSync(folder))
      throw new Problem(
        `The database is gone: ${folder} does not exist (${note} names it). Remove ${dataDir} to start over.`,
      )
    return folder
  }
  const folder = makeFolder(user)
  writeFileSync(note, `${folder}\n`)
  return folder
}

function makeFolder(user: User): string {
  for (const parent of ['/var/lib', '/var/tmp', tmpdir()]) {
    if (!canEnter(parent, user)) continue
    try {
      const folder = mkdtempSync(join(parent, 'cratesocial-'))
      chmodSync(folder, 0o755)
      return folder
    } catch {
      // not writable, even for root: try the next one
    }
  }
  throw new Problem(
    "PostgreSQL can't run as root, and its user can't enter this folder, /var/lib, /var/tmp or the temporary folder.",
  )
}
