import { lstatSync, readdirSync, readFileSync } from 'node:fs'
import { request } from 'node:http'
import { join } from 'node:path'
import { beforeAll, describe, expect, test } from 'vitest'
import { localSecrets } from '../../local/secrets.ts'
import {
  descendants,
  runStarter,
  type StackEnv,
  type Starter,
  stackEnv,
} from '../support/programs/starter.ts'

let env: StackEnv
let starter: Starter
beforeAll(async () => {
  env = { ...(await stackEnv()), A_SECRET_OF_SOMEBODY: 'sentinel-of-another-program' }
  starter = runStarter(env)
  await starter.ready
}, 120_000)

type Asked = { port: string; path?: string; method?: string; headers: Record<string, string> }

/** `fetch` doesn't allow setting Host. */
const statusOf = ({ port, path = '/', method = 'GET', headers }: Asked): Promise<number> =>
  new Promise((resolve, reject) => {
    const asking = request({ host: '127.0.0.1', port, path, method, headers }, (answer) => {
      answer.resume()
      resolve(answer.statusCode ?? 0)
    })
    asking.once('error', reject)
    asking.end()
  })

describe('npm start on this machine', () => {
  const ports = ['MAILBOX_PORT', 'SANDBOX_PORT', 'SANDBOX_CONTROL_PORT', 'TEMPORAL_UI_PORT']

  test.each(ports)("answers on %s only to this machine's own host names", async (name) => {
    const port = env[name]!
    const path = name === 'TEMPORAL_UI_PORT' ? '/temporal/' : '/'
    for (const host of [`127.0.0.1:${port}`, `localhost:${port}`])
      expect([host, await statusOf({ port, path, headers: { host } })]).toEqual([host, 200])
    for (const host of [
      'evil.example',
      `evil.example:${port}`,
      `127.0.0.1.evil.example:${port}`,
      `localhost.evil.example`,
    ])
      expect([host, await statusOf({ port, path, headers: { host } })]).toEqual([host, 403])
  })

  test.each(ports)('accepts no form from another site on %s', async (name) => {
    const port = env[name]!
    const host = `127.0.0.1:${port}`
    const post = (headers: Record<string, string>) =>
      statusOf({ port, path: '/board/faults', method: 'POST', headers: { host, ...headers } })
    expect(await post({ origin: 'https://evil.example' })).toBe(403)
    expect(await post({ origin: `http://127.0.0.1:${env.PORT}` })).toBe(403)
    expect(await post({ origin: 'null', 'sec-fetch-site': 'cross-site' })).toBe(403)
    expect(await post({ origin: `http://${host}` })).not.toBe(403)
    expect(await post({})).not.toBe(403)
  })

  test("makes Temporal's own pages reachable only through the guarded port", async () => {
    // Two listeners use the port: our guard on 127.0.0.1, and the UI on an address that changes
    // with each start.
    const listeners = readFileSync('/proc/net/tcp', 'utf8').split('\n').slice(1)
    const wanted = Number(env.TEMPORAL_UI_PORT).toString(16).toUpperCase().padStart(4, '0')
    const hosts = listeners
      .map((line) => line.trim().split(/\s+/))
      .filter(([, local = '', , state]) => state === '0A' && local.endsWith(`:${wanted}`))
      .map(([, local = '']) =>
        (local.slice(0, 8).match(/../g) ?? [])
          .reverse()
          .map((hex) => Number.parseInt(hex, 16))
          .join('.'),
      )
    expect(hosts).toHaveLength(2)
    expect(hosts).toContain('127.0.0.1')
    expect(hosts.find((host) => host !== '127.0.0.1')).toMatch(/^127\.\d+\.\d+\.\d+$/)
  })

  test('gives each program only the environment that it needs', () => {
    const { vaultKeys, throttleKey, databasePassword } = localSecrets(env.DATA_DIR!)
    const secrets = [vaultKeys, throttleKey, databasePassword, 'sentinel-of-another-program']
    const told = descendants(starter.child.pid!).map(({ pid, command }) => {
      const given = readFileSync(`/proc/${pid}/environ`, 'utf8')
      return { command, knows: secrets.map((secret) => given.includes(secret)) }
    })
    const ours = told.filter(({ command }) => /(server|worker)\.ts/.test(command))
    expect(ours).toHaveLength(2)
    for (const { knows } of ours) expect(knows).toEqual([true, true, true, false])
    const others = told.filter((one) => !ours.includes(one))
    expect(others.length).toBeGreaterThan(3)
    expect(others.filter(({ knows }) => knows.includes(true))).toEqual([])
  })

  test('stores nothing that another user of the machine can read', () => {
    const all = readdirSync(env.DATA_DIR!, { recursive: true }).map((name) =>
      join(env.DATA_DIR!, String(name)),
    )
    expect(all.length).toBeGreaterThan(8)
    const open = all.filter(
      (path) => !lstatSync(path).isSymbolicLink() && (lstatSync(path).mode & 0o077) !== 0,
    )
    expect(open).toEqual([])
    // If root runs it, PostgreSQL's user may traverse to its own folder.
    expect(lstatSync(env.DATA_DIR!).mode & 0o777).toBe(process.getuid?.() === 0 ? 0o710 : 0o700)
  })
})
