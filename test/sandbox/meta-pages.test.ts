import { createHash } from 'node:crypto'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import { makeImage, makeJpeg } from '../../local/media/media-files.ts'
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
  readAnswer,
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
const posts = () => control<LedgerPost[]>(sandbox, 'GET', `/ledger/posts?platform=facebook&account=${records}`)
const sha256 = (bytes: Buffer) => createHash('sha256').update(bytes).digest('hex')

test('a text post exists, is listed, is visible to visitors, and can be edited and deleted', async () => {
  const { body } = await post('feed', { message: 'Hello <b>world</b>' })
  expect(body.id).toMatch(new RegExp(`^${records}_\\d+$`))
  const read = await get(`/${body.id}`, { fields: 'message,permalink_url,created_time,is_published,status_type' })
  expect(read.body).toMatchObject({ message: 'Hello <b>world</b>', is_published: true, status_type: 'mobile_status_update' })
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
  expect((await graph(sandbox, 'DELETE', `/${body.id}`, { access_token })).body).toEqual({ success: true })
  expect((await get(`/${body.id}`)).body.error).toMatchObject({ code: 100, error_subcode: 33, type: 'GraphMethodException' })
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
  expect((await post('feed', { message: 'x'.repeat(63_207) })).body.error).toMatchObject({ code: 100 })
  const photo = await post('photos', {
    url: media.serve('/a.jpg', await makeJpeg({ width: 400, height: 400 })),
    published: false,
  })
  const both = { message: 'b', link: 'https://example.com/', attached_media: [{ media_fbid: photo.body.id }] }
  expect((await post('feed', both)).body.error).toMatchObject({ code: 100 })
  expect(await posts()).toHaveLength(1)
})

test('a link is read by the crawler if it is reachable from here', async () => {
  const link = media.serve('/article', '<!doctype html><title>Article</title>', { type: 'text/html' })
  expect((await post('feed', { message: 'Read', link })).status).toBe(200)
  expect(media.requests.at(-1)?.headers['user-agent']).toMatch(/^facebookexternalhit\/1\.1/)
  expect((await post('feed', { message: 'Broken', link: `${media.url}/gone` })).body.error).toMatchObject({ code: 1609005 })
  expect((await post('feed', { message: 'Outside', link: 'https://example.com/a' })).status).toBe(200)
})

test('a photo post: id is the photo, post_id the post, and the bytes are unchanged', async () => {
  const bytes = await makeJpeg({ width: 800, height: 600 })
  const { body } = await post('photos', { url: media.serve('/p.jpg', bytes), caption: 'A photo', alt_text_custom: 'Blue' })
  expect(body.post_id).toMatch(new RegExp(`^${records}_`))
  expect(body.id).not.toBe(body.post_id)
  const [shown] = await posts()
  expect(shown).toMatchObject({ id: body.post_id, kind: 'photo', text: 'A photo' })
  expect(shown?.media).toMatchObject([
    { sha256: sha256(bytes), contentType: 'image/jpeg', sizeBytes: bytes.length, altText: 'Blue' },
  ])
  const copy = await fetch(sandbox.url + shown?.media[0]?.url)
  expect(sha256(Buffer.from(await copy.arrayBuffer()))).toBe(sha256(bytes))
  const [, request] = media.requests
  expect(request?.headers).not.toHaveProperty('cookie')
})

test('a photo can be sent as a file, and fields can be read after the write', async () => {
  const form = new FormData()
  form.set('access_token', access_token)
  form.set('caption', 'File')
  form.set('source', new Blob([new Uint8Array(await makeJpeg({ width: 300, height: 300 }))]), 'x.jpg')
  const { body } = await readAnswer(
    await fetch(`${sandbox.url}/graph/v25.0/${records}/photos?fields=permalink_url`, { method: 'POST', body: form }),
  )
  expect(body.permalink_url).toContain('/photo/?fbid=')
  expect(await posts()).toMatchObject([{ kind: 'photo', text: 'File' }])
})

test('several unpublished photos become one post in order, and none can be used twice', async () => {
  const colors = ['red', 'green', 'blue']
  const files = await Promise.all(colors.map((color) => makeJpeg({ width: 400, height: 400, color })))
  const ids: string[] = []
  for (const [index, file] of files.entries()) {
    const { body } = await post('photos', { url: media.serve(`/${index}.jpg`, file), published: false })
    expect(Object.keys(body)).toEqual(['id'])
    ids.push(String(body.id))
  }
  expect(await posts()).toEqual([])
  const form = new URLSearchParams({ access_token, message: 'Three' })
  for (const [index, id] of ids.entries()) form.set(`attached_media[${index}]`, JSON.stringify({ media_fbid: id }))
  const { status, body } = await readAnswer(
    await fetch(`${sandbox.url}/graph/v25.0/${records}/feed`, { method: 'POST', body: form }),
  )
  expect(status).toBe(200)
  const [shown] = await posts()
  expect(shown?.media.map((photo) => photo.sha256)).toEqual(files.map(sha256))
  const attached = await get(`/${body.id}`, { fields: 'attachments{media_type,subattachments}' })
  expect(attached.body.attachments).toMatchObject({ data: [{ media_type: 'album', subattachments: { data: [{}, {}, {}] } }] })
  const twice = await post('feed', { message: 'Twice', attached_media: [{ media_fbid: ids[0] }] })
  expect(twice.body.error).toMatchObject({ code: 100, error_subcode: 1366051 })
})

