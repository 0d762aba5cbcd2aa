import { createHmac } from 'node:crypto'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import type { Sandbox } from '../../local/sandbox/server.ts'
import { ada, appSecret, control, graph, login, startMeta } from './meta-cast.ts'

let sandbox: Sandbox
let app: Server
let appUrl: string
/** The app's response to a deletion request. */
let reply: string
let received: { path: string; signedRequest: string }[]

beforeAll(async () => {
  sandbox = await startMeta()
  app = createServer(async (request, response) => {
    if (request.method === 'POST') {
      const form = new URLSearchParams(await text(request))
      received.push({ path: request.url ?? '', signedRequest: form.get('signed_request') ?? '' })
    }
    response.setHeader(
      'content-type',
      request.url?.startsWith('/status') ? 'text/html; charset=utf-8' : 'text/plain',
    )
    response.end(
      request.url === '/deletion'
        ? reply
        : request.url === '/status-empty'
          ? '<title>x</title>'
          : '<main>Under way</main>',
    )
  })
  await new Promise<void>((resolve) => app.listen(0, '127.0.0.1', resolve))
  appUrl = `http://127.0.0.1:${(app.address() as AddressInfo).port}`
})
beforeEach(async () => {
  received = []
  reply = JSON.stringify({ url: `${appUrl}/status?code=abc`, confirmation_code: 'abc' })
  await control(sandbox, 'POST', '/reset')
  await control(sandbox, 'PATCH', '/settings', {
    deauthorizeUrl: `${appUrl}/deauthorize`,
    dataDeletionUrl: `${appUrl}/deletion`,
  })
})
afterAll(async () => {
  app.closeAllConnections()
  app.close()
  await sandbox.close()
})

type Recorded = { kind: string; ok: boolean; problem: string | null }[]
const remove = (body: Record<string, unknown>) =>
  control<Recorded>(sandbox, 'POST', `/accounts/meta/people/${ada}/remove-app`, body)
const isSigned = (signedRequest: string) => {
  const [signature, payload = ''] = signedRequest.split('.')
  return createHmac('sha256', appSecret).update(payload).digest('base64url') === signature
}
const payloadOf = (signedRequest: string) =>
  JSON.parse(Buffer.from(signedRequest.split('.')[1] ?? '', 'base64url').toString())

test('removing the app ends its tokens, notifies the app, and requests deletion with a signed request', async () => {
  const token = await login(sandbox)
  expect(await remove({ deletionRequest: true })).toMatchObject([
    { kind: 'deauthorize', ok: true, problem: null },
    { kind: 'deletion', ok: true, problem: null },
  ])
  expect((await graph(sandbox, 'GET', '/me', { access_token: token })).body.error).toMatchObject({
    code: 190,
    error_subcode: 458,
  })
  expect(received.map(({ path }) => path)).toEqual(['/deauthorize', '/deletion'])
  for (const { signedRequest } of received) {
    expect(isSigned(signedRequest)).toBe(true)
    expect(payloadOf(signedRequest)).toMatchObject({ algorithm: 'HMAC-SHA256', user_id: ada })
  }
})

test('the reply to a deletion request is checked', async () => {
  const problemWith = async (said: string) => {
    reply = said
    return (await remove({ deletionRequest: true }))[1]?.problem
  }
  expect(await problemWith('thanks')).toBe('the reply is not JSON')
  expect(await problemWith('{"url":"https://example.com"}')).toBe(
    'the reply lacks url or confirmation_code',
  )
  const pointing = (url: string, confirmation_code = 'a1') =>
    problemWith(JSON.stringify({ url, confirmation_code }))
  expect(await pointing('http://127.0.0.1:1/')).toBe('the status page cannot be opened')
  expect(await pointing('javascript:alert(1)')).toBe('url is not a web address')
  expect(await pointing(`${appUrl}/status`, 'a-1')).toBe('confirmation_code is not alphanumeric')
  expect(await pointing(`${appUrl}/plain`)).toBe('the status page is not HTML')
  expect(await pointing(`${appUrl}/status-empty`)).toBe('the status page says nothing')
  expect(await problemWith('null')).toBe('the reply lacks url or confirmation_code')
})

test('a request can be made invalid: with a wrong signature, or dated a month ago', async () => {
  await remove({ spoil: 'bad_signature' })
  expect(isSigned(received[0]?.signedRequest ?? '')).toBe(false)
  await remove({ spoil: 'old' })
  const { issued_at } = payloadOf(received[1]?.signedRequest ?? '')
  expect(issued_at).toBeLessThan(Date.now() / 1000 - 29 * 86_400)
})

test('an app that removes itself with DELETE permissions is notified as well', async () => {
  const token = await login(sandbox)
  await graph(sandbox, 'DELETE', '/me/permissions', { access_token: token })
  await expect.poll(() => received.map(({ path }) => path)).toEqual(['/deauthorize'])
})

const press = (act: string) =>
  fetch(`${sandbox.url}/facebook/settings/applications`, {
    method: 'POST',
    body: new URLSearchParams({ person: ada, act }),
  })

test("a person's settings page shows what they allowed, Remove, Send request, and the app's reply", async () => {
  const page = async (person = '') =>
    (await fetch(`${sandbox.url}/facebook/settings/applications?person=${person}`)).text()
  expect(await page()).toContain('Ada Northside')
  expect(await page(ada)).toContain('No app has access')
  expect((await press('request')).status).toBe(422)
  await login(sandbox)
  const active = await page(ada)
  expect(active).toContain('Northside Records')
  expect(active).not.toContain('Send request')
  expect(await (await press('remove')).text()).toContain('App removed: answered as it must be')
  expect((await press('remove')).status).toBe(422)
  const told = await (await press('request')).text()
  expect(told).toContain('Data deletion request: answered as it must be')
  expect(told).toContain(`href="${appUrl}/status?code=abc"`)
  expect(told).toContain('Under way')
  reply = 'thanks'
  expect(await (await press('request')).text()).toContain('the reply is not JSON')
  expect(received.map(({ path }) => path)).toEqual(['/deauthorize', '/deletion', '/deletion'])
  await login(sandbox)
  expect(await page(ada)).not.toContain('Send request')
})

test('an app without a registered callback URL is not notified, and the page says so', async () => {
  await control(sandbox, 'PATCH', '/settings', { deauthorizeUrl: null, dataDeletionUrl: null })
  await login(sandbox)
  expect(await (await press('remove')).text()).toContain('registered no address')
  expect(received).toEqual([])
})
