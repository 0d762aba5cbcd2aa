import Postgrator from 'postgrator'
import postgres from 'postgres'
import { type Sql, txStraight } from './connect.ts'
import { DatabaseError, findSchemaVersion, newer, refuseOldServer } from './fitness.ts'
import { migrationPattern, newestVersion } from './migration-files.ts'

/**
 * Applies all migrations up to the newest one, or up to `version`. Runs in one transaction under an
 * advisory lock, so several programs that start at once wait for each other. Throws a DatabaseError
 * and changes nothing if a newer version of CrateSocial created the database, a migration fails, or
 * an applied file was changed afterwards.
 */
export const migrate = async (sql: Sql, version?: number): Promise<void> => {
  await refuseOldServer(sql)
  const newest = await newestVersion()
  let current = ''
  await txStraight(sql, async (t) => {
    await t`set local statement_timeout = 0`
    await t`set local lock_timeout = 0` // another program may be running a long migration
    await t`select pg_advisory_xact_lock(727001)`
    await t`set local lock_timeout to default`
    const found = await findSchemaVersion(t)
    if (found > newest) throw newer(found, newest)
    const postgrator = new Postgrator({
      driver: 'pg',
      migrationPattern: migrationPattern(),
      schemaTable: 'schema_version',
      execQuery: async (query) => ({ rows: (await t.unsafe(query)).map(asNamedInSql) }),
      execSqlScript: async (script) => {
        await t.unsafe(script).simple()
      },
    })
    postgrator.on('migration-started', (migration) => {
      current = `${migration.version} (${migration.name})`
    })
    await postgrator.migrate(version === undefined ? undefined : String(version))
  }).catch((error: unknown) => {
    throw inWords(error, current)
  })
}

const inWords = (error: unknown, migration: string): unknown => {
  if (!(error instanceof Error) || error instanceof DatabaseError) return error
  const [, changed] = /^MD5 checksum failed for migration \[(\d+)\]/.exec(error.message) ?? []
  if (changed)
    return new DatabaseError(
      `Migration ${changed} was changed after it had been applied to this database. Use an unchanged copy of CrateSocial.`,
      { cause: error },
    )
  if (!migration) return error
  return new DatabaseError(
    `Migration ${migration} failed, and nothing was changed: ${error.message}.`,
    { cause: error },
  )
}

/** The pool converts columns to camelCase; Postgrator expects their SQL names. */
const asNamedInSql = (row: Record<string, unknown>): Record<string, unknown> =>
  Object.fromEntries(Object.entries(row).map(([name, value]) => [postgres.fromCamel(name), value]))
