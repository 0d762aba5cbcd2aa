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
/** What the app says to a deletion request. */
let reply: string
let received: { path: string; signedRequest: string }[]

beforeAll(async () => {
  sandbox = await startMeta()
  app = createServer(async (request, response) => {
    if (request.method === 'POST') {
      const form = new URLSearchParams(await text(request))
      received.push({ path: request.url ?? '', signedRequest: form.get('signed_request') ?? '' })
    }
    response.end(request.url === '/deletion' ? reply : 'ok')
  })
  await new Promise<void>((resolve) => app.listen(0, '127.0.0.1', resolve))
  appUrl = `http://127.0.0.1:${(app.address() as AddressInfo).port}`
})
beforeEach(async () => {
  received = []
  reply = JSON.stringify({ url: `${appUrl}/status?code=abc`, confirmation_code: 'abc' })
  await control(sandbox, 'POST', '/reset')
  await control(sandbox, 'PATCH', '/settings', { deauthorizeUrl: `${appUrl}/deauthorize`, dataDeletionUrl: `${appUrl}/deletion` })
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
const payloadOf = (signedRequest: string) => JSON.parse(Buffer.from(signedRequest.split('.')[1] ?? '', 'base64url').toString())

test('removing the app ends the tokens, tells the app, and asks for deletion with a signed request', async () => {
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

test('the reply to a deletion request is judged', async () => {
  const problemWith = async (said: string) => {
    reply = said
    return (await remove({ deletionRequest: true }))[1]?.problem
  }
  expect(await problemWith('thanks')).toBe('the reply is not JSON')
  expect(await problemWith('{"url":"https://example.com"}')).toBe('the reply lacks url or confirmation_code')
  expect(await problemWith('{"url":"http://127.0.0.1:1/","confirmation_code":"a"}')).toBe('the status page cannot be opened')
})

test('a request can be spoiled: a wrong signature, or one that is a month old', async () => {
  await remove({ spoil: 'bad_signature' })
  expect(isSigned(received[0]?.signedRequest ?? '')).toBe(false)
  await remove({ spoil: 'old' })
  const { issued_at } = payloadOf(received[1]?.signedRequest ?? '')
  expect(issued_at).toBeLessThan(Date.now() / 1000 - 29 * 86_400)
})

test('an app that removes itself with DELETE permissions is told as well', async () => {
  const token = await login(sandbox)
  await graph(sandbox, 'DELETE', '/me/permissions', { access_token: token })
  await expect.poll(() => received.map(({ path }) => path)).toEqual(['/deauthorize'])
})
