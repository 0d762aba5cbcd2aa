import { randomBytes } from 'node:crypto'
import { inject } from 'vitest'
import { close, connect, type Sql } from '../../db/postgres/connect.ts'
import { atTheEnd } from './at-the-end.ts'
import { databaseUrl } from './servers/template-database.ts'

export type TestDatabase = { sql: Sql; url: string; name: string; drop(): Promise<void> }

/**
 * A new database with the current schema and no rows on a real PostgreSQL server, in well under a
 * second. Dropped after the file's last test.
 */
export async function createTestDatabase(): Promise<TestDatabase> {
  const serverUrl = inject('postgresUrl')
  const name = `test_${randomBytes(8).toString('hex')}`
  await onServer(
    serverUrl,
    (server) =>
      server`create database ${server(name)} template ${server(inject('templateDatabase'))}`,
  )
  const url = databaseUrl(serverUrl, name)
  const sql = connect({ url, prepare: true, applicationName: 'test' })
  const drop = async () => {
    await close(sql)
    await onServer(
      serverUrl,
      (server) => server`drop database if exists ${server(name)} with (force)`,
    )
  }
  atTheEnd(drop)
  return { sql, url, name, drop }
}

async function onServer(serverUrl: string, work: (server: Sql) => Promise<unknown>): Promise<void> {
  const server = connect({ url: serverUrl, prepare: false, max: 2 })
  await work(server).finally(() => close(server))
}
