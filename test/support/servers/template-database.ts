import { createHash } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { close, connect } from '../../../db/postgres/connect.ts'
import { migrate } from '../../../db/postgres/migrate.ts'

const migrations = fileURLToPath(new URL('../../../db/migrations/', import.meta.url))

/**
 * Creates the database that test databases are copied from, once per state of the migrations.
 * Returns its name.
 */
export async function ensureTemplate(serverUrl: string): Promise<string> {
  const name = `template_${hashOfMigrations()}`
  const server = connect({ url: serverUrl, prepare: false, max: 2 })
  try {
    await server.begin(async (t) => {
      await t`select pg_advisory_xact_lock(727002)` // several runs may share one server
      const [ready] = await t`select 1 from pg_database where datname = ${name}`
      if (!ready) await makeTemplate(serverUrl, name)
    })
  } finally {
    await close(server)
  }
  return name
}

/**
 * `create database` can't run in a transaction, so other connections do it while the lock is held.
 */
async function makeTemplate(serverUrl: string, name: string): Promise<void> {
  const unfinished = `${name}_unfinished`
  const server = connect({ url: serverUrl, prepare: false, max: 2 })
  try {
    await server`drop database if exists ${server(unfinished)} with (force)`
    await server`create database ${server(unfinished)}`
    const sql = connect({ url: databaseUrl(serverUrl, unfinished), prepare: false, max: 2 })
    await migrate(sql).finally(() => close(sql))
    await server`alter database ${server(unfinished)} rename to ${server(name)}`
  } finally {
    await close(server)
  }
}

/** The URL of another database on the same server. */
export function databaseUrl(serverUrl: string, database: string): string {
  const url = new URL(serverUrl)
  url.pathname = `/${database}`
  return url.href
}

function hashOfMigrations(): string {
  const hash = createHash('sha256')
  for (const file of readdirSync(migrations).sort())
    hash.update(file).update(readFileSync(join(migrations, file)))
  return hash.digest('hex').slice(0, 16)
}
