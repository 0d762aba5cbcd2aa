import { readdir } from 'node:fs/promises'
import Postgrator from 'postgrator'
import postgres from 'postgres'
import type { Sql } from './connect.ts'

const folder = new URL('./migrations/', import.meta.url).pathname

/**
 * Brings the schema to the newest migration, all in one transaction under an advisory lock: several starts at once wait for each other.
 * Refuses when an applied file was changed afterwards. `version`: no further than that migration.
 */
export const migrate = async (sql: Sql, version?: number): Promise<void> => {
  await sql.begin(async (t) => {
    await t`select pg_advisory_xact_lock(727001)`
    await t`set local statement_timeout = 0`
    const postgrator = new Postgrator({
      driver: 'pg',
      migrationPattern: `${folder}*.sql`,
      schemaTable: 'schema_version',
      execQuery: async (query) => ({ rows: (await t.unsafe(query)).map(asNamedInSql) }),
      execSqlScript: async (script) => {
        await t.unsafe(script).simple()
      },
    })
    await postgrator.migrate(version === undefined ? undefined : String(version))
  })
}

export const newestVersion = async (): Promise<number> =>
  Math.max(...(await readdir(folder)).map((name) => Number.parseInt(name, 10)))

/** The pool camel-cases columns; Postgrator looks for them as SQL names them. */
const asNamedInSql = (row: Record<string, unknown>): Record<string, unknown> =>
  Object.fromEntries(Object.entries(row).map(([name, value]) => [postgres.fromCamel(name), value]))
