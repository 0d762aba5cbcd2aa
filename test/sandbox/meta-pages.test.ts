import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import { makeJpeg } from '../../local/media/media-files.ts'
import type { LedgerPost } from '../../local/sandbox/ledger.ts'
import type { Sandbox } from '../../local/sandbox/server.ts'
import {
  type Answer,
  advance,
  allScopes,
  archive,
  cafe,
  control,
  graph,
  login,
  type MediaServer,
  pageToken,
  records,
  startMediaServer,
  startMeta,
} from './meta-cast.ts'

let sandbox: Sandbox
let media: MediaServer
let access_token: string
beforeAll(async () => {
  sandbox = await startMeta()
})
beforeEach(async () => {
  await control(sandbox, 'POST', '/reset')
  media = await startMediaServer()
  access_token = await pageToken(sandbox, await login(sandbox), records)
})
afterEach(() => media.close())
afterAll(() => sandbox.close())

const post = (edge: string, parameters: Record<string, unknown>): Promise<Answer> =>
  graph(sandbox, 'POST', `/${records}/${edge}`, { access_token, ...parameters })
const get = (path: string, parameters: Record<string, unknown> = {}): Promise<Answer> =>
  graph(sandbox, 'GET', path, { access_token, ...parameters })
const posts = () =>
  control<LedgerPost[]>(sandbox, 'GET', `/ledger/posts?platform=facebook&account=${records}`)

test('a text post exists, is listed, is visible to visitors, and can be edited and deleted', async () => {
  const { body } = await post('feed', { message: 'Hello <b>world</b>' })
  expect(body.id).toMatch(new RegExp(`^${records}_\\d+$`))
  const read = await get(`/${body.id}`, {
    fields: 'message,permalink_url,created_time,is_published,status_type',
  })
  expect(read.body).toMatchObject({
    message: 'Hello <b>world</b>',
    is_published: true,
    status_type: 'mobile_status_update',
  })
  expect(read.body.created_time).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\+0000$/)
  const page = await (await fetch(String(read.body.permalink_url))).text()
  expect(page).toContain('Hello &lt;b&gt;world')
  expect(await posts()).toMatchObject([
    { id: body.id, kind: 'text', text: 'Hello <b>world</b>', media: [], visibility: 'public' },
  ])

  await graph(sandbox, 'POST', `/${body.id}`, { access_token, message: 'Edited' })
  expect((await get(`/${records}/published_posts`, { fields: 'message' })).body.data).toEqual([
    { message: 'Edited', id: body.id },
  ])
  expect((await graph(sandbox, 'DELETE', `/${body.id}`, { access_token })).body).toEqual({
    success: true,
  })
  expect((await get(`/${body.id}`)).body.error).toMatchObject({
    code: 100,
    error_subcode: 33,
    type: 'GraphMethodException',
  })
  expect(await posts()).toEqual([])
})

test('the ledger records when the irreversible call arrived and when the post existed, in real time', async () => {
  const before = Date.now()
  await advance(sandbox, 3_600_000)
  await post('feed', { message: 'Timed' })
  const [shown] = await posts()
  expect(shown?.commitCallAtMs).toBeGreaterThanOrEqual(before)
  expect(shown?.createdAtMs).toBeGreaterThanOrEqual(shown?.commitCallAtMs ?? 0)
  expect(shown?.createdAtMs).toBeLessThanOrEqual(Date.now())
})

test('an empty post, a repeated text, a text that is too long and a link with photos are refused', async () => {
  expect((await post('feed', {})).body.error).toMatchObject({ code: 197 })
  expect((await post('feed', { message: 'Same' })).status).toBe(200)
  const again = await post('feed', { message: 'Same' })
  expect(again.status).toBe(400)
  expect(again.body.error).toMatchObject({ code: 506, error_subcode: 1455006 })
  expect((await post('feed', { message: 'x'.repeat(63_207) })).body.error).toMatchObject({
    code: 100,
  })
  const photo = await post('photos', {
    url: media.serve('/a.jpg', await makeJpeg({ width: 400, height: 400 })),
    published: false,
  })
  const both = {
    message: 'b',
    link: 'https://example.com/',
    attached_media: [{ media_fbid: photo.body.id }],
  }
  expect((await post('feed', both)).body.error).toMatchObject({ code: 100 })
  expect(await posts()).toHaveLength(1)
})

test('a link is read by the crawler if it is reachable from here', async () => {
  const link = media.serve('/article', '<!doctype html><title>Article</title>', {
    type: 'text/html',
  })
  expect((await post('feed', { message: 'Read', link })).status).toBe(200)
  expect(media.requests.at(-1)?.headers['user-agent']).toMatch(/^facebookexternalhit\/1\.1/)
  expect(
    (await post('feed', { message: 'Broken', link: `${media.url}/gone` })).body.error,
  ).toMatchObject({ code: 1609005 })
  expect((await post('feed', { message: 'Outside', link: 'https://example.com/a' })).status).toBe(
    200,
  )
})

