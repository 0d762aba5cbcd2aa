import { once } from 'node:events'
import type { Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { pino } from 'pino'
import { beforeAll, describe, expect, it } from 'vitest'
import { listen } from '../../web/http/listen.ts'
import { createStreamLimit, streamsPerSession } from '../../web/http/stream-limit.ts'
import { createTestApp, type TestApp } from '../support/app.ts'
import { atTheEnd } from '../support/at-the-end.ts'
import { openRaw, trickle } from '../support/raw-http.ts'

type Line = { level: number; msg: string; status?: number }
const lines: Line[] = []
let test: TestApp
let server: Server
let port: number

beforeAll(async () => {
  const log = pino(
    { level: 'info' },
    { write: (line: string) => void lines.push(JSON.parse(line) as Line) },
  )
  test = await createTestApp({ log })
  // As in production, but a form has 1.5 s instead of 30 s, and an upload's rate is measured every
  // 2 s.
  const times = { formTimeoutMs: 1_500, uploadMinBytesPerS: 4_096, uploadWindowMs: 2_000 }
  server = listen(test.app, { host: '127.0.0.1', port: 0 }, undefined, times)
  await once(server, 'listening')
  port = (server.address() as AddressInfo).port
  atTheEnd(async () => {
    server.closeAllConnections()
    server.close()
  })
})

const head = (request: string, more: string[] = []) => [
  `${request} HTTP/1.1`,
  'Host: localhost',
  `Origin: ${test.deps.config.publicUrl}`,
  ...more,
]
const form = ['Content-Type: application/x-www-form-urlencoded', 'Content-Length: 50000']

describe('a slow body', () => {
  it('of a form is cut off with a message, however steadily its bytes arrive', async () => {
    const { socket, said, ended } = await openRaw(port, head('POST /sign-in', form))
    await trickle(socket, 'a', 100, 15_000)
    expect(said()).toContain('HTTP/1.1 408')
    expect(said()).toContain('The connection was too slow and nothing was saved.')
    expect(await ended).toBeLessThan(10_000)
  })

  it('is also cut off if it never starts or no route reads it', async () => {
    const never = await openRaw(port, head('POST /password-reset', form))
    const unread = await openRaw(port, head('POST /nowhere', form))
    const unaddressed = await openRaw(port, ['POST / HTTP/1.1', 'Host: <>', ...form])
    for (const { ended } of [never, unread, unaddressed]) expect(await ended).toBeLessThan(12_000)
  }, 60_000)

  const upload = () =>
    head('PUT /w/northside/media/a.mp4', [
      'Content-Length: 5000000',
      `Cookie: ${test.cast.manager.cookie()}`,
    ])

  it('of an upload is cut off below the minimum rate', async () => {
    const { socket, said } = await openRaw(port, upload())
    await trickle(socket, Buffer.alloc(100), 100, 15_000)
    expect(said()).toContain('HTTP/1.1 408')
    expect(socket.destroyed).toBe(true)
  }, 60_000)

  it('of an upload continues as long as it keeps the minimum rate', async () => {
    const { socket, said } = await openRaw(port, upload())
    await trickle(socket, Buffer.alloc(2_000), 100, 6_000)
    expect([said(), socket.destroyed]).toEqual(['', false])
    lines.length = 0
    socket.destroy()
    await expect
      .poll(() => lines.some(({ msg }) => msg === 'request'), { timeout: 10_000 })
      .toBe(true)
  }, 60_000)
})

describe('a browser that disconnects', () => {
  it('in the middle of a form or an upload leaves no error in the log', async () => {
    lines.length = 0
    const cookie = `Cookie: ${test.cast.manager.cookie()}`
    const begun = [
      await openRaw(port, head('POST /sign-in', form)),
      await openRaw(port, head('POST /w/northside/posts', [...form, cookie])),
      await openRaw(
        port,
        head('PUT /w/northside/media/a.mp4', ['Content-Length: 5000000', cookie]),
      ),
      await openRaw(
        port,
        head('POST /w/northside/media', [
          'Content-Type: multipart/form-data; boundary=x',
          'Content-Length: 5000000',
          cookie,
        ]),
      ),
      await openRaw(port, head('POST /callbacks/meta/deauthorize', form)),
    ]
    for (const { socket } of begun)
      socket.write(
        '--x\r\nContent-Disposition: form-data; name="file"; filename="a.mp4"\r\n\r\nabc',
      )
    await sleep(300)
    for (const { socket } of begun) socket.resetAndDestroy()
    await expect
      .poll(() => lines.filter(({ msg }) => msg === 'request').length, { timeout: 10_000 })
      .toBe(begun.length)
    expect(lines.filter(({ level }) => level >= 40)).toEqual([])
    expect(lines.filter(({ status }) => status && status >= 500)).toEqual([])
  })
})

describe('event streams', () => {
  it(`are limited to ${streamsPerSession} per session, and another one ends the oldest`, async () => {
    const open = async () => {
      const answer = await test.cast.manager.request('/w/northside/calendar/events', {})
      return { status: answer.status, reader: answer.body!.getReader() }
    }
    const first = await open()
    const rest = []
    for (let count = 1; count <= streamsPerSession; count++) rest.push(await open())
    expect(rest.map(({ status }) => status)).toEqual(rest.map(() => 200))
    // The first stream sends what it has and then ends. The second stays open.
    let isOver = false
    while (!isOver) isOver = (await first.reader.read()).done === true
    const second = rest[0]!.reader
    await second.read()
    await second.read()
    expect(await Promise.race([second.read().then(() => 'ended'), sleep(300, 'open')])).toBe('open')
    for (const { reader } of rest) await reader.cancel()
  }, 60_000)

  it('are limited for the whole server, and one that ends makes room for another', () => {
    const limit = createStreamLimit({ perSession: 2, perServer: 3 })
    const ended: string[] = []
    const enter = (name: string, session: string) => limit.enter(session, () => ended.push(name))
    enter('a1', 'a')
    enter('a2', 'a')
    enter('a3', 'a')
    expect(ended).toEqual(['a1'])
    const leave = enter('b1', 'b')
    expect(() => enter('c1', 'c')).toThrow('Too many pages are open, so this one')
    leave()
    leave()
    enter('c1', 'c')
    expect(() => enter('d1', 'd')).toThrow('Too many pages are open, so this one')
  })
})
