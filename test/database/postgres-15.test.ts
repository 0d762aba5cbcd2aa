import { readFileSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { restoreBackup } from '../../commands/backup/restore.ts'
import { takeBackup } from '../../commands/backup/take.ts'
import { close, connect, type Sql } from '../../db/postgres/connect.ts'
import { oldestPostgres, refuseOldServer, refuseUnfit } from '../../db/postgres/fitness.ts'
import { migrate } from '../../db/postgres/migrate.ts'
import { createDiskStore } from '../../media/store.ts'
import { createTestApp } from '../support/app.ts'
import { atTheEnd } from '../support/at-the-end.ts'
import { testConfig } from '../support/config.ts'
import { type OldPostgres, startPostgres15 } from '../support/servers/postgres-15.ts'
import { databaseUrl } from '../support/servers/template-database.ts'
import { schemaText } from './schema-text.ts'

const schemaFile = fileURLToPath(new URL('../../db/schema.sql', import.meta.url))
const { vaultKeys } = testConfig()

let server: OldPostgres
beforeAll(async () => {
  server = await startPostgres15()
}, 120_000)
afterAll(() => server.stop())

/** A new, empty database on the older server. */
const emptyDatabase = async (name: string): Promise<Sql> => {
  const first = connect({ url: server.url, prepare: false, max: 2 })
  await first`create database ${first(name)}`.finally(() => close(first))
  const sql = connect({ url: databaseUrl(server.url, name), prepare: true, max: 4 })
  atTheEnd(() => close(sql))
  return sql
}

it('PostgreSQL 15 gets the same schema as the newest version', { timeout: 60_000 }, async () => {
  const sql = await emptyDatabase('schema')
  const [row] = await sql<
    { version: string }[]
  >`select current_setting('server_version') as version`
  expect(row?.version).toMatch(/^15\./)
  await migrate(sql)
  await refuseUnfit(sql)
  expect(await schemaText(sql)).toBe(readFileSync(schemaFile, 'utf8'))
})

it('a backup from the newest PostgreSQL can be restored on PostgreSQL 15 and backed up there', {
  timeout: 60_000,
}, async () => {
  const app = await createTestApp()
  const folder = await mkdtemp(join(tmpdir(), 'cratesocial-15-'))
  atTheEnd(() => rm(folder, { recursive: true, force: true }))
  await takeBackup({ ...app.deps, vaultKeys }, { folder: join(folder, 'new'), withMedia: false })
  const sql = await emptyDatabase('restored')
  const mediaStore = createDiskStore(pathToFileURL(join(folder, 'media')).href)
  const deps = { sql, mediaStore, vaultKeys, now: Date.now }
  await restoreBackup(deps, join(folder, 'new'))
  expect((await sql`select email from users order by email`).map(({ email }) => email)).toEqual(
    (await app.sql`select email from users order by email`).map(({ email }) => email),
  )
  const taken = await takeBackup(deps, { folder: join(folder, 'old'), withMedia: false })
  expect(taken.tables).toBeGreaterThan(20)
})

it('a server that is too old is refused with one sentence', async () => {
  const sql = await emptyDatabase('old')
  await refuseOldServer(sql, oldestPostgres)
  await expect(refuseOldServer(sql, 16)).rejects.toThrow(
    /^CrateSocial needs PostgreSQL 16 or newer, and this server is PostgreSQL 15\.$/,
  )
})
