import { spawn } from 'node:child_process'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { request } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { serve } from '@hono/node-server'
import { beforeAll, describe, expect, it } from 'vitest'
import { freePort } from '../../local/ports.ts'
import { clientAddress } from '../../web/http/client-address.ts'
import { type AnyContext, forAnyone } from '../../web/http/env.ts'
import { atTheEnd } from '../support/at-the-end.ts'
import { ended } from '../support/programs/ended.ts'
import { debianProgram } from '../support/servers/debian-program.ts'

const proxy = '172.31.250.2'

const seen = (socket: string, forwarded: string, trusted: string[] = [proxy]) =>
  clientAddress(
    {
      env: { incoming: { socket: { remoteAddress: socket } } },
      req: { header: () => forwarded },
    } as never as AnyContext,
    trusted,
  )

describe('the address of a client', () => {
  it('is the socket’s, whatever the headers say, unless the socket is a trusted proxy', () => {
    expect(seen('203.0.113.9', '198.51.100.1')).toBe('203.0.113.9')
    expect(seen('172.31.250.3', '198.51.100.1')).toBe('172.31.250.3')
    expect(seen('203.0.113.9', '198.51.100.1', [])).toBe('203.0.113.9')
  })

  it('is the right-most entry that is not a trusted proxy, so that a client cannot choose it', () => {
    expect(seen(proxy, '198.51.100.1')).toBe('198.51.100.1')
    expect(seen(proxy, '1.1.1.1, 198.51.100.1')).toBe('198.51.100.1')
    expect(seen(proxy, `1.1.1.1, 198.51.100.1, ${proxy}`)).toBe('198.51.100.1')
    expect(seen(`::ffff:${proxy}`, '198.51.100.1')).toBe('198.51.100.1')
    expect(seen('10.1.2.3', '1.1.1.1, 198.51.100.1, 10.9.9.9', ['10.0.0.0/8'])).toBe('198.51.100.1')
  })

  it('differs between two clients with private addresses, so that they are counted separately', () => {
    expect(seen(proxy, '192.168.1.20')).toBe('192.168.1.20')
    expect(seen(proxy, '192.168.1.21')).toBe('192.168.1.21')
    expect(seen(proxy, '203.0.113.1, 10.0.0.4')).toBe('10.0.0.4')
  })

  it('is not searched for beyond an entry that cannot be read', () => {
    expect(seen(proxy, '198.51.100.1, unknown')).toBe(proxy)
    expect(seen(proxy, '198.51.100.1, _hidden')).toBe(proxy)
    expect(seen(proxy, '')).toBe(proxy)
    expect(seen(proxy, ', ,')).toBe(proxy)
    expect(seen('', '198.51.100.1')).toBe('unknown')
  })

  it('is read with a port, in brackets, and as IPv4 inside IPv6', () => {
    expect(seen(proxy, '198.51.100.1:4711')).toBe('198.51.100.1')
    expect(seen(proxy, '[2001:db8:1:2::5]:4711')).toBe('2001:db8:1:2::/64')
    expect(seen(proxy, '[2001:db8:1:2::5]')).toBe('2001:db8:1:2::/64')
    expect(seen(proxy, '::ffff:198.51.100.1')).toBe('198.51.100.1')
    expect(seen(proxy, '::ffff:c633:6401')).toBe('198.51.100.1')
  })

  it('is grouped by /64 for IPv6', () => {
    expect(seen('2001:db8:1:2:3:4:5:6', '', [])).toBe('2001:db8:1:2::/64')
    expect(seen('2001:db8::6', '', [])).toBe('2001:db8:0:0::/64')
    expect(seen('fd00::2', '2001:db8::6', ['fd00::/64'])).toBe('2001:db8:0:0::/64')
  })
})

describe('behind the production Caddy, which listens on IPv4 and IPv6', () => {
  let port: number
  beforeAll(async () => {
    port = await startCaddy(await startServer(['127.0.0.1']))
  })

  it('each client has its own address, private or not', async () => {
    for (const from of ['127.0.0.2', '127.0.0.3']) expect(await ask(port, from)).toBe(from)
    expect(await ask(port, '::1')).toBe('0:0:0:0::/64')
  })

  it('a client gains nothing by sending X-Forwarded-For itself, in one line or several', async () => {
    expect(await ask(port, '127.0.0.2', ['198.51.100.1'])).toBe('127.0.0.2')
    expect(await ask(port, '127.0.0.2', ['198.51.100.1, 127.0.0.1', '127.0.0.1'])).toBe('127.0.0.2')
    expect(await ask(port, '127.0.0.2', ['unknown'])).toBe('127.0.0.2')
  })

  it('a proxy in front of Caddy is trusted once .env names it, and its clients still gain nothing', async () => {
    const named = await startCaddy(await startServer(['127.0.0.1']), '127.0.0.1/32')
    expect(await ask(await startCaddy(named), '127.0.0.2', ['198.51.100.1'])).toBe('127.0.0.2')
    expect(await ask(named, '127.0.0.2', ['198.51.100.1'])).toBe('127.0.0.2')
  })
})

/** Responds with the address that the product would count. */
async function startServer(trusted: string[]): Promise<number> {
  const app = forAnyone.createApp().get('/', (c) => c.text(clientAddress(c, trusted)))
  const port = await freePort()
  const server = serve({ fetch: app.fetch, hostname: '127.0.0.1', port })
  atTheEnd(() => new Promise((resolve) => server.close(resolve)))
  return port
}

/** A real Caddy with our Caddyfile, without certificates and Docker's names. Returns its port. */
async function startCaddy(upstream: number, before = ''): Promise<number> {
  const { program } = await debianProgram('caddy', ['caddy'])
  const folder = await mkdtemp(join(tmpdir(), 'cratesocial-caddy-'))
  const [port, admin] = [await freePort(), await freePort()]
  const ours = await readFile(
    fileURLToPath(new URL('../../production/Caddyfile', import.meta.url)),
    'utf8',
  )
  const local = ours
    .replace('{\n', `{\n\tadmin 127.0.0.1:${admin}\n`)
    .replace('name server', 'name localhost')
    .replace('port 3000', `port ${upstream}`)
  const file = join(folder, 'Caddyfile')
  await writeFile(file, local)
  const env = {
    HOME: folder,
    DOMAIN: `http://:${port}`,
    CONTACT_EMAIL: 'ops@example.com',
    PROXIES_BEFORE_CADDY: before,
  }
  const caddy = spawn(program, ['run', '--config', file, '--adapter', 'caddyfile'], {
    env,
    stdio: 'ignore',
  })
  atTheEnd(async () => {
    await ended(caddy)
    await rm(folder, { recursive: true, force: true })
  })
  for (const giveUpAt = Date.now() + 30_000; ; await pause(100)) {
    if (await ask(port, '127.0.0.1').catch(() => '')) return port
    if (caddy.exitCode !== null || Date.now() > giveUpAt) throw new Error('Caddy did not start')
  }
}

/** Sends a request from a loopback address, with the given X-Forwarded-For lines. */
const ask = (port: number, from: string, forwarded: string[] = []): Promise<string> =>
  new Promise((resolve, reject) => {
    const host = from.includes(':') ? '::1' : '127.0.0.1'
    const headers = forwarded.length > 0 ? { 'X-Forwarded-For': forwarded } : {}
    request({ host, port, localAddress: from, path: '/', headers }, (answer) => {
      let text = ''
      answer.on('data', (part) => {
        text += part
      })
      answer.on('end', () => (answer.statusCode === 200 ? resolve(text) : reject(new Error(text))))
    })
      .on('error', reject)
      .end()
  })
