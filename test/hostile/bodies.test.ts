import { once } from 'node:events'
import { Agent, type IncomingMessage, request } from 'node:http'
import type { AddressInfo, Socket } from 'node:net'
import { beforeAll, describe, expect, it } from 'vitest'
import { parseUrlencoded } from '../../web/http/forms/urlencoded.ts'
import { listen } from '../../web/http/listen.ts'
import { createTestApp, type TestApp } from '../support/app.ts'
import { sendBytes } from '../support/raw-http.ts'
import { addressOf, routesOf } from '../support/routes.ts'
import { type MediaServer, startMediaServer } from '../support/servers/media-server-process.ts'

const mb = 2 ** 20
let test: TestApp
let server: MediaServer

beforeAll(async () => {
  test = await createTestApp()
  server = await startMediaServer(test, {
    META_APP_ID: '1000000000000001',
    META_APP_SECRET: '0123456789abcdef0123456789abcdef',
    TIKTOK_CLIENT_KEY: 'awtestclientkey01',
    TIKTOK_CLIENT_SECRET: 'abcdef0123456789abcdef0123456789',
  })
})

const grownMb = ({ startBytes, peakBytes }: { startBytes: number; peakBytes: number }) =>
  (peakBytes - startBytes) / mb

const uploads = [
  ...['/w/:workspace/media', '/w/:workspace/media/:fileName', '/w/:workspace/media/:id/frame'],
  ...['/w/:workspace/uploads/:upload', '/api/v1/media', '/api/v1/uploads/:upload'],
  ...['/w/:workspace/posts/import', '/w/:workspace/reports/:report/logo'],
]
const types = [
  'multipart/form-data; boundary=x',
  'Application/X-WWW-Form-Urlencoded',
  'application/octet-stream',
  'application/json',
]
/** The admin's cookie, unless a request has ended the session. */
const headers = (cookie: string, type: string) => ({
  Origin: test.deps.config.publicUrl,
  'Content-Type': type,
  ...(cookie ? { Cookie: cookie } : {}),
})

describe('a body of 300 MB', () => {
  const everyRoute = () =>
    routesOf(test.app).filter(({ method, path }) => method !== 'GET' && !uploads.includes(path))

  for (const who of ['signed out', 'signed in'] as const)
    it(`is refused by every route, ${who}, and the server's memory rises by less than 30 MB`, {
      timeout: 300_000,
    }, async () => {
      const cookie = who === 'signed in' ? test.cast.operator.cookie() : ''
      const accepted: string[] = []
      for (const [index, route] of everyRoute().entries()) {
        if (index === 10) await server.ask('forget') // templates and code are compiled by then
        const path = addressOf(route, { workspace: 'northside', issuer: 'meta', platform: 'meta' })
        const sent = {
          port: server.port,
          method: route.method,
          path,
          headers: headers(cookie, types[index % types.length]!),
        }
        const { status, text } = await sendBytes(sent, 300 * mb, 'declared')
        if (status !== 413 || !text.includes('the limit of 8 MB'))
          accepted.push(`${route.method} ${route.path}: ${status}`)
      }
      expect(everyRoute().length).toBeGreaterThan(50)
      expect(accepted).toEqual([])
      expect(grownMb(await server.ask('report'))).toBeLessThan(30)
    })

  it('is refused as soon as it is too long if it does not declare its length', {
    timeout: 300_000,
  }, async () => {
    await server.ask('forget')
    for (const path of [
      '/sign-in',
      '/password-reset',
      '/data-deletion',
      '/callbacks/meta/data-deletion',
      '/callbacks/tiktok',
    ])
      for (const type of types) {
        const answer = await sendBytes(
          { port: server.port, path, headers: headers('', type) },
          300 * mb,
          'chunked',
        )
        expect([path, type, answer.status]).toEqual([path, type, 413])
      }
    const cookie = test.cast.operator.cookie()
    for (const path of ['/account/name', '/codec/decode', '/operate/workspaces']) {
      const answer = await sendBytes(
        { port: server.port, path, headers: headers(cookie, types[0]!) },
        300 * mb,
        'chunked',
      )
      expect([path, answer.status]).toEqual([path, 413])
    }
    // What is read and discarded until the connection ends stays as garbage for a while.
    expect(grownMb(await server.ask('report'))).toBeLessThan(60)
  })
})

