import { createHmac } from 'node:crypto'
import { createServer } from 'node:net'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { PlatformError } from '../../../platforms/errors.ts'
import {
  buildRequest,
  createGraph,
  type Graph,
  type GraphRequest,
  proofOf,
} from '../../../platforms/graph/client.ts'
import { readUsage } from '../../../platforms/graph/usage.ts'
import { countingShare } from '../../support/platforms/counting-share.ts'
import { type GraphServer, graphError, settingsFor, startGraphServer } from './server.ts'

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

  it('is versioned, signed with the proof of its own token, and keeps the token out of the URL: promise S3', () => {
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

  it('goes to the video host when asked to', () => {
    expect(
      buildRequest(settingsFor('https://g.example'), { ...wanted, host: 'video' }).url,
    ).toMatch(/^https:\/\/g\.example\/graph-video\/v25\.0\/1067\?/)
  })

  it('returns the body and how much of the limits is used', async () => {
    const headers = { 'x-app-usage': '{"call_count":28,"total_time":25,"total_cputime":91}' }
    server.on('GET /v25.0/1067', { body: { id: '1067' }, headers })
    const reply = await graph.request(wanted)
    expect(reply).toEqual({ body: { id: '1067' }, usage: { percent: 91, regainMs: null } })
  })
})

describe('features that Meta closed to new apps', () => {
  const ask = (params: Record<string, string>, path = '1067/insights') =>
    buildRequest(settingsFor('https://graph.example'), {
      method: 'GET',
      path,
      token: 't',
      params,
      effect: 'repeatable',
      signal,
    })

  const closed: Record<string, string>[] = [
    { ids: '1,2' },
    { method: 'DELETE' },
    { date_format: 'U' },
    { callback: 'f' },
    { fields: 'message.as(text)' },
  ]
  it.each(closed)('%o is never sent, neither as a separate call nor in a batch', async (params) => {
    expect(() => ask(params)).toThrow(/no longer takes/)
    const operation = { path: '1067/insights', params }
    await expect(graph.batch([operation], 't', signal)).rejects.toThrow(/no longer takes/)
    expect(() => ask({}, '1067/insights?ids=1')).toThrow(/params/)
    expect(server.seen).toHaveLength(0)
  })
})

