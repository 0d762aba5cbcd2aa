import { mkdtempSync } from 'node:fs'
import { chmod, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { beforeAll, describe, expect, test } from 'vitest'
import { parse } from 'yaml'
import { insertInvitation } from '../../db/people/invitations.ts'
import { insertMailLink } from '../../db/people/mail-links.ts'
import { close, connect, type Sql, tx } from '../../db/postgres/connect.ts'
import { migrate } from '../../db/postgres/migrate.ts'
import { checks } from '../../db/privacy/checks.ts'
import { hashSecret, newSecret } from '../../db/vault/secrets.ts'
import { freePort } from '../../local/ports.ts'
import { ensureDatabase, startPostgres } from '../../local/postgres/server.ts'
import { createTestApp, type Person, password, type TestApp } from '../support/app.ts'
import { atTheEnd } from '../support/at-the-end.ts'

const composeFile = fileURLToPath(new URL('../../docker-compose.yml', import.meta.url))
const folder = mkdtempSync(join(tmpdir(), 'cratesocial-log-'))
const logFile = join(folder, 'postgres.log')

let sql: Sql
let app: TestApp
beforeAll(async () => {
  await chmod(folder, 0o755) // if root starts it, PostgreSQL runs as another user
  const server = await startPostgres({
    dataDir: folder,
    port: await freePort(),
    password: 'test',
    logFile,
  })
  await ensureDatabase(server, 'cratesocial')
  sql = connect({ url: server.url('cratesocial'), prepare: true })
  await migrate(sql)
  app = await createTestApp({ sql })
  atTheEnd(async () => {
    await close(sql)
    await server.stop()
    await rm(folder, { recursive: true, force: true })
  })
}, 60_000)

const log = async (): Promise<string> => await readFile(logFile, 'utf8')

/** All text in the tables that says something about a person, as a log would contain it. */
const valuesOfTheRun = async (): Promise<string[]> => {
  const columns = [
    ...['users.email', 'users.name', 'users.password_hash', 'mail_links.new_email'],
    ...['workspaces.name', 'workspaces.slug', 'posts.text'],
  ]
  const found: string[] = []
  for (const column of columns) {
    const [table = '', name = ''] = column.split('.')
    const rows = await sql<
      { value: string | null }[]
    >`select ${sql(name)} as value from ${sql(table)}`
    found.push(...rows.flatMap(({ value }) => value ?? []))
  }
  return found.filter((value) => value !== '')
}

const invite = async () => {
  const purpose = { workspaceId: app.workspaces.northside, role: 'manager' as const }
  return await insertInvitation(sql, { purpose, createdBy: app.cast.admin.id, now: new Date() })
}

const accept = async (code: string, email: string) =>
  await app.browser().post(`/invitations/${code}`, { name: 'Nora Newcomer', email, password })

const linkToNewEmail = async (person: Person, newEmail: string): Promise<string> => {
  const token = newSecret()
  const id = await tx(sql, (t) =>
    insertMailLink(t, { userId: person.id, purpose: 'email', newEmail, now: new Date() }),
  )
  await sql`update mail_links set token_hash = ${hashSecret(token)} where id = ${id}`
  return token
}

describe('promise A3: the database log', () => {
  test('does not contain the address that two people accept an invitation with at the same moment; one gets the account', async () => {
    const codes = (await Promise.all([invite(), invite(), invite()])).map(({ code }) => code)
    const answers = await Promise.all(
      codes.map((code) => accept(code, 'nora.newcomer@example.com')),
    )
    expect(answers.filter(({ status }) => status === 303)).toHaveLength(1)
    expect(answers.filter(({ status }) => status >= 500)).toEqual([])
    expect(await sql`select from users where email = 'nora.newcomer@example.com'`).toHaveLength(1)
    expect(await log()).not.toMatch(/nora\.newcomer|users_email_unique/)
  })

  test('does not contain the address that two people change to while a third accepts an invitation with it', async () => {
    const email = 'wanted.by.all@example.com'
    const { admin, manager } = app.cast
    const tokens = await Promise.all([linkToNewEmail(admin, email), linkToNewEmail(manager, email)])
    const { code } = await invite()
    const [first, second] = tokens
    const changes = [
      admin.post(`/account/email/${first}`),
      manager.post(`/account/email/${second}`),
    ]
    const answers = await Promise.all([...changes, accept(code, email)])
    expect(answers.filter(({ status }) => status === 303)).toHaveLength(1)
    expect(answers.filter(({ status }) => status >= 500)).toEqual([])
    expect(await sql`select from users where email = ${email}`).toHaveLength(1)
    expect(await log()).not.toMatch(/wanted\.by\.all|users_email_unique/)
  })

  test('contains the constraint of an unexpected error, but no value', async () => {
    const { outsider } = app.cast
    const { northside } = app.workspaces
    const text = 'A secret of the shop, to be told on Friday'
    const upper = { email: 'Upper@Example.com', name: 'Ursula Upper' }
    const place = { slug: 'northside', name: 'Northside Records' }
    const refused = [
      () =>
        sql`insert into users (email, name, password_hash) values (${outsider.email}, ${outsider.name}, 'x')`,
      () =>
        sql`insert into users (email, name, password_hash) values (${upper.email}, ${upper.name}, 'x')`,
      () =>
        sql`insert into workspaces (slug, name, zone) values (${place.slug}, ${place.name}, 'UTC')`,
      () =>
        sql`insert into posts (workspace_id, state, text) values (${northside}, 'scheduled', ${text})`,
      () => sql`insert into posts (workspace_id, text) values (${crypto.randomUUID()}, ${text})`,
    ]
    for (const cause of refused) await expect(cause()).rejects.toThrow()
    await sql`insert into posts (workspace_id, text) values (${northside}, ${text})`
    const written = await log()
    for (const name of [
      'users_email_unique',
      'users_email_form',
      'workspaces_slug_unique',
      'posts_scheduled_has_time',
    ])
      expect(written).toContain(name)
    const values = [...(await valuesOfTheRun()), ...Object.values(upper)]
    expect(values.length).toBeGreaterThan(15)
    expect(values.filter((value) => written.includes(value))).toEqual([])
  })
})

describe('the setting that keeps values out of the log', () => {
  const found = async () =>
    await checks.find(({ name }) => name === 'check-database-log')!.look(sql)

  test('is checked every night in the database in use', async () => {
    expect(await found()).toEqual({ all: 1, wrong: 0 })
    await sql`alter role current_user set log_error_verbosity = 'default'`
    const other = connect({ url: urlOf(sql), prepare: true, max: 1 })
    try {
      expect(await checks.find(({ name }) => name === 'check-database-log')!.look(other)).toEqual({
        all: 1,
        wrong: 1,
      })
    } finally {
      await close(other)
      await sql`alter role current_user reset log_error_verbosity`
    }
  })

  test('is set for the database in docker-compose.yml', async () => {
    const compose = parse(await readFile(composeFile, 'utf8'), { merge: true })
    expect((compose.services.postgres.command as string[]).join(' ')).toContain(
      '-c log_error_verbosity=terse',
    )
  })
})

const urlOf = ({ options }: Sql): string =>
  `postgres://cratesocial:test@${options.host[0]}:${options.port[0]}/${options.database}`