test('an unpublished photo is deleted after a day', async () => {
  const { body } = await post('photos', {
    url: media.serve('/p.jpg', await makeJpeg({ width: 400, height: 400 })),
    published: false,
  })
  await advance(sandbox, 86_400_000)
  expect((await post('feed', { attached_media: [{ media_fbid: body.id }] })).body.error).toMatchObject({
    code: 100,
    error_subcode: 1366051,
  })
  expect((await get(`/${body.id}`)).body.error).toMatchObject({ code: 100, error_subcode: 33 })
})

test('photos are checked by their bytes', async () => {
  const jpeg = await makeJpeg({ width: 400, height: 400 })
  const error = async (body: Buffer | string, more = {}) =>
    (await post('photos', { url: media.serve('/x.jpg', body, more) })).body.error
  expect(await error('<!doctype html><p>Log in', { type: 'image/jpeg' })).toMatchObject({ code: 324 })
  expect(await error(await makeImage({ width: 40, height: 40, format: 'webp' }))).toMatchObject({ code: 324 })
  expect(await error(jpeg.subarray(0, jpeg.length / 2))).toMatchObject({ code: 324 })
  expect(await error(jpeg, { status: 403 })).toMatchObject({ code: 324 })
  expect(await error(jpeg, { status: 302, headers: { location: media.serve('/real.jpg', jpeg) } })).toMatchObject({ code: 324 })
  expect(await error(await makeJpeg({ width: 400, height: 400, padBytes: 10_000_000 }))).toMatchObject({
    code: 324,
    error_subcode: 1366046,
  })
  media.serve('/robots.txt', 'User-agent: *\nDisallow: /x', { type: 'text/plain' })
  expect(await error(jpeg)).toMatchObject({ code: 324 })
  expect(await posts()).toEqual([])
})

test('private addresses are refused when the sandbox is configured to be as strict as the platform', async () => {
  await control(sandbox, 'PATCH', '/settings', { allowPrivateHosts: false })
  const { body } = await post('photos', { url: media.serve('/p.jpg', await makeJpeg({ width: 400, height: 400 })) })
  expect(body.error).toMatchObject({ code: 324 })
  expect(media.requests).toEqual([])
})

test('publishing needs the Page token, both permissions and the task', async () => {
  const user = await login(sandbox)
  expect((await post('feed', { message: 'x', access_token: user })).body.error).toMatchObject({ code: 210 })
  const noTask = await pageToken(sandbox, user, archive)
  expect((await graph(sandbox, 'POST', `/${archive}/feed`, { message: 'x', access_token: noTask })).body.error).toMatchObject({
    code: 200,
  })
  const ofCafe = await pageToken(sandbox, user, cafe)
  expect((await post('feed', { message: 'x', access_token: ofCafe })).body.error).toMatchObject({ code: 100, error_subcode: 33 })
  await graph(sandbox, 'DELETE', '/me/permissions/pages_manage_posts', { access_token: user })
  const refused = await post('feed', { message: 'x' })
  expect(refused.status).toBe(403)
  expect(refused.body.error).toMatchObject({ code: 200 })
  const weak = await login(sandbox, { scopes: allScopes.filter((scope) => scope !== 'pages_show_list') })
  expect((await graph(sandbox, 'GET', '/me/accounts', { access_token: weak })).status).toBe(200)
})

test('a scheduled post is published at its time', async () => {
  const at = async (aheadSec: number) => {
    const { nowMs } = await control<{ nowMs: number }>(sandbox, 'GET', '/clock')
    return post('feed', { message: 'Later', published: false, scheduled_publish_time: Math.floor(nowMs / 1000) + aheadSec })
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
  const since = Math.floor((await control<{ nowMs: number }>(sandbox, 'GET', '/clock')).nowMs / 1000) - 60
  expect((await get(`/${records}/published_posts`, { since })).body.data).toEqual([])
  expect((await get(`/${body.id}`)).status).toBe(200)
  await advance(sandbox, 30_000)
  expect((await get(`/${records}/published_posts`, { since })).body.data).toHaveLength(1)
  expect((await get(`/${records}/published_posts`, { since: since + 120 })).body.data).toEqual([])
})

test('reactions and comments can be counted, and the Page can comment', async () => {
  const { body } = await post('feed', { message: 'Talk' })
  expect((await graph(sandbox, 'POST', `/${body.id}/comments`, { access_token, message: 'First' })).body.id).toMatch(/_/)
  const withFields = await graph(sandbox, 'POST', `/${body.id}/comments`, { access_token, message: 'Second', fields: 'id' })
  expect(withFields.body).toEqual({ id: expect.stringMatching(/_/) })
  await control(sandbox, 'PATCH', '/settings', { facebookCommentFields: false })
  const refused = await graph(sandbox, 'POST', `/${body.id}/comments`, { access_token, message: 'Third', fields: 'id' })
  expect(refused.body.error).toMatchObject({ code: 20, error_subcode: 1772107 })
  const counted = await get(`/${body.id}`, { fields: 'shares,comments.limit(0).summary(true),reactions.limit(0).summary(true)' })
  expect(counted.body).toMatchObject({
    comments: { data: [], summary: { total_count: 3 } },
    reactions: { summary: { total_count: 0 } },
  })
  expect(counted.body).not.toHaveProperty('shares')
})