describe('a batch', () => {
  const operations = ['one', 'two', 'three'].map((path) => ({ path, params: { metric: 'a,b' } }))
  const part = (body: unknown, code = 200) => ({ code, body: JSON.stringify(body) })
  const failed = (code: number, subcode?: number) => part(graphError(code, subcode).body, 400)

  it('is one POST of reads without headers, with answers in the order of the operations', async () => {
    const headers = { 'x-app-usage': '{"call_count":61}' }
    server.on('POST /v25.0/', {
      body: [part({ id: '1' }), failed(100, 33), failed(80001)],
      headers,
    })
    const share = countingShare()
    const parts = await graph.within(share).batch(operations, 't', signal)
    expect(share).toMatchObject({ calls: 3, used: [{ accountId: null, percent: 61 }] })
    expect(parts[0]).toEqual({ body: { id: '1' } })
    const problems = parts.slice(1).map((one) => ('error' in one ? one.error.problem : null))
    expect(problems).toMatchObject([
      { kind: 'rejected', code: '100', subcode: '33' },
      { kind: 'rate_limited', code: '80001' },
    ])
    const [{ form } = { form: {} as Record<string, string> }] = server.seen
    expect(form).toMatchObject({
      include_headers: 'false',
      appsecret_proof: proofOf('t', 'secret-of-the-app'),
    })
    expect(JSON.parse(form.batch!)).toEqual(
      operations.map(({ path }) => ({ method: 'GET', relative_url: `${path}?metric=a%2Cb` })),
    )
  })

  it('repeats each operation that Meta did not finish once, separately, and counts it as another call', async () => {
    server.on('POST /v25.0/', { body: [part({ id: '1' }), null, null] })
    server.on('GET /v25.0/two', { body: { id: '2' } })
    server.on('GET /v25.0/three', { status: 503, body: '<html>Sorry</html>' })
    const share = countingShare()
    const parts = await graph.within(share).batch(operations, 't', signal)
    expect(share.calls).toBe(5)
    expect(parts.slice(0, 2)).toEqual([{ body: { id: '1' } }, { body: { id: '2' } }])
    expect(parts[2]).toMatchObject({ error: { problem: { kind: 'unavailable' } } })
    expect(server.callsOf('GET /v25.0/three')).toHaveLength(1)
  })

  it('counts refused calls in the share, and is not sent when the share has no room', async () => {
    const share = countingShare()
    server.on('POST /v25.0/', {
      ...graphError(4),
      headers: { 'x-app-usage': '{"call_count":100}' },
    })
    expect((await problemOf(graph.within(share).batch(operations, 't', signal))).kind).toBe(
      'rate_limited',
    )
    expect(share).toMatchObject({ calls: 3, used: [{ accountId: null, percent: 100 }] })
    const full = { ...share, take: () => Promise.reject(new Error('no room')) }
    await expect(graph.within(full).batch(operations, 't', signal)).rejects.toThrow('no room')
    expect(server.callsOf('POST /v25.0/')).toHaveLength(1)
  })

  it('takes at most 50 operations and throws errors that concern the whole call', async () => {
    const many = Array.from({ length: 51 }, () => operations[0]!)
    await expect(graph.batch(many, 't', signal)).rejects.toThrow(/at most 50/)
    server.on('POST /v25.0/', graphError(190))
    expect((await problemOf(graph.batch(operations, 't', signal))).kind).toBe('reauthorize')
    server.on('POST /v25.0/', { body: { nonsense: true } })
    expect((await problemOf(graph.batch(operations, 't', signal))).kind).toBe('unavailable')
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
  ])('of a publishing call has an unknown outcome when it is %s', async (_, answer) => {
    server.on('POST /v25.0/1067/feed', answer)
    expect((await problemOf(graph.send('1067/feed', 't', {}, departure))).kind).toBe(
      'unknown_outcome',
    )
    expect(server.seen).toHaveLength(1)
  })

  it.each([190, 100, 200, 4, 17, 32, 80001, 80002, 368])(
    'of a publishing call is a definite refusal with code %i, whatever the status',
    async (code) => {
      for (const status of [200, 400, 401, 403, 500]) {
        server.on('POST /v25.0/1067/feed', { ...graphError(code), status })
        expect((await problemOf(graph.send('1067/feed', 't', {}, departure))).kind).not.toBe(
          'unknown_outcome',
        )
      }
    },
  )

  it('without any response is an unknown outcome for a publishing call, but only unavailable for a read', async () => {
    server.on('POST /v25.0/1067/feed', { end: 'hang' })
    server.on('GET /v25.0/1067', { end: 'hang' })
    const request = { path: '1067/feed', token: 't', timeoutMs: 150, signal }
    expect(
      await problemOf(graph.request({ ...request, method: 'POST', effect: 'send' })),
    ).toMatchObject({
      kind: 'unknown_outcome',
      code: 'timeout',
    })
    expect(
      await problemOf(
        graph.request({ ...request, path: '1067', method: 'GET', effect: 'repeatable' }),
      ),
    ).toMatchObject({
      kind: 'unavailable',
      code: 'timeout',
    })
  })

  it('before anything reached Meta is unavailable, even for a publishing call', async () => {
    const closed = createGraph(settingsFor(`http://127.0.0.1:${await freePort()}`))
    expect(await problemOf(closed.send('1067/feed', 't', {}, departure))).toMatchObject({
      kind: 'unavailable',
      code: 'ECONNREFUSED',
    })
  })

  it('of the lease stops the call before it is sent', async () => {
    server.on('POST /v25.0/1067/feed', { body: { id: '1067_1' } })
    const tooLate = () => {
      throw new Error('the lease is over')
    }
    await expect(graph.send('1067/feed', 't', {}, { signal, leaving: tooLate })).rejects.toThrow(
      'the lease is over',
    )
    expect(server.seen).toHaveLength(0)
  })
})

describe('usage headers', () => {
  const headersOf = (entries: Record<string, string>) => readUsage(new Headers(entries))

  it('give the highest percentage and the longest wait', () => {
    const business =
      '{"17841400000000001":[{"type":"instagram","call_count":100,"total_cputime":25,"total_time":25,"estimated_time_to_regain_access":19}],"1067":[{"type":"pages","call_count":3,"estimated_time_to_regain_access":0}]}'
    expect(headersOf({ 'x-business-use-case-usage': business })).toEqual({
      percent: 100,
      regainMs: 19 * 60_000,
    })
    expect(headersOf({ 'x-app-usage': '{"call_volume":7,"cpu_time":2}' })).toEqual({
      percent: 7,
      regainMs: null,
    })
  })

  it('never make an account wait more than a day, however long the wait they name', () => {
    for (const minutes of ['1441', '"99999999"', '1e300']) {
      const business = `{"1067":[{"type":"pages","call_count":100,"estimated_time_to_regain_access":${minutes}}]}`
      expect(headersOf({ 'x-business-use-case-usage': business }), minutes).toEqual({
        percent: 100,
        regainMs: 24 * 3_600_000,
      })
    }
  })

  it('are ignored when they are missing or not JSON', () => {
    expect(headersOf({})).toEqual({ percent: 0, regainMs: null })
    expect(headersOf({ 'x-app-usage': 'oops', 'x-business-use-case-usage': '[]' })).toEqual({
      percent: 0,
      regainMs: null,
    })
  })

  it('decide how long a limited call waits', async () => {
    const headers = {
      'x-business-use-case-usage':
        '{"1067":[{"type":"pages","estimated_time_to_regain_access":7}]}',
    }
    server.on('GET /v25.0/1067', { ...graphError(80001), headers })
    expect(await problemOf(graph.get('1067', 't', {}, signal))).toMatchObject({
      kind: 'rate_limited',
      retryAfterMs: 7 * 60_000,
    })
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
