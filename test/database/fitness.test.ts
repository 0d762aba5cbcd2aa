import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeEach, expect, it } from 'vitest'
import { folders } from '../../config/folders.ts'
import { refuseUnfit } from '../../db/postgres/fitness.ts'
import { migrate } from '../../db/postgres/migrate.ts'
import { listMigrations, newestVersion } from '../../db/postgres/migration-files.ts'
import { createTestDatabase, type TestDatabase } from '../support/database.ts'
import { runProgram } from '../support/programs/program.ts'

let database: TestDatabase
beforeEach(async () => {
  database = await createTestDatabase()
})

/** What each program that uses the database prints at startup, with its exit code. */
const programs = [
  'server.ts',
  'worker.ts',
  'commands/operate.ts people',
  'commands/rotate-vault.ts',
  'commands/backup.ts /nowhere/backup',
]
const createsTable = (migration: string): boolean =>
  /^create table \w+ \(/im.test(readFileSync(join(folders.migrations, migration), 'utf8'))
const startAll = (url: string, which = programs): Promise<{ code: number | null; err: string }[]> =>
  Promise.all(which.map((program) => runProgram(program.split(' '), { DATABASE_URL: url })))

it('every program, including the migrations, refuses a database that a newer version has migrated', {
  timeout: 120_000,
}, async () => {
  const newest = await newestVersion()
  await database.sql`insert into schema_version (version, name) values (${newest + 2}, 'from-the-future')`
  const words = `The database is at migration ${newest + 2}, which a newer version of CrateSocial made; this version only knows migration ${newest}.`
  for (const { code, err } of await startAll(database.url, [...programs, 'commands/migrate.ts'])) {
    expect(err).toMatch(new RegExp(`^${words} [^\n]*docs/upgrade\\.md\\)\\.\n$`))
    expect(code).toBe(1)
  }
})

it('every program refuses a database without the newest migration until it is migrated', {
  timeout: 120_000,
}, async () => {
  const newest = await newestVersion()
  await database.sql`delete from schema_version where version = ${newest}`
  for (const { code, err } of await startAll(database.url)) {
    expect(err).toContain(
      `The database is at migration ${newest - 1}, and this version needs migration ${newest}. Run the migrations first`,
    )
    expect(code).toBe(1)
  }
})

it('an empty database is refused with one sentence', async () => {
  await database.sql`drop schema public cascade`
  await database.sql`create schema public`
  await expect(refuseUnfit(database.sql)).rejects.toThrow(
    /^The database is not set up yet\. Run the migrations first/,
  )
})

it('every program reports a database that does not respond in one sentence', {
  timeout: 120_000,
}, async () => {
  for (const { code, err } of await startAll('postgres://cratesocial:secret@127.0.0.1:9/crates', [
    ...programs,
    'commands/migrate.ts',
  ])) {
    expect(err).toBe(
      'PostgreSQL does not answer at 127.0.0.1:9 (ECONNREFUSED). Check DATABASE_URL, and that it runs.\n',
    )
    expect(code).toBe(1)
  }
})

it('a wrong password and a missing database are each reported in one sentence', {
  timeout: 60_000,
}, async () => {
  const wrong = new URL(database.url)
  wrong.password = 'wrong'
  const missing = new URL(database.url)
  missing.pathname = '/nowhere'
  const [first, second] = await Promise.all(
    [wrong, missing].map((url) => runProgram(['commands/migrate.ts'], { DATABASE_URL: url.href })),
  )
  expect(first).toMatchObject({
    code: 1,
    err: 'PostgreSQL refuses the user name or the password in DATABASE_URL.\n',
  })
  expect(second).toMatchObject({
    code: 1,
    err: 'The database that DATABASE_URL names does not exist.\n',
  })
})

it('a migration that fails is reported in one sentence and changes nothing', {
  timeout: 60_000,
}, async () => {
  // A table can't be created a second time.
  const creating = (await listMigrations()).sort().filter(createsTable).at(-1) ?? ''
  await database.sql`delete from schema_version where version >= ${Number.parseInt(creating, 10)}`
  const ran = await runProgram(['commands/migrate.ts'], { DATABASE_URL: database.url })
  expect(ran.err).toMatch(/^Migration \d+ \([a-z-]+\) failed, and nothing was changed: [^\n]+\.\n$/)
  expect(ran.code).toBe(1)
})

it('a migration that was changed after it had been applied is reported in one sentence', async () => {
  await database.sql`update schema_version set md5 = 'another' where version = 3`
  await expect(migrate(database.sql)).rejects.toThrow(
    'Migration 3 was changed after it had been applied to this database.',
  )
})

it('several migrations that start at the same time bring an empty database up to date', {
  timeout: 60_000,
}, async () => {
  await database.sql`drop schema public cascade`
  await database.sql`create schema public`
  const ran = await Promise.all(
    [1, 2, 3].map(() => runProgram(['commands/migrate.ts'], { DATABASE_URL: database.url })),
  )
  expect(ran.map(({ code }) => code)).toEqual([0, 0, 0])
  await refuseUnfit(database.sql)
})
