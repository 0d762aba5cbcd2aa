import type { Db, Sql } from './connect.ts'
import { newestVersion } from './migration-files.ts'

/** The oldest supported PostgreSQL version. Tests run on this version and on the newest one. */
export const oldestPostgres = 15

/** Why CrateSocial cannot use this database, in one sentence. */
export class DatabaseError extends Error {
  override name = 'DatabaseError'
}

/**
 * Checks at startup that the server answers, that it is new enough, and that the schema has the
 * version this code needs. @throws DatabaseError
 */
export const refuseUnfit = async (sql: Sql): Promise<void> => {
  await refuseOldServer(sql)
  const [found, needed] = [await findSchemaVersion(sql), await newestVersion()]
  if (found === 0) throw new DatabaseError(`The database is not set up yet. ${howToMigrate}`)
  if (found < needed)
    throw new DatabaseError(
      `The database is at migration ${found}, and this version needs migration ${needed}. ${howToMigrate}`,
    )
  if (found > needed) throw newer(found, needed)
}

const howToMigrate =
  'Run the migrations first: npm run migrate, or node dist/commands/migrate.js where a build runs.'

/**
 * Checks that the server answers and isn't older than `oldest` (a major version). @throws
 * DatabaseError
 */
export const refuseOldServer = async (sql: Sql, oldest = oldestPostgres): Promise<void> => {
  const version = await findServerVersion(sql).catch((error: Error & { code?: string }) => {
    if (!notAnswering.includes(error.code ?? '')) throw error
    throw new DatabaseError(
      `PostgreSQL does not answer at ${addressOf(sql)} (${error.code}). Check DATABASE_URL, and that it runs.`,
    )
  })
  if (version < oldest)
    throw new DatabaseError(
      `CrateSocial needs PostgreSQL ${oldest} or newer, and this server is PostgreSQL ${version}.`,
    )
}

export const newer = (found: number, needed: number): DatabaseError =>
  new DatabaseError(
    `The database is at migration ${found}, which a newer version of CrateSocial made; this version only knows migration ${needed}. ` +
      'Start the newer version again, or restore the backup from before the upgrade (docs/upgrade.md).',
  )

const notAnswering = [
  ...[
    'ECONNREFUSED',
    'ECONNRESET',
    'EHOSTUNREACH',
    'ENETUNREACH',
    'ETIMEDOUT',
    'ENOTFOUND',
    'EAI_AGAIN',
    'ENOENT',
  ],
  ...['CONNECT_TIMEOUT', 'CONNECTION_CLOSED', 'CONNECTION_ENDED', 'CONNECTION_DESTROYED'],
]

const addressOf = ({ options }: Sql): string =>
  options.path || `${options.host[0]}:${options.port[0]}`

/** The number of the last migration that was applied; 0 before the first. */
export const findSchemaVersion = async (sql: Db): Promise<number> => {
  const [table] = await sql<
    { exists: boolean }[]
  >`select to_regclass('schema_version') is not null as exists`
  if (!table?.exists) return 0
  const [row] = await sql<
    { version: number }[]
  >`select coalesce(max(version), 0)::int as version from schema_version`
  return row?.version ?? 0
}

/** The major version of the server. */
const findServerVersion = async (sql: Sql): Promise<number> => {
  const [row] = await sql<
    { version: number }[]
  >`select current_setting('server_version_num')::int / 10000 as version`
  return row?.version ?? 0
}
