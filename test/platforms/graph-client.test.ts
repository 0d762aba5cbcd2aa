import { createHmac } from 'node:crypto'
import { createServer } from 'node:net'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { PlatformError } from '../../platforms/errors.ts'
import { buildRequest, createGraph, type Graph, type GraphRequest, proofOf } from '../../platforms/graph/client.ts'
import { readUsage } from '../../platforms/graph/usage.ts'
import { type GraphServer, graphError, settingsFor, startGraphServer } from './graph-server.ts'

let server: GraphServer
let graph: Graph
beforeAll(async () => {
  server = await startGraphServer()
  graph = createGraph(server.settings)
})
afterAll(() => server.close())
beforeEach(() => {
  server.seen.length = 0
})

const signal = new AbortController().signal
const departure = { signal, leaving: () => undefined }
const problemOf = async (work: Promise<unknown>) => {
  const error = await work.then(
    () => null,
    (thrown) => thrown,
  )
  if (!(error instanceof PlatformError)) throw new Error(`expected a PlatformError, got ${error}`)
  return error.problem
}

describe('a call', () => {
  const wanted: GraphRequest = {
    method: 'GET',
    path: '1067',
    token: 'EAAtoken',
    params: { fields: 'id' },
    effect: 'repeatable',
    signal,
  }

  it('is versioned, signed with the proof of its own token, and keeps the token out of the address: promise S3', () => {
    const request = buildRequest(settingsFor('https://graph.example'), wanted)
    const proof = createHmac('sha256', 'secret-of-the-app').update('EAAtoken').digest('hex')
    expect(request.url).toBe(`https://graph.example/v25.0/1067?fields=id&appsecret_proof=${proof}`)
    expect(request.headers).toMatchObject({ authorization: 'Bearer EAAtoken' })
    expect(proofOf('another', 'secret-of-the-app')).not.toBe(proof)
  })

  it('puts the fields of a POST into the body, leaves out empty ones and encodes a #', () => {
    const request = buildRequest(settingsFor('https://graph.example'), {
      ...wanted,
      method: 'POST',
      params: { caption: '#a', alt: null },
    })
    expect(request.url).toBe('https://graph.example/v25.0/1067')
    expect(String(request.body)).toMatch(/^caption=%23a&appsecret_proof=[0-9a-f]{64}$/)
  })

  it('goes to the host of videos when asked to', () => {
    expect(buildRequest(settingsFor('https://g.example'), { ...wanted, host: 'video' }).url).toMatch(
      /^https:\/\/g\.example\/graph-video\/v25\.0\/1067\?/,
    )
  })

  it('gives back the body and how much of the limits is used', async () => {
    const headers = { 'x-app-usage': '{"call_count":28,"total_time":25,"total_cputime":91}' }
    server.on('GET /v25.0/1067', { body: { id: '1067' }, headers })
    const reply = await graph.request(wanted)
    expect(reply).toEqual({ body: { id: '1067' }, usage: { percent: 91, regainMs: null } })
  })
})

describe('a failure', () => {
  it.each([
    ['a page of HTML', { status: 503, body: '<html>Sorry</html>' }],
    ['cut JSON', { status: 200, body: '{"id":"1' }],
    ['JSON without an error and a bad status', { status: 502, body: {} }],
    ['a redirect', { status: 302, body: {}, headers: { location: 'https://elsewhere.example' } }],
    ['a broken connection', { end: 'reset' as const }],
    ['code 1', graphError(1)],
    ['code 2', graphError(2)],
    ['Instagram -1/2207001', graphError(-1, 2207001)],
    ['Instagram 4/2207051', graphError(4, 2207051)],
    ['506', graphError(506, 1455006)],
  ])('of a publishing call is unknown when it is %s', async (_, answer) => {
    server.on('POST /v25.0/1067/feed', answer)
    expect((await problemOf(graph.send('1067/feed', 't', {}, departure))).kind).toBe('unknown_outcome')
    expect(server.seen).toHaveLength(1)
  })

  it.each([190, 100, 200, 4, 17, 32, 80001, 80002, 368])(
    'of a publishing call is a clear no when it is code %i, whatever the status',
    async (code) => {
      for (const status of [200, 400, 401, 403, 500]) {
        server.on('POST /v25.0/1067/feed', { ...graphError(code), status })
        expect((await problemOf(graph.send('1067/feed', 't', {}, departure))).kind).not.toBe('unknown_outcome')
      }
    },
  )

  it('of a publishing call that was never answered is unknown, of a read only unavailable', async () => {
    server.on('POST /v25.0/1067/feed', { end: 'hang' })
    server.on('GET /v25.0/1067', { end: 'hang' })
    const request = { path: '1067/feed', token: 't', timeoutMs: 150, signal }
    expect(await problemOf(graph.request({ ...request, method: 'POST', effect: 'send' }))).toMatchObject({
      kind: 'unknown_outcome',
      code: 'timeout',
    })
    expect(await problemOf(graph.request({ ...request, path: '1067', method: 'GET', effect: 'repeatable' }))).toMatchObject({
      kind: 'unavailable',
      code: 'timeout',
    })
  })

  it('before anything reached Meta is unavailable, also for a publishing call', async () => {
    const closed = createGraph(settingsFor(`http://127.0.0.1:${await freePort()}`))
    expect(await problemOf(closed.send('1067/feed', 't', {}, departure))).toMatchObject({
      kind: 'unavailable',
      code: 'ECONNREFUSED',
    })
  })

  it('of the lease stops the call before it leaves', async () => {
    server.on('POST /v25.0/1067/feed', { body: { id: '1067_1' } })
    const tooLate = () => {
      throw new Error('the lease is over')
    }
    await expect(graph.send('1067/feed', 't', {}, { signal, leaving: tooLate })).rejects.toThrow('the lease is over')
    expect(server.seen).toHaveLength(0)
  })
})

describe('usage headers', () => {
  const headersOf = (entries: Record<string, string>) => readUsage(new Headers(entries))

  it('say the highest percentage and the longest wait', () => {
    const business =
      '{"17841400000000001":[{"type":"instagram","call_count":100,"total_cputime":25,"total_time":25,"estimated_time_to_regain_access":19}],"1067":[{"type":"pages","call_count":3,"estimated_time_to_regain_access":0}]}'
    expect(headersOf({ 'x-business-use-case-usage': business })).toEqual({ percent: 100, regainMs: 19 * 60_000 })
    expect(headersOf({ 'x-app-usage': '{"call_volume":7,"cpu_time":2}' })).toEqual({ percent: 7, regainMs: null })
  })

  it('say nothing when they are missing or no JSON', () => {
    expect(headersOf({})).toEqual({ percent: 0, regainMs: null })
    expect(headersOf({ 'x-app-usage': 'oops', 'x-business-use-case-usage': '[]' })).toEqual({ percent: 0, regainMs: null })
  })

  it('decide how long a limited call waits', async () => {
    const headers = { 'x-business-use-case-usage': '{"1067":[{"type":"pages","estimated_time_to_regain_access":7}]}' }
    server.on('GET /v25.0/1067', { ...graphError(80001), headers })
    expect(await problemOf(graph.get('1067', 't', {}, signal))).toMatchObject({ kind: 'rate_limited', retryAfterMs: 7 * 60_000 })
  })
})

const freePort = async (): Promise<number> => {
  const probe = createServer().listen(0, '127.0.0.1')
  await new Promise((resolve) => probe.once('listening', resolve))
  const address = probe.address()
  await new Promise((resolve) => probe.close(resolve))
  if (address === null || typeof address === 'string') throw new Error('no port')
  return address.port
}
