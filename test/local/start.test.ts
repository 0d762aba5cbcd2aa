import { once } from 'node:events'
import { chmodSync, chownSync, statSync } from 'node:fs'
import { type AddressInfo, createServer } from 'node:net'
import { dirname, join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import nodemailer from 'nodemailer'
import { describe, expect, test } from 'vitest'
import { close, connect } from '../../db/postgres/connect.ts'
import { canEnter } from '../../local/programs/unprivileged.ts'
import {
  configOf,
  descendants,
  processesNaming,
  runStarter,
  type StackEnv,
  stackEnv,
  survivors,
} from '../support/programs/starter.ts'

const patienceMs = 120_000

describe('npm start', () => {
  test('starts everything, keeps existing data, and leaves nothing running after SIGTERM', {
    timeout: patienceMs,
  }, async () => {
    const env = await stackEnv()
    const first = runStarter(env)
    const said = await first.ready
    const invitation = /http:\/\/localhost:\d+\/invitations\/[\w-]+/.exec(said)![0]
    expect((await fetch(invitation)).status).toBe(200)
    for (const address of addressesIn(said))
      expect((await fetch(address)).status, address).toBe(200)

    const again = runStarter(env)
    expect(await again.ended).toBe(1)
    expect(again.output()).toContain(`CrateSocial is already running from ${env.DATA_DIR}`)

    await leaveTraces(env)
    const running = descendants(first.child.pid!)
    expect(running.length).toBeGreaterThan(5)
    first.child.kill('SIGTERM')
    expect(await first.ended).toBe(0)
    expect(await survivors(running, 0)).toEqual([])

    const second = runStarter(env)
    await second.ready
    expect(await tracesLeft(env)).toEqual({ table: 'kept', mail: 'Kept' })
    expect(statSync(join(env.DATA_DIR!, 'secrets.json')).mode & 0o777).toBe(0o600)
    second.child.kill('SIGINT')
    expect(await second.ended).toBe(0)
  })

  test('leaves nothing running when it is killed with SIGKILL, and can start again immediately', {
    timeout: patienceMs,
  }, async () => {
    const env = await stackEnv()
    const killed = runStarter(env)
    await killed.ready
    const running = descendants(killed.child.pid!)
    killed.child.kill('SIGKILL')
    await killed.ended
    const next = runStarter(env)
    expect(await survivors(running, 30_000)).toEqual([])
    await next.ready
    next.child.kill('SIGTERM')
    expect(await next.ended).toBe(0)
  })

  test('leaves nothing running when the npm that started it is killed with SIGKILL', {
    timeout: patienceMs,
  }, async () => {
    const npm = runStarter(await stackEnv(), undefined, ['npm', 'start'])
    await npm.ready
    const running = descendants(npm.child.pid!)
    expect(running.length).toBeGreaterThan(5)
    npm.child.kill('SIGKILL')
    await npm.ended
    expect(await survivors(running, 30_000)).toEqual([])
  })

  test('leaves nothing running when it is stopped before it is ready, at any moment', {
    timeout: patienceMs,
  }, async () => {
    const env = await stackEnv()
    for (const afterMs of [0, 300, 1_000, 2_500]) {
      const starter = runStarter(env)
      await starter.begun
      await sleep(afterMs)
      const running = descendants(starter.child.pid!)
      starter.child.kill('SIGTERM')
      expect(await starter.ended, starter.output()).toBe(0)
      expect(await survivors(running, 0)).toEqual([])
      expect(await survivors(processesNaming(env.DATA_DIR!), 1_000)).toEqual([])
    }
  })

  test.runIf(ordinaryUser())('runs as an ordinary user', { timeout: patienceMs }, async () => {
    const env = await stackEnv()
    const user = ordinaryUser()!
    chmodSync(dirname(env.DATA_DIR!), 0o755)
    chownSync(dirname(env.DATA_DIR!), user.uid, user.gid)
    const starter = runStarter({ ...env, HOME: dirname(env.DATA_DIR!) }, user)
    await starter.ready
    starter.child.kill('SIGTERM')
    expect(await starter.ended).toBe(0)
  })
})

describe('npm start reports in one sentence', () => {
  test('a port that another program uses', async () => {
    const env = await stackEnv()
    const squatter = createServer().listen(Number(env.TEMPORAL_PORT), '127.0.0.1')
    const refused = await refusal(env)
    squatter.close()
    expect(refused).toBe(
      `A port is in use by another program: ${env.TEMPORAL_PORT} (Temporal; set TEMPORAL_PORT to use another).`,
    )
  })

  test('one port configured for two programs', async () => {
    const env = await stackEnv()
    expect(await refusal({ ...env, SMTP_PORT: env.PORT! })).toBe(
      `PORT and SMTP_PORT are both ${env.PORT}. Give one of them another port.`,
    )
  })

  test('a folder that is not writable', async () => {
    expect(await refusal({ ...(await stackEnv()), DATA_DIR: '/dev/null/data' })).toMatch(
      /^CrateSocial keeps everything in \/dev\/null\/data and can’t write there/,
    )
  })

  test('contradictory settings, all at once', async () => {
    const said = await refusal({ ...(await stackEnv()), META_APP_ID: '1', LOG_LEVEL: 'loud' })
    expect(said).toContain('META_APP_ID and META_APP_SECRET must be set together')
    expect(said).toContain('LOG_LEVEL must be one of')
  })

  test('what a program printed that exits at startup, and then gives up', {
    timeout: patienceMs,
  }, async () => {
    const env = await stackEnv()
    const squatter = createServer().listen(0, '127.0.0.1')
    await once(squatter, 'listening')
    const port = String((squatter.address() as AddressInfo).port)
    const refused = await refusal({ ...env, METRICS_PORT: port })
    squatter.close()
    const last = refused.split('\n\n').at(-1)
    expect(last).toMatch(/^It does not start\. The web server ended with code 1\.\n/)
    expect(last).toContain(`Port ${port} of 127.0.0.1 is in use by another program.`)
    expect(last).toContain('web-server.log')
  })

  test('keys that do not open the stored data', { timeout: patienceMs }, async () => {
    const env = await stackEnv()
    const first = runStarter(env)
    await first.ready
    await withDatabase(env, sealSomething)
    first.child.kill('SIGTERM')
    await first.ended
    const refused = await refusal({
      ...env,
      VAULT_KEYS: `other:${Buffer.alloc(32, 3).toString('base64')}`,
    })
    expect(refused.split('\n\n').at(-1)).toMatch(
      /^It does not start\. The (web server|worker) ended with code 1\.\n {4}1 sealed value opens with none of the keys in VAULT_KEYS/,
    )
  })

  test('a missing Temporal program', async () => {
    expect(await refusal({ ...(await stackEnv()), TEMPORAL_CLI: '/nowhere/temporal' })).toBe(
      'TEMPORAL_CLI is /nowhere/temporal, which is not a program.',
    )
  })
})

async function sealSomething(sql: ReturnType<typeof connect>): Promise<void> {
  await sql`
    insert into revocations (issuer, issuer_user_id, asked_at, gives_up_at, access_token_sealed)
    values ('meta', 'someone', now(), now() + interval '1 day', 'v1.local.AAAA.AAAA')`
}

/** The output without its first line. The exit code must be 1, without a stack trace. */
async function refusal(env: StackEnv): Promise<string> {
  const starter = runStarter(env)
  expect(await starter.ended).toBe(1)
  expect(starter.output()).not.toMatch(/^\s+at /m)
  return starter.output().replace('Starting CrateSocial…\n', '').trim()
}

function addressesIn(said: string): string[] {
  return [
    ...said.matchAll(
      /^ {2}(?:CrateSocial|Mailbox|Platform sandbox|Faults and settings|Temporal) +(http\S+)/gm,
    ),
  ].map(([, address]) => address!)
}

async function leaveTraces(env: StackEnv): Promise<void> {
  await withDatabase(env, (sql) => sql`create table traces as select 'kept' as word`)
  const transport = nodemailer.createTransport(`smtp://127.0.0.1:${env.SMTP_PORT}`)
  await transport.sendMail({
    from: 'a@example.com',
    to: 'b@example.com',
    subject: 'Kept',
    text: 'Still here?',
  })
  transport.close()
}

async function tracesLeft(env: StackEnv): Promise<{ table: unknown; mail: unknown }> {
  const [row] = await withDatabase(env, (sql) => sql`select word from traces`)
  const mails = (await (await fetch(`http://127.0.0.1:${env.MAILBOX_PORT}/mails.json`)).json()) as {
    subject: string
  }[]
  return { table: row?.word, mail: mails[0]?.subject }
}

async function withDatabase<T>(
  env: StackEnv,
  work: (sql: ReturnType<typeof connect>) => Promise<T>,
): Promise<T> {
  const sql = connect({ ...configOf(env).database, prepare: false, max: 2 })
  return await work(sql).finally(() => close(sql))
}

/**
 * Only root can switch to an ordinary user. For anyone else, the tests above already cover this.
 */
function ordinaryUser(): { uid: number; gid: number } | undefined {
  const nobody = { uid: 65_534, gid: 65_534 }
  return process.getuid?.() === 0 && canEnter(fileURLToPath(new URL('.', import.meta.url)), nobody)
    ? nobody
    : undefined
}