test('private addresses are refused when the sandbox is configured to be as strict as the platform', async () => {
  await control(sandbox, 'PATCH', '/settings', { allowPrivateHosts: false })
  const { body } = await post('photos', {
    url: media.serve('/p.jpg', await makeJpeg({ width: 400, height: 400 })),
  })
  expect(body.error).toMatchObject({ code: 324 })
  expect(media.requests).toEqual([])
})

test('publishing needs the Page token, both permissions and the task', async () => {
  const user = await login(sandbox)
  expect((await post('feed', { message: 'x', access_token: user })).body.error).toMatchObject({
    code: 210,
  })
  const noTask = await pageToken(sandbox, user, archive)
  expect(
    (await graph(sandbox, 'POST', `/${archive}/feed`, { message: 'x', access_token: noTask })).body
      .error,
  ).toMatchObject({
    code: 200,
  })
  const ofCafe = await pageToken(sandbox, user, cafe)
  expect((await post('feed', { message: 'x', access_token: ofCafe })).body.error).toMatchObject({
    code: 100,
    error_subcode: 33,
  })
  await graph(sandbox, 'DELETE', '/me/permissions/pages_manage_posts', { access_token: user })
  const refused = await post('feed', { message: 'x' })
  expect(refused.status).toBe(403)
  expect(refused.body.error).toMatchObject({ code: 200 })
  const weak = await login(sandbox, {
    scopes: allScopes.filter((scope) => scope !== 'pages_show_list'),
  })
  expect((await graph(sandbox, 'GET', '/me/accounts', { access_token: weak })).status).toBe(200)
})

test('a scheduled post is published at its time', async () => {
  const at = async (aheadSec: number) => {
    const { nowMs } = await control<{ nowMs: number }>(sandbox, 'GET', '/clock')
    return post('feed', {
      message: 'Later',
      published: false,
      scheduled_publish_time: Math.floor(nowMs / 1000) + aheadSec,
    })
  }
  expect((await at(60)).body.error).toMatchObject({ code: 100 })
  expect((await at(31 * 86_400)).body.error).toMatchObject({ code: 100 })
  expect((await at(3_600)).status).toBe(200)
  expect((await get(`/${records}/scheduled_posts`)).body.data).toHaveLength(1)
  expect(await posts()).toEqual([])
  await advance(sandbox, 3_600_000)
  expect(await posts()).toMatchObject([{ text: 'Later' }])
})

test('lists lag when configured to, and respect since', async () => {
  await control(sandbox, 'PATCH', '/settings', { listLagMs: 30_000 })
  const { body } = await post('feed', { message: 'Slow lists' })
  const since =
    Math.floor((await control<{ nowMs: number }>(sandbox, 'GET', '/clock')).nowMs / 1000) - 60
  expect((await get(`/${records}/published_posts`, { since })).body.data).toEqual([])
  expect((await get(`/${body.id}`)).status).toBe(200)
  await advance(sandbox, 30_000)
  expect((await get(`/${records}/published_posts`, { since })).body.data).toHaveLength(1)
  expect((await get(`/${records}/published_posts`, { since: since + 120 })).body.data).toEqual([])
})

test('reactions and comments can be counted, and the Page can comment', async () => {
  const { body } = await post('feed', { message: 'Talk' })
  expect(
    (await graph(sandbox, 'POST', `/${body.id}/comments`, { access_token, message: 'First' })).body
      .id,
  ).toMatch(/_/)
  const withFields = await graph(sandbox, 'POST', `/${body.id}/comments`, {
    access_token,
    message: 'Second',
    fields: 'id',
  })
  expect(withFields.body).toEqual({ id: expect.stringMatching(/_/) })
  await control(sandbox, 'PATCH', '/settings', { facebookCommentFields: false })
  const refused = await graph(sandbox, 'POST', `/${body.id}/comments`, {
    access_token,
    message: 'Third',
    fields: 'id',
  })
  expect(refused.body.error).toMatchObject({ code: 20, error_subcode: 1772107 })
  const counted = await get(`/${body.id}`, {
    fields: 'shares,comments.limit(0).summary(true),reactions.limit(0).summary(true)',
  })
  expect(counted.body).toMatchObject({
    comments: { data: [], summary: { total_count: 3 } },
    reactions: { summary: { total_count: 0 } },
  })
  expect(counted.body).not.toHaveProperty('shares')
})
