import { readdir } from 'node:fs/promises'
import { folders } from '../../config/folders.ts'

/** The file names of all migrations. Throws if there are none, because this copy is incomplete. */
export const listMigrations = async (): Promise<string[]> => {
  const names = (await readdir(folders.migrations)).filter((name) => name.endsWith('.sql'))
  if (names.length === 0)
    throw new Error(
      `There are no migrations in ${folders.migrations}: this copy of CrateSocial is incomplete.`,
    )
  return names
}

export const newestVersion = async (): Promise<number> =>
  Math.max(...(await listMigrations()).map((name) => Number.parseInt(name, 10)))

/**
 * The glob pattern for Postgrator. Escapes characters of the folder path that have a meaning in
 * globs.
 */
export const migrationPattern = (): string =>
  `${folders.migrations.replace(/[*?()[\]{}!+@]/g, '?')}*.sql`
