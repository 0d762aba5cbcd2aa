import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { makeJpeg } from '../../local/media/media-files.ts'
import type { Call, LedgerPost } from '../../local/sandbox/ledger.ts'
import type { Sandbox } from '../../local/sandbox/server.ts'
import {
  advance,
  control,
  graph,
  login,
  pageToken,
  records,
  recordsInstagram,
  startMediaServer,
  startMeta,
} from './meta-cast.ts'

let sandbox: Sandbox
let access_token: string
beforeAll(async () => {
  sandbox = await startMeta()
})
beforeEach(async () => {
  await control(sandbox, 'POST', '/reset')
  access_token = await pageToken(sandbox, await login(sandbox), records)
})
afterAll(() => sandbox.close())

const post = (message: string, signal?: AbortSignal) =>
  fetch(`${sandbox.url}/graph/v25.0/${records}/feed`, {
    method: 'POST',
    body: new URLSearchParams({ message, access_token }),
    signal,
  })
const texts = async () =>
  (await control<LedgerPost[]>(sandbox, 'GET', '/ledger/posts?platform=facebook')).map(
    ({ text }) => text,
  )
const fault = (rule: Record<string, unknown>) =>
  control<{ id: string }>(sandbox, 'POST', '/faults', {
    endpoint: 'feed',
    when: 'before',
    kind: 'error',
    ...rule,
  })
const lastCall = async () =>
  (await control<Call[]>(sandbox, 'GET', '/ledger/calls?endpoint=feed')).at(-1)
const outcome = async (message: string) =>
  post(message).then(
    async (response) => ({ status: response.status, text: await response.text() }),
    () => 'cut' as const,
  )

test('before: the platform did nothing, whatever the response looks like', async () => {
  for (const kind of ['error', 'html503', 'reset', 'truncated', 'rate_limited', 'timeout']) {
    const { id } = await fault({ kind, ...(kind === 'timeout' ? { delayMs: 50 } : {}) })
    const answer = await outcome(`With ${kind}`)
    if (kind === 'reset' || kind === 'timeout') expect(answer).toBe('cut')
    else if (kind === 'html503')
      expect(answer).toMatchObject({
        status: 503,
        text: expect.stringContaining('<!doctype html>'),
      })
    else if (kind === 'truncated')
      expect(() => JSON.parse((answer as { text: string }).text)).toThrow()
    else
      expect(JSON.parse((answer as { text: string }).text).error.code).toBe(
        kind === 'error' ? 1 : 80001,
      )
    await expect.poll(async () => (await lastCall())?.fault).toBe(id)
  }
  expect(await texts()).toEqual([])
})

test('after: the post exists although the response says otherwise', async () => {
  for (const kind of ['error', 'html503', 'reset', 'truncated', 'timeout']) {
    await fault({ kind, when: 'after', ...(kind === 'timeout' ? { delayMs: 50 } : {}) })
    const answer = await outcome(`With ${kind}`)
    if (kind === 'error') expect(answer).toMatchObject({ status: 500 })
    if (kind === 'truncated') expect(answer).toMatchObject({ status: 200 })
  }
  expect(await texts()).toEqual([
    'With error',
    'With html503',
    'With reset',
    'With truncated',
    'With timeout',
  ])
})

test('late: the response is lost now, and the post appears at its time', async () => {
  await fault({ when: 'late', kind: 'reset', delayMs: 30_000 })
  expect(await outcome('Late')).toBe('cut')
  expect(await texts()).toEqual([])
  await advance(sandbox, 29_000)
  expect(await texts()).toEqual([])
  await advance(sandbox, 1_000)
  expect(await texts()).toEqual(['Late'])
  expect((await lastCall())?.facts).toMatchObject({ lateStatus: 200 })
})

test('a client that stops waiting does not undo what happened', async () => {
  await fault({ when: 'after', kind: 'timeout' })
  await expect(post('Impatient', AbortSignal.timeout(200))).rejects.toThrow()
  expect(await texts()).toEqual(['Impatient'])
  await expect.poll(async () => (await lastCall())?.status).toBe(0)
})

test('slow: the effect and the response come later', async () => {
  await fault({ kind: 'slow', delayMs: 150 })
  const begin = Date.now()
  expect(await outcome('Slow')).toMatchObject({ status: 200 })
  expect(Date.now() - begin).toBeGreaterThanOrEqual(140)
  expect(await texts()).toEqual(['Slow'])
})

test('a rule affects the nth call and as many as configured, only for its account and endpoint', async () => {
  await fault({ nth: 2, times: 2, code: 190, subcode: 460, account: records })
  await fault({ endpoint: 'media', code: 2 })
  const statuses: number[] = []
  for (let call = 1; call <= 4; call++) statuses.push((await post(`Call ${call}`)).status)
  expect(statuses).toEqual([200, 400, 400, 200])
  expect(await control(sandbox, 'GET', '/faults')).toMatchObject([
    { seen: 4, fired: 2 },
    { seen: 0, fired: 0 },
  ])
  await control(sandbox, 'DELETE', '/faults')
  expect(await control(sandbox, 'GET', '/faults')).toEqual([])
})

test('injected errors look like the platform: code, subcode, type, headers', async () => {
  await fault({ kind: 'rate_limited' })
  const limited = await post('x')
  expect(JSON.parse(limited.headers.get('x-business-use-case-usage') ?? '')).toEqual({
    [records]: [
      {
        type: 'pages',
        call_count: 100,
        total_cputime: 25,
        total_time: 25,
        estimated_time_to_regain_access: 19,
      },
    ],
  })
  await fault({ code: 4, subcode: 2207051 })
  expect(await (await post('x')).json()).toMatchObject({
    error: { code: 4, error_subcode: 2207051, is_transient: true, type: 'OAuthException' },
  })
  await fault({ code: 190, subcode: 463 })
  const dead = await post('x')
  expect(dead.headers.get('www-authenticate')).toContain('"invalid_token"')
  expect(dead.headers.get('x-business-use-case-usage')).toBeNull()
})

