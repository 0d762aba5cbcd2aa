import { createSocket } from 'node:dgram'
import type { LookupAddress } from 'node:dns'
import { createServer, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import { beforeAll, describe, expect, it } from 'vitest'
import { createReceivers } from '../../activities/webhooks/receiver.ts'
import { atTheEnd } from '../support/at-the-end.ts'

/** A receiver at every address of this machine, which counts its connections. */
let connections = 0
let port = 0
const answers: Record<string, RequestListener> = {
  '/ok': (_, answer) => void answer.end('thanks'),
  '/500': (_, answer) => void answer.writeHead(500).end('broken\u0000\nhere'),
  '/429': (_, answer) => void answer.writeHead(429, { 'retry-after': '7' }).end(),
  '/410': (_, answer) => void answer.writeHead(410).end(),
  '/redirect': (_, answer) => void answer.writeHead(302, { location: '/ok' }).end(),
  '/reset': (request) => void request.socket.resetAndDestroy(),
  '/silent': () => undefined,
  '/slow': (_, answer) => {
    const timer = setInterval(() => answer.write('.'), 20)
    answer.on('close', () => clearInterval(timer))
  },
  '/huge': (_, answer) => {
    const more = () => {
      while (answer.write('x'.repeat(65_536)));
      answer.once('drain', more)
    }
    more()
  },
}
beforeAll(async () => {
  const server = createServer((request, answer) => answers[request.url ?? '']?.(request, answer))
  server.on('connection', () => {
    connections += 1
  })
  await new Promise<void>((resolve) => server.listen(0, '::', resolve))
  port = (server.address() as AddressInfo).port
  atTheEnd(async () => {
    server.closeAllConnections()
    server.close()
  })
})

/** Looks names up in a list of answers, one for each time. */
const names = (...turns: string[][]) => {
  const asked: string[] = []
  const resolve = async (host: string): Promise<LookupAddress[]> => {
    const found = turns[Math.min(asked.length, turns.length - 1)] ?? []
    asked.push(host)
    return found.map((address) => ({ address, family: address.includes(':') ? 6 : 4 }))
  }
  return { asked, resolve }
}

/** A name server that knows one address for every name, and says nothing about silent ones. */
const nameServer = async () => {
  const asked: string[] = []
  const socket = createSocket('udp4')
  socket.on('message', (question, from) => {
    const name = question.toString('latin1', 13, 13 + question[12]!)
    asked.push(name)
    if (name.startsWith('silent')) return
    const end = question.indexOf(0, 12) + 5
    const isFour = question.readUInt16BE(end - 4) === 1
    const header = Buffer.concat([question.subarray(0, 2), Buffer.from('8180000100000000', 'hex')])
    header.writeUInt16BE(isFour ? 1 : 0, 6)
    const address = isFour ? 'c00c000100010000000000047f000001' : ''
    const rest = [Buffer.alloc(2), question.subarray(12, end), Buffer.from(address, 'hex')]
    socket.send(Buffer.concat([header, ...rest]), from.port, from.address)
  })
  await new Promise<void>((resolve) => socket.bind(0, '127.0.0.1', resolve))
  atTheEnd(async () => void socket.close())
  return { asked, at: `127.0.0.1:${socket.address().port}` }
}

const refused = [
  ...['127.0.0.1', '127.1.2.3', '0.0.0.0', '0.1.2.3', '10.0.0.1', '10.255.255.255'],
  ...['172.16.0.1', '172.31.255.255', '192.168.0.1', '192.168.255.255', '169.254.169.254'],
  ...['169.254.0.1', '100.64.0.1', '100.100.100.200', '100.127.255.255', '168.63.129.16'],
  ...['192.0.0.192', '192.0.2.1', '198.18.0.1', '198.51.100.1', '203.0.113.1', '224.0.0.1'],
  ...['239.255.255.255', '240.0.0.1', '255.255.255.255', '::', '::1', '::ffff:127.0.0.1'],
  ...['::ffff:10.0.0.1', '::ffff:7f00:1', '::127.0.0.1', '::ffff:0:127.0.0.1', 'fe80::1'],
  ...['febf::1', 'fec0::1', 'fc00::1', 'fd00:ec2::254', 'ff02::1', '64:ff9b::7f00:1'],
  ...['64:ff9b:1::7f00:1', '2002:7f00:1::1', '2001:0:7f00:1::1', '2001:db8::1', '100::1'],
]
const asHosts = [
  ...['2130706433', '0x7f000001', '017700000001', '127.1', '0x7f.1', '0', '127.0.0.1.'],
  ...['１２７.0.0.1', '127%2e0%2e0%2e1'],
]

describe('a receiver', () => {
  it('is never reached at an address that is not on the public internet', async () => {
    const before = connections
    for (const address of refused) {
      const host = address.includes(':') ? `[${address}]` : address
      const literal = await createReceivers([]).post(`https://${host}:${port}/ok`, '{}', {})
      expect([address, literal.problem]).toEqual([address, 'address'])
      const { resolve } = names([address])
      const named = await createReceivers([], { resolve }).post(
        `https://a.example:${port}/ok`,
        '{}',
        {},
      )
      expect([address, named.problem]).toEqual([address, 'address'])
      const { resolve: mixed } = names(['93.184.215.14', address])
      const one = await createReceivers([], { resolve: mixed }).post(
        `https://a.example:${port}/ok`,
        '{}',
        {},
      )
      expect([address, one.problem]).toEqual([address, 'address'])
    }
    for (const host of asHosts) {
      const { problem } = await createReceivers([]).post(`https://${host}:${port}/ok`, '{}', {})
      expect([host, problem]).toEqual([host, 'address'])
    }
    expect(refused.length + asHosts.length).toBeGreaterThanOrEqual(50)
    expect(connections - before).toBe(0)
  })

  it('is reached at the address that was checked, whatever its name says the next time', async () => {
    const turns = names(['127.0.0.1'], ['127.0.0.2'], ['::1'])
    const receivers = createReceivers(['127.0.0.1'], { resolve: turns.resolve })
    const url = (name: string) => `http://${name}.example:${port}/ok`
    expect((await receivers.post(url('a'), '{}', {})).status).toBe(200)
    expect(turns.asked).toEqual(['a.example'])
    const before = connections
    expect((await receivers.post(url('b'), '{}', {})).problem).toBe('address')
    expect((await receivers.post(url('c'), '{}', {})).problem).toBe('address')
    expect(connections).toBe(before)
  })

  it('whose name server never answers lets no other wait', async () => {
    const server = await nameServer()
    const receivers = createReceivers(['127.0.0.1'], { servers: [server.at] })
    const call = (name: string) => receivers.post(`http://${name}.example:${port}/ok`, '{}', {})
    const silent = ['silent1', 'silent2', 'silent3', 'silent4', 'silent5'].map(call)
    await expect
      .poll(() => server.asked.filter((name) => name.startsWith('silent')))
      .toHaveLength(10)
    expect(await call('good')).toMatchObject({ status: 200 })
    expect(await call('good')).toMatchObject({ status: 200 })
    expect(await Promise.race([...silent, 'all still wait'])).toBe('all still wait')
  })

  it('is not called without encryption unless the operator allows its address', async () => {
    const { resolve } = names(['93.184.215.14'])
    const receivers = createReceivers(['127.0.0.1'], { resolve })
    expect((await receivers.post('http://a.example/ok', '{}', {})).problem).toBe('address')
    expect((await receivers.post('http://93.184.215.14/ok', '{}', {})).problem).toBe('address')
  })

  it.each([
    ['/ok', { status: 200, problem: null, answer: 'thanks' }],
    ['/500', { status: 500, problem: null, answer: 'broken  here' }],
    ['/429', { status: 429, problem: null, answer: '', retryAfter: '7' }],
    ['/410', { status: 410, problem: null }],
    ['/redirect', { status: 302, problem: null }],
    ['/reset', { status: null, problem: 'reset' }],
    ['/silent', { status: null, problem: 'timeout' }],
    ['/slow', { status: 200, problem: null }],
    ['/huge', { status: 200, problem: null, answer: 'x'.repeat(200) }],
  ])('that answers %s costs little time and space', async (path, expected) => {
    const receivers = createReceivers(['127.0.0.1'], { withinMs: 400 })
    const began = performance.now()
    const answer = await receivers.post(`http://127.0.0.1:${port}${path}`, '{}', {})
    expect(answer).toMatchObject(expected)
    expect(performance.now() - began).toBeLessThan(5_000)
  })
})
