import { createHmac } from 'node:crypto'
import { pino } from 'pino'
import { beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { createTestApp, type Person, type TestApp } from '../support/app.ts'
import { testApps } from '../support/config.ts'
import { insertTarget } from '../support/connected.ts'
import { connectAll } from '../support/posts.ts'
import { addressOf, type Route, routesOf } from '../support/routes.ts'
import { findQueryNames } from './surface.ts'

type Line = { level: number; msg: string; words?: string }
let test: TestApp
let post: string
const lines: Line[] = []
const errors = () =>
  lines.filter(({ level }) => level >= 50).map(({ msg, words }) => `${msg}: ${words}`)

beforeAll(async () => {
  const log = pino(
    { level: 'info' },
    { write: (line: string) => void lines.push(JSON.parse(line) as Line) },
  )
  test = await createTestApp({ log })
  const { facebook } = await connectAll(test.deps, {
    workspaceId: test.workspaces.northside,
    userId: test.cast.admin.id,
  })
  post = (
    await insertTarget(test.deps, {
      workspaceId: test.workspaces.northside,
      channelId: facebook,
      platform: 'facebook',
    })
  ).postId
})

beforeEach(async () => {
  lines.length = 0
  await test.sql`delete from throttle`
})

const known = () => ({ workspace: 'northside', post, issuer: 'meta', platform: 'meta' })
/** Routes that end the session of the request. */
const ends = ['/sign-out', '/account/leave', '/account/deactivate', '/account/sessions/end-others']
const routes = (...methods: string[]): Route[] =>
  routesOf(test.app).filter(
    ({ method, path }) =>
      methods.includes(method) && !ends.includes(path) && !path.endsWith('/events'),
  )
const send = async (
  who: Pick<Person, 'request'>,
  { method }: Route,
  address: string,
  init: RequestInit = {},
): Promise<number> => {
  const headers = {
    Origin: test.deps.config.publicUrl,
    ...(init.headers as Record<string, string>),
  }
  const answer = await who.request(address, { ...init, method, headers })
  await answer.body?.cancel()
  return answer.status
}

describe('an address', () => {
  const hostile = [
    '%00',
    'a%00b',
    '%0d%0a',
    '%e2%80%ae',
    '%ff',
    '%zz',
    '%',
    '%c0%80',
    '%ed%a0%80',
    '..%2f..%2fetc',
    '%252e',
    "'--",
    '\ud800',
  ]

  it('with NUL, control characters, bidi overrides or broken encodings in any parameter of any route causes no server error', {
    timeout: 300_000,
  }, async () => {
    const faults: string[] = []
    for (const route of routes('GET', 'POST', 'PUT', 'PATCH', 'DELETE'))
      for (const [name] of route.path.matchAll(/(?<=:)[a-zA-Z]+/g))
        for (const value of hostile) {
          const address = addressOf(route, { ...known(), [name]: value })
          const status = await send(test.cast.admin, route, address, {
            body: route.method === 'GET' ? null : '',
          })
          if (status >= 500) faults.push(`${route.method} ${address}: ${status}`)
        }
    expect([faults, errors()]).toEqual([[], []])
  })

  it('with any of these in any query parameter causes no server error, and neither do the first and last years', {
    timeout: 300_000,
  }, async () => {
    const dates = [
      '0001-01',
      '9999-12',
      '0001-01-01',
      '9999-12-31',
      '0000-00-00',
      '-271821-04-20',
      '+275760-09-13',
      '0001-01-01T00:00',
      '9999-12-31T23:59',
    ]
    const values = [
      ...hostile.map(decodeWherePossible),
      ...dates,
      '-1',
      '1e999',
      'x'.repeat(5_000),
      post,
    ]
    const faults: string[] = []
    for (const route of routes('GET'))
      for (const value of values) {
        const query = new URLSearchParams(
          Object.fromEntries(findQueryNames().map((name) => [name, value])),
        )
        const address = `${addressOf(route, known())}?${query}`
        const status = await send(test.cast.manager, route, address)
        if (status >= 500) faults.push(`${address}: ${status}`)
      }
    expect([faults, errors()]).toEqual([[], []])
  })

  it('of the calendar in an unsupported year gets a page with the supported years', async () => {
    for (const at of ['0001-01', '9999-12', '1999-12-31']) {
      const page = await test.cast.manager.get(`/w/northside/calendar?at=${at}`)
      expect([page.status, page.text]).toEqual([
        404,
        expect.stringContaining('The calendar shows the years 2000 to 2100.'),
      ])
    }
    expect((await test.cast.manager.get('/w/northside/calendar?at=2100-12')).status).toBe(200)
  })

  it('with characters that none of our links contains gets a page that says so', async () => {
    for (const path of ['/media/%00', '/sign-in?next=%00', '/w/northside/posts/%ff']) {
      const page = await test.cast.stranger.get(path)
      expect([page.status, page.text]).toEqual([
        400,
        expect.stringContaining('This address contains characters that don’t belong there.'),
      ])
    }
  })
})

describe('a form', () => {
  it('that is damaged is refused by every route with a message and without a server error', {
    timeout: 300_000,
  }, async () => {
    const damaged: [string, string][] = [
      ['multipart/form-data', '--x'],
      ['multipart/form-data; boundary=', '--'],
      [
        'Multipart/Form-Data; boundary=x',
        '--x\r\nContent-Disposition: form-data; name="email"\r\n\r\nno end',
      ],
      ['multipart/form-data; boundary="', ''],
      ['application/x-www-form-urlencoded', 'email=%ff%00&=&&&%zz=%&password=%00&__proto__=1'],
      ['application/json', '{"email":'],
      ['', '\u0000'],
    ]
    const faults: string[] = []
    for (const route of routes('POST', 'PUT'))
      for (const [type, body] of damaged) {
        await test.sql`delete from throttle`
        const status = await send(test.cast.admin, route, addressOf(route, known()), {
          body,
          headers: { 'Content-Type': type },
        })
        if (status >= 500)
          faults.push(`${route.method} ${route.path} ${type} ${JSON.stringify(body)}: ${status}`)
      }
    expect([faults, errors()]).toEqual([[], []])
    const page = await test.browser().request('/sign-in', {
      method: 'POST',
      body: '--x',
      headers: {
        Origin: test.deps.config.publicUrl,
        'Content-Type': 'multipart/form-data; boundary=x',
      },
    })
    expect([page.status, await page.text()]).toEqual([
      400,
      expect.stringContaining('This form was incomplete.'),
    ])
  })

  it('is stripped of control characters and bidi overrides in every field, and a name is put on one line', async () => {
    const name = 'Ada\u0000 \u202eAd\u0007min\u202c\r\nBcc: x@example.com\u2066'
    expect((await test.cast.admin.post('/account/name', { name })).status).toBe(303)
    expect((await test.sql`select name from users where id = ${test.cast.admin.id}`)[0]).toEqual({
      name: 'Ada Admin Bcc: x@example.com',
    })
    const text = 'First\u0000 line\r\nSecond\u202e line\twith a tab, 👩‍👩‍👧 and \u0001nothing else'
    await test.cast.manager.post('/w/northside/posts', { act: 'save', text, version: '0' })
    const [saved] = await test.sql`select text from posts where text like 'First%'`
    expect(saved).toEqual({ text: 'First line\nSecond line\twith a tab, 👩‍👩‍👧 and nothing else' })
  })

  it('is refused if its time is in a year beyond the calendar, and keeps what was typed', async () => {
    for (const time of ['0001-01-01T00:00', '9999-12-31T23:59', '1999-01-01T10:00']) {
      const page = await test.cast.manager.post('/w/northside/posts', {
        act: 'save',
        text: 'Kept',
        time,
        version: '0',
      })
      expect([page.status, page.text]).toEqual([
        422,
        expect.stringContaining('Choose a year from 2000 to 2100.'),
      ])
      const [date, clock] = time.split('T')
      for (const typed of [date, clock]) expect(page.text).toContain(`value="${typed}"`)
      expect(
        (await test.cast.manager.post(`/w/northside/posts/${post}/move`, { time })).status,
      ).toBe(422)
    }
  })
})

describe("a call with a platform's signature", () => {
  const meta = (userId: unknown) => {
    const said = {
      user_id: userId,
      algorithm: 'HMAC-SHA256',
      issued_at: Math.floor(Date.now() / 1_000),
    }
    const payload = Buffer.from(JSON.stringify(said)).toString('base64url')
    const signature = createHmac('sha256', testApps.META_APP_SECRET)
      .update(payload)
      .digest('base64url')
    return {
      body: new URLSearchParams({ signed_request: `${signature}.${payload}` }).toString(),
      headers: {},
    }
  }
  const tiktok = (said: object) => {
    const body = JSON.stringify({
      client_key: testApps.TIKTOK_CLIENT_KEY,
      create_time: 1_790_000_000,
      ...said,
    })
    const at = Math.floor(Date.now() / 1_000)
    const signature = createHmac('sha256', testApps.TIKTOK_CLIENT_SECRET)
      .update(`${at}.${body}`)
      .digest('hex')
    return { body, headers: { 'TikTok-Signature': `t=${at},s=${signature}` } }
  }

  it('that contains NUL or numbers out of range causes no server error', async () => {
    const calls: [string, { body: string; headers: Record<string, string> }][] = [
      ...['1\u0000', '\u0000', 'x'.repeat(30_000), { a: 1 }, 1e300].flatMap(
        (id): [string, ReturnType<typeof meta>][] => [
          ['/callbacks/meta/deauthorize', meta(id)],
          ['/callbacks/meta/data-deletion', meta(id)],
        ],
      ),
      ['/callbacks/tiktok', tiktok({ event: 'authorization.removed', user_openid: 'a\u0000b' })],
      [
        '/callbacks/tiktok',
        tiktok({ event: 'authorization.removed', user_openid: 'a', create_time: 1e300 }),
      ],
      [
        '/callbacks/tiktok',
        tiktok({ event: 'authorization.removed', user_openid: 'a', create_time: -1e15 }),
      ],
      [
        '/callbacks/tiktok',
        tiktok({ event: 'post.publish.complete', content: '{"publish_id":"\\u0000"}' }),
      ],
      ['/callbacks/tiktok', tiktok({ event: 'post.publish.complete\u0000', content: '\u0000' })],
    ]
    for (const [path, { body, headers }] of calls) {
      const answer = await test.app.request(path, { method: 'POST', body, headers })
      expect([path, body.slice(0, 80), answer.status]).toEqual([
        path,
        body.slice(0, 80),
        expect.toSatisfy((status) => [200, 400].includes(status)),
      ])
    }
    expect(errors()).toEqual([])
  })
})

const decodeWherePossible = (text: string): string => {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}