test('the response to an Instagram publish can be lost too', async () => {
  const media = await startMediaServer()
  const user = await login(sandbox)
  const image_url = media.serve('/p.jpg', await makeJpeg({ width: 1080, height: 1080 }))
  const { body } = await graph(sandbox, 'POST', `/${recordsInstagram}/media`, {
    access_token: user,
    image_url,
  })
  await advance(sandbox, 1_000)
  await fault({
    endpoint: 'media_publish',
    platform: 'instagram',
    when: 'after',
    kind: 'error',
    code: 4,
    subcode: 2207051,
  })
  const lost = await graph(sandbox, 'POST', `/${recordsInstagram}/media_publish`, {
    access_token: user,
    creation_id: body.id,
  })
  expect(lost.body.error).toMatchObject({ code: 4, error_subcode: 2207051 })
  const status = await graph(sandbox, 'GET', `/${body.id}`, {
    access_token: user,
    fields: 'status_code',
  })
  expect(status.body).toMatchObject({ status_code: 'PUBLISHED' })
  expect(
    (await graph(sandbox, 'GET', `/${recordsInstagram}/media`, { access_token: user })).body.data,
  ).toHaveLength(1)
  await media.close()
})

test('real limits: usage headers count up, then calls are refused until the window has passed', async () => {
  await control(sandbox, 'PATCH', '/settings', { businessCallsPerDay: 4 })
  const seen: number[] = []
  for (let call = 1; call <= 5; call++) {
    const response = await post(`Call ${call}`)
    const usage = JSON.parse(response.headers.get('x-business-use-case-usage') ?? '{}')[
      records
    ]?.[0]
    seen.push(usage?.call_count ?? 0)
    if (call === 5) expect(await response.json()).toMatchObject({ error: { code: 80001 } })
  }
  // Reading the Page's token counted as a call too.
  expect(seen).toEqual([25, 50, 75, 100, 100])
  await advance(sandbox, 86_400_000)
  expect((await post('Tomorrow')).status).toBe(200)
})

test('the app limit returns code 4 without a usage header', async () => {
  await control(sandbox, 'PATCH', '/settings', { appCallsPerHour: 1 })
  const limited = await post('x')
  expect(limited.status).toBe(403)
  expect(limited.headers.get('x-app-usage')).toBeNull()
  expect(await limited.json()).toMatchObject({ error: { code: 4, is_transient: true } })
})

test('the ledger never contains a token or a query', async () => {
  await graph(sandbox, 'GET', '/me', { access_token })
  expect(JSON.stringify(await control(sandbox, 'GET', '/ledger/calls'))).not.toContain(access_token)
})

test('the board shows calls and accepts faults from a form, without scripts', async () => {
  await fetch(`${sandbox.controlUrl}/board/faults`, {
    method: 'POST',
    body: new URLSearchParams({
      endpoint: 'feed',
      when: 'after',
      kind: 'reset',
      nth: '1',
      times: '1',
      code: '',
      delayMs: '',
    }),
  })
  expect(await control(sandbox, 'GET', '/faults')).toMatchObject([
    { endpoint: 'feed', when: 'after', kind: 'reset' },
  ])
  const page = await (await fetch(sandbox.controlUrl)).text()
  expect(page).toContain('page.read')
  expect(page).not.toContain('<script')
})

test('settings that do not exist or have the wrong type are refused by name', async () => {
  await expect(control(sandbox, 'PATCH', '/settings', { noSuchThing: 1 })).rejects.toThrow(
    'There is no setting noSuchThing.',
  )
  await expect(control(sandbox, 'PATCH', '/settings', { listLagMs: 'soon' })).rejects.toThrow(
    'listLagMs is a number',
  )
})

test('people, tokens, posts and media survive a restart, and a scheduled post is published afterwards', async () => {
  const dir = await mkdtemp(join(tmpdir(), 'sandbox-state-'))
  const media = await startMediaServer()
  const first = await startMeta(dir)
  const token = await pageToken(first, await login(first), records)
  const url = media.serve('/p.jpg', await makeJpeg({ width: 600, height: 600 }))
  await graph(first, 'POST', `/${records}/photos`, { access_token: token, url, caption: 'Kept' })
  await graph(first, 'POST', `/${records}/feed`, {
    access_token: token,
    message: 'Waiting',
    published: false,
    scheduled_publish_time: Math.floor(Date.now() / 1000) + 700,
  })
  await first.close()

  const second = await startMeta(dir)
  expect((await graph(second, 'GET', '/me', { access_token: token })).body).toMatchObject({
    id: records,
  })
  const [kept] = await control<LedgerPost[]>(second, 'GET', '/ledger/posts')
  expect(kept).toMatchObject({ text: 'Kept' })
  expect((await fetch(second.url + kept?.media[0]?.url)).headers.get('content-type')).toBe(
    'image/jpeg',
  )
  await advance(second, 700_000)
  expect(
    (await control<LedgerPost[]>(second, 'GET', '/ledger/posts')).map(({ text }) => text),
  ).toEqual(['Kept', 'Waiting'])
  await second.close()
  await media.close()
  await rm(dir, { recursive: true })
})
