import { execFile } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { beforeAll, describe, expect, inject, test } from 'vitest'
import { lockFolder } from '../../local/lock.ts'
import { freePort } from '../../local/ports.ts'
import { localSecrets } from '../../local/secrets.ts'
import { createTestApp, type TestApp } from '../support/app.ts'
import { databaseUrl } from '../support/servers/template-database.ts'

let house: TestApp
let env: NodeJS.ProcessEnv
beforeAll(async () => {
  house = await createTestApp()
  const [row] = await house.sql`select current_database() as name`
  env = {
    PATH: process.env.PATH,
    DATABASE_URL: databaseUrl(inject('postgresUrl'), row!.name),
    TEMPORAL_ADDRESS: inject('temporalAddress'),
    VAULT_KEYS: `test:${Buffer.alloc(32, 7).toString('base64')}`,
    THROTTLE_KEY: 'a throttle key for tests, long enough',
    SMTP_URL: 'smtp://127.0.0.1:2',
  }
})

/** `npm run operate` for an operator, which looks for the installation of `npm start`. */
const operateLocally = (env: NodeJS.ProcessEnv, ...words: string[]): Promise<Ran> =>
  run(['--import', 'tsx', 'local/command.ts', 'operate', ...words], env)

type Ran = { code: number; out: string; err: string }

/** Runs what an operator types after `npm run operate --`. */
const operate = (...words: string[]): Promise<Ran> =>
  run(['--import', 'tsx', 'commands/operate.ts', ...words], env)
const run = (args: string[], env: NodeJS.ProcessEnv): Promise<Ran> =>
  new Promise((resolve) => {
    const cwd = fileURLToPath(new URL('../../', import.meta.url))
    execFile(process.execPath, args, { cwd, env }, (error, out, err) =>
      resolve({ code: typeof error?.code === 'number' ? error.code : 0, out, err }),
    )
  })
const rows = async (...words: string[]): Promise<Record<string, unknown>[]> =>
  JSON.parse((await operate(...words, '--json')).out).rows

describe('npm run operate', () => {
  test('promise S4: restores a lost operator by their address or by a link that works once', {
    timeout: 180_000,
  }, async () => {
    await house.sql`update users set is_operator = false`
    expect((await house.cast.admin.get('/operate')).status).toBe(404)
    expect((await operate('people', 'operator', 'nobody@example.com')).err).toBe(
      'Nobody has this email address.\n',
    )
    expect(await operate('people', 'operator', house.cast.admin.email.toUpperCase())).toMatchObject(
      {
        code: 0,
        out: 'Ada Admin is an operator.\n',
      },
    )
    expect((await house.cast.admin.get('/operate')).status).toBe(200)
    expect((await operate('people', 'no-operator', house.cast.admin.email)).out).toContain(
      'There is no operator now.',
    )
    expect((await house.cast.admin.get('/operate')).status).toBe(404)

    const { out } = await operate('people', 'invite-operator')
    const path = new URL(out.split('\n')[0]!).pathname
    await house.cast.outsider.post(path)
    expect((await house.cast.outsider.get('/operate')).status).toBe(200)
    expect((await house.cast.manager.get(path)).status).toBe(404)
    const events =
      await house.sql`select name, facts from events where name like 'operator.%' order by id`
    expect(events.map(({ name }) => name)).toEqual(['operator.made', 'operator.ended'])
    expect(JSON.stringify(events)).not.toContain('@')
  })

  test('shows people with their state, workspaces with counts, and posts without any of their text', {
    timeout: 60_000,
  }, async () => {
    await house.sql`update users set deactivated_at = now(), deactivated_by = 'person' where id = ${house.cast.manager.id}`
    const people = await rows('people')
    expect(people).toHaveLength(4)
    expect(people.find(({ name }) => name === 'Max Manager')).toMatchObject({
      state: 'deactivated',
      workspaces: 1,
      isOperator: false,
    })
    expect(await rows('workspaces')).toMatchObject([
      { slug: 'elsewhere', members: 1, admins: 1, waiting: 0 },
      { slug: 'northside', members: 2, admins: 1, waiting: 0 },
    ])
    const table = (await operate('workspaces')).out.split('\n')
    expect(table[0]).toMatch(/^slug +name +pausedAt +members +admins/)
    expect((await operate('posts')).out).toBe('None.\n')
    expect((await rows('status')).find(({ what }) => what === 'workspaces')).toEqual({
      what: 'workspaces',
      value: 2,
    })
  })

  test('pauses and resumes the same things as the pages', { timeout: 180_000 }, async () => {
    expect((await operate('pause')).out).toBe('Paused. Nothing is sent from any workspace.\n')
    expect((await house.sql`select paused_at from installation`)[0]!.pausedAt).not.toBeNull()
    expect((await operate('pause')).out).toBe('It is already paused.\n')
    expect((await operate('resume')).out).toContain('Publishing resumed')
    expect((await operate('pause', 'elsewhere')).out).toContain('Its admins can resume it.')
    expect((await house.cast.outsider.get('/w/elsewhere/pause')).text).toContain('paused')
    expect(await operate('resume', 'elsewhere')).toMatchObject({ code: 2 })
    expect(await operate('pause', 'nowhere')).toMatchObject({
      code: 2,
      err: 'There is no workspace nowhere.\n',
    })
  })

  test('gets workflows from Temporal', { timeout: 180_000 }, async () => {
    expect((await rows('workflows')).map(({ workflow }) => workflow)).toContain('publishTarget')
    expect(await operate('workflows', 'show', 'target-of-nobody')).toMatchObject({ code: 2 })
  })

  test('finds the installation of npm start, and says what is missing', {
    timeout: 180_000,
  }, async () => {
    const dataDir = await mkdtemp(join(tmpdir(), 'cratesocial-operate-'))
    const local = {
      PATH: process.env.PATH,
      DATABASE_URL: '',
      DATA_DIR: dataDir,
      POSTGRES_PORT: String(await freePort()),
    }
    const nothing = await operateLocally(local, 'people')
    expect(nothing).toMatchObject({
      code: 1,
      err: expect.stringContaining(`There is no installation in ${dataDir}`),
    })
    localSecrets(dataDir)
    const lock = await lockFolder(dataDir, process.pid, console.log) // as while `npm start` runs
    const elsewhere = await operateLocally(local, 'people')
    expect(elsewhere).toMatchObject({
      code: 1,
      err: expect.stringContaining(`not with PostgreSQL on port ${local.POSTGRES_PORT}`),
    })
    lock.release()
    expect(await operateLocally(local)).toMatchObject({
      code: 0,
      out: expect.stringContaining('people invite-operator'),
    })
    await rm(dataDir, { recursive: true })
  })

  test('explains its commands and what is wrong', { timeout: 180_000 }, async () => {
    const { code, out } = await operate()
    expect([code, out]).toEqual([0, expect.stringContaining('people invite-operator')])
    expect(out).toContain('people require-two-step on|off')
    expect(await operate('dance')).toMatchObject({
      code: 2,
      err: 'There is no command "dance". --help lists them.\n',
    })
    const { DATABASE_URL: _, ...without } = env
    env = without
    const refused = await operate('people')
    expect([refused.code, refused.err]).toEqual([
      1,
      expect.stringContaining('DATABASE_URL is not set'),
    ])
  })
})
