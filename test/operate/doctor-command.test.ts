import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { beforeAll, beforeEach, describe, expect, inject, test } from 'vitest'
import type { Finding } from '../../commands/operate/doctor/finding.ts'
import { testApps } from '../support/config.ts'
import { type ConnectingApp, createConnectingApp, startAgain } from '../support/connecting-app.ts'
import { sandboxEnv } from '../support/platforms/twins.ts'
import { startSilence } from '../support/servers/neighbors.ts'
import { databaseUrl } from '../support/servers/template-database.ts'

let house: ConnectingApp
beforeAll(async () => {
  house = await createConnectingApp()
})
beforeEach(() => startAgain(house))

describe('operate -- doctor', () => {
  test('as a command prints a line for each check and exits with 1 if there is a problem', {
    timeout: 120_000,
  }, async () => {
    const env = await commandEnv()
    const ran = await run(env, 'doctor')
    expect([ran.code, ran.err]).toEqual([1, ''])
    expect(ran.out).toMatch(/^ok {7}Meta app: Meta accepts/m)
    expect(ran.out).toMatch(/^ok {7}TikTok app: It isn’t configured/m)
    expect(ran.out).toMatch(/^problem {2}Mail: /m)
    expect(ran.out.trimEnd()).toMatch(/\d+ ok, \d+ warnings?, \d+ problems?\.$/)
    const json = JSON.parse((await run(env, 'doctor', '--json')).out)
    expect(json.rows.map(({ check }: Finding) => check)).toContain('Mail')
  })

  test('as a command exits even if Temporal, mail and the public address never respond', {
    timeout: 120_000,
  }, async () => {
    const address = await startSilence()
    const silent = {
      TEMPORAL_ADDRESS: address,
      SMTP_URL: `smtp://${address}`,
      PUBLIC_URL: `http://${address}`,
    }
    const { code, out, err } = await run({ ...(await commandEnv()), ...silent }, 'doctor')
    expect([code, err]).toEqual([1, ''])
    for (const name of ['Temporal', 'Mail', 'Public address'])
      expect(out).toMatch(new RegExp(`^problem {2}${name}: `, 'm'))
    expect(out).toMatch(/^warning {2}Clock, against Temporal: |^problem {2}Clocks: /m)
    expect(out).toMatch(/^ok {7}Meta app: /m)
  })
})

const commandEnv = async (): Promise<NodeJS.ProcessEnv> => {
  const [row] = await house.sql`select current_database() as name`
  return {
    ...sandboxEnv(house.sandbox.url),
    PATH: process.env.PATH,
    DATABASE_URL: databaseUrl(inject('postgresUrl'), row!.name),
    TEMPORAL_ADDRESS: inject('temporalAddress'),
    VAULT_KEYS: `test:${Buffer.alloc(32, 7).toString('base64')}`,
    THROTTLE_KEY: 'a throttle key for tests, long enough',
    SMTP_URL: 'smtp://127.0.0.1:2',
    PUBLIC_URL: house.url,
    META_APP_ID: testApps.META_APP_ID,
    META_APP_SECRET: testApps.META_APP_SECRET,
  }
}

const run = (
  env: NodeJS.ProcessEnv,
  ...words: string[]
): Promise<{ code: number; out: string; err: string }> =>
  new Promise((resolve) => {
    const cwd = fileURLToPath(new URL('../../', import.meta.url))
    execFile(
      process.execPath,
      ['--import', 'tsx', 'commands/operate.ts', ...words],
      { cwd, env },
      (error, out, err) =>
        resolve({ code: typeof error?.code === 'number' ? error.code : 0, out, err }),
    )
  })
