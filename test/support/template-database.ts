import { createHash } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { close, connect } from '../../db/connect.ts'
import { migrate } from '../../db/migrate.ts'

const migrations = new URL('../../db/migrations/', import.meta.url).pathname

/** Makes, once for each state of the migrations, the database that test databases are copied from; returns its name. */
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

/** `create database` cannot run in a transaction: other connections do the work while the lock is held. */
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

/** The same server, another database. */
export function databaseUrl(serverUrl: string, database: string): string {
  const url = new URL(serverUrl)
  url.pathname = `/${database}`
  return url.href
}

function hashOfMigrations(): string {
  const hash = createHash('sha256')
  for (const file of readdirSync(migrations).sort()) hash.update(file).update(readFileSync(join(migrations, file)))
  return hash.digest('hex').slice(0, 16)
}