it('a body of 300 MB that was refused is not read on after the answer', async () => {
  const listening = listen(test.app, { host: '127.0.0.1', port: 0 })
  await once(listening, 'listening')
  const ended = new Promise<number>((resolve) => {
    listening.once('connection', (socket: Socket) =>
      socket.once('close', () => resolve(socket.bytesRead)),
    )
  })
  const { port } = listening.address() as AddressInfo
  const sent = { port, path: '/sign-in', headers: headers('', types[1]!) }
  expect((await sendBytes(sent, 300 * mb, 'declared')).status).toBe(413)
  expect(await ended).toBeLessThan(512 * 1024)
  listening.close()
})

it('the connection of a refused form can be used again', async () => {
  const listening = listen(test.app, { host: '127.0.0.1', port: 0 })
  await once(listening, 'listening')
  let connections = 0
  listening.on('connection', () => {
    connections += 1
  })
  const { port } = listening.address() as AddressInfo
  const agent = new Agent({ keepAlive: true, maxSockets: 1 })
  const send = async () => {
    const outgoing = request({
      agent,
      host: '127.0.0.1',
      port,
      method: 'POST',
      path: '/sign-in',
      headers: headers('', types[1]!),
    })
    outgoing.end('a=1&'.repeat(250_000))
    const [answer] = (await once(outgoing, 'response')) as [IncomingMessage]
    await once(answer.resume(), 'end')
    return answer.statusCode
  }
  expect([await send(), await send(), await send(), connections]).toEqual([413, 413, 413, 1])
  agent.destroy()
  listening.close()
})

describe('a form', () => {
  const post = (path: string, body: string, type = 'application/x-www-form-urlencoded') =>
    test.cast.admin.request(path, { method: 'POST', body, headers: headers('', type) })

  it('is limited to 64 KB, and in the composer to 2 MB', async () => {
    expect((await post('/account/name', `name=Ada&x=${'x'.repeat(60_000)}`)).status).toBe(303)
    const large = await post('/account/name', `name=Ada&x=${'x'.repeat(66_000)}`)
    expect([large.status, await large.text()]).toEqual([
      413,
      expect.stringContaining('the limit of 64 KB'),
    ])
    // Facebook's maximum, 9 bytes for each character when encoded.
    const text = encodeURIComponent('字'.repeat(63_206))
    expect((await post('/w/northside/posts', `act=save&version=0&text=${text}`)).status).toBe(303)
    expect(
      (await post('/w/northside/posts', `act=save&version=0&text=${text.repeat(4)}`)).status,
    ).toBe(413)
  })

  it('is limited to 256 KB for each field, however it is encoded', () => {
    const read = (text: string) => () => parseUrlencoded(Buffer.from(`a=1&text=${text}&b=2`))
    const large = /256 KB/
    expect(read('x'.repeat(250 * 1024))).not.toThrow()
    expect(read('x'.repeat(256 * 1024))).toThrow(large)
    expect(read('%78'.repeat(250 * 1024))).not.toThrow()
    expect(read('%78'.repeat(257 * 1024))).toThrow(large)
    expect(read('%zz'.repeat(100 * 1024))).toThrow(large)
  })

  it('is read as browsers write it', () => {
    for (const body of [
      ...[
        '',
        '&',
        '=',
        'a',
        'a=',
        '=b',
        'a=b=c',
        '&&a=1&&b=2&',
        'a+b=c+d',
        '+=+',
        'a%20b=%2B',
        'a=%',
        'a=%4',
        'a=%zz%4z%z4',
      ],
      ...[
        'a=%e5%ad%97%F0%9F%91%A9',
        'a=%ff%fe',
        'a=\u5b57',
        'a=%0D%0A%00',
        '%61=%3d%26',
        'a=1&a=2',
        '%=%',
        'a=%41%4',
      ],
    ])
      expect([body, parseUrlencoded(Buffer.from(body))]).toEqual([
        body,
        [...new URLSearchParams(body)],
      ])
  })

  it('is limited to 5,000 fields', async () => {
    expect((await post('/w/northside/posts/check', 'a&'.repeat(4_900))).status).toBe(200)
    expect((await post('/w/northside/posts/check', 'a&'.repeat(5_001))).status).toBe(413)
    expect((await post('/w/northside/posts/check', '&'.repeat(5_001))).status).toBe(413)
  })
})

it('a GET request with a body is refused', async () => {
  const answer = await sendBytes(
    { port: server.port, method: 'GET', path: '/sign-in' },
    10,
    'declared',
  )
  expect([answer.status, answer.headers.connection]).toEqual([400, 'close'])
})
