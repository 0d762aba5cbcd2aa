import { createServer, type RequestListener, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { Readable } from 'node:stream'
import { text } from 'node:stream/consumers'
import { afterEach, expect, test } from 'vitest'
import { call } from '../../platforms/http.ts'

let server: Server | undefined
const listening = async (listener: RequestListener): Promise<string> => {
  server = createServer(listener)
  await new Promise<void>((resolve) => server?.listen(0, '127.0.0.1', resolve))
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/`
}
afterEach(() => {
  server?.close()
  server?.closeAllConnections()
})

const problemOf = (answer: Promise<unknown>) =>
  answer.catch((error: { problem: unknown }) => error.problem)

test('a form and a stream of known length arrive unchanged, and the response keeps its status and headers', async () => {
  const seen: unknown[] = []
  const url = await listening(async (request, response) => {
    seen.push([
      request.headers['content-type'],
      request.headers['content-length'],
      await text(request),
    ])
    response.writeHead(418, { 'x-app-usage': '{"call_count":7}' }).end('späte Töne')
  })
  const answer = await call({
    method: 'POST',
    url,
    body: new URLSearchParams({ message: 'a & b' }),
    timeoutMs: 5_000,
  })
  expect([answer.status, answer.headers.get('X-App-Usage'), answer.text]).toEqual([
    418,
    '{"call_count":7}',
    'späte Töne',
  ])
  const headers = { 'content-type': 'video/mp4', 'content-length': '6' }
  await call({
    method: 'PUT',
    url,
    headers,
    body: Readable.from([Buffer.from('abc'), Buffer.from('def')]),
    timeoutMs: 5_000,
  })
  expect(seen).toEqual([
    ['application/x-www-form-urlencoded;charset=UTF-8', '15', 'message=a+%26+b'],
    ['video/mp4', '6', 'abcdef'],
  ])
})

test('a redirect is returned like any other response', async () => {
  const url = await listening((_, response) =>
    response.writeHead(302, { location: '/elsewhere' }).end(),
  )
  expect((await call({ method: 'GET', url, timeoutMs: 5_000 })).status).toBe(302)
})

test('a response that is too long, cut off or missing leaves the outcome unknown', async () => {
  const long = await listening((_, response) => response.end('x'.repeat(2_000)))
  const unknown = { kind: 'unknown_outcome' }
  expect(
    await problemOf(call({ method: 'GET', url: long, timeoutMs: 5_000, maxBytes: 1_999 })),
  ).toMatchObject(unknown)
  expect(
    (await call({ method: 'GET', url: long, timeoutMs: 5_000, maxBytes: 2_000 })).text,
  ).toHaveLength(2_000)
  server?.close()
  const short = await listening((_, response) => {
    response.writeHead(200, { 'content-length': '100' }).write('half of')
    setTimeout(() => response.destroy(), 50)
  })
  expect(await problemOf(call({ method: 'GET', url: short, timeoutMs: 5_000 }))).toMatchObject(
    unknown,
  )
  server?.close()
  const silent = await listening(() => undefined)
  expect(await problemOf(call({ method: 'GET', url: silent, timeoutMs: 100 }))).toMatchObject({
    ...unknown,
    code: 'timeout',
  })
})

test('a call to a closed port is unavailable, since nothing was sent', async () => {
  const url = await listening(() => undefined)
  await new Promise((resolve) => server?.close(resolve))
  const problem = await problemOf(call({ method: 'POST', url, body: 'x', timeoutMs: 5_000 }))
  expect(problem).toMatchObject({ kind: 'unavailable', code: 'ECONNREFUSED' })
})
