import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import postgres from 'postgres'
import { beforeAll, describe, expect, it } from 'vitest'
import { type BarePostgres, startBarePostgres } from '../support/servers/bare-postgres.ts'
import { debianProgram } from '../support/servers/debian-program.ts'

const run = promisify(execFile)
const passwords = {
  postgres: 'secret-of-superuser',
  cratesocial: "secret of 'cratesocial'",
  temporal: 'secret-of-temporal',
}
let server: BarePostgres

beforeAll(async () => {
  server = await startBarePostgres(passwords.postgres)
  await firstStart()
})

/** What the production container runs once, with the real psql. */
async function firstStart(): Promise<void> {
  const { program, libraries } = await debianProgram('psql', [await clientPackage(), 'libpq5'])
  const script = fileURLToPath(new URL('../../production/postgres/databases.sh', import.meta.url))
  const env = {
    PATH: `${program.slice(0, -'/psql'.length)}:${process.env.PATH}`,
    LD_LIBRARY_PATH: libraries,
    PGHOST: '127.0.0.1',
    PGPORT: String(server.port),
    PGPASSWORD: passwords.postgres,
    CRATESOCIAL_PASSWORD: passwords.cratesocial,
    TEMPORAL_PASSWORD: passwords.temporal,
  }
  await run('/bin/sh', [script], { env })
}

/** Debian includes the version in the name of the package. */
async function clientPackage(): Promise<string> {
  const { stdout } = await run('apt-cache', ['depends', 'postgresql-client']).catch(() => ({
    stdout: '',
  }))
  return /Depends: (postgresql-client-\d+)/.exec(stdout)?.[1] ?? 'postgresql-client-15'
}

/** Opens a database as a role. Returns `in`, or the error code of the server. */
async function open(role: string, password: string, database: string): Promise<string> {
  const connection = {
    host: '127.0.0.1',
    port: server.port,
    user: role,
    password,
    database,
    max: 1,
  }
  const sql = postgres({ ...connection, connect_timeout: 5, onnotice: () => undefined })
  return await sql`create temporary table here (id int)`
    .then(
      () => 'in',
      (error: { code?: string }) => error.code ?? 'error without a code',
    )
    .finally(() => sql.end({ timeout: 1 }))
}

describe('the production database', () => {
  it('lets each role open its own databases only', async () => {
    const roles = { cratesocial: ['cratesocial'], temporal: ['temporal', 'temporal_visibility'] }
    for (const [role, own] of Object.entries(roles)) {
      for (const database of [
        'cratesocial',
        'temporal',
        'temporal_visibility',
        'postgres',
        'template1',
      ]) {
        const answer = await open(role, passwords[role as keyof typeof passwords], database)
        expect(answer, `${role} opens ${database}`).toBe(
          own.includes(database) ? 'in' : insufficientPrivilege,
        )
      }
    }
  })

  it('has three passwords, and none of them works for another role', async () => {
    for (const role of Object.keys(passwords)) {
      for (const [whose, password] of Object.entries(passwords)) {
        const answer = await open(role, password, role === 'temporal' ? 'temporal' : 'postgres')
        if (whose !== role)
          expect(answer, `${role} with the secret of ${whose}`).toBe(wrongPassword)
      }
    }
  })

  it('gives the program’s role no rights over the server: no superuser, no new roles or databases, no files', async () => {
    for (const [role, database] of [
      ['cratesocial', 'cratesocial'],
      ['temporal', 'temporal'],
    ] as const) {
      const connection = {
        host: '127.0.0.1',
        port: server.port,
        user: role,
        password: passwords[role],
        database,
        max: 1,
      }
      const sql = postgres({ ...connection, onnotice: () => undefined })
      for (const statement of [
        'create role other login',
        'create database other',
        'alter role postgres password null',
        "copy (select 1) to program 'true'",
        "select pg_read_file('/etc/passwd')",
      ])
        await expect(sql.unsafe(statement), statement).rejects.toMatchObject({
          code: insufficientPrivilege,
        })
      await sql.end({ timeout: 1 })
    }
  })
})

const insufficientPrivilege = '42501'
const wrongPassword = '28P01'
