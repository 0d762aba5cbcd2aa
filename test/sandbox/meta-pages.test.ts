import { createHash } from 'node:crypto'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import type { LedgerPost } from '../../local/sandbox/ledger.ts'
import type { Sandbox } from '../../local/sandbox/server.ts'
import { makeImage, makeJpeg, makeVideo } from '../support/media-files.ts'
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

test('a text post exists, is listed, can be seen by a visitor, edited and deleted', async () => {
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

test('the ledger says when the irreversible call arrived and when the post existed, in real time', async () => {
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

test('a link is read by the crawler when it can be reached from here', async () => {
  const link = media.serve('/article', '<!doctype html><title>Article</title>', { type: 'text/html' })
  expect((await post('feed', { message: 'Read', link })).status).toBe(200)
  expect(media.requests.at(-1)?.headers['user-agent']).toMatch(/^facebookexternalhit\/1\.1/)
  expect((await post('feed', { message: 'Broken', link: `${media.url}/gone` })).body.error).toMatchObject({ code: 1609005 })
  expect((await post('feed', { message: 'Outside', link: 'https://example.com/a' })).status).toBe(200)
})

test('a photo post: id is the photo, post_id the post, and the bytes are those that were served', async () => {
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

test('a photo may come as a file, and fields may be read after the write', async () => {
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

test('several photos wait unpublished, then become one post in their order; none can be used twice', async () => {
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

test('an unpublished photo is gone after a day', async () => {
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

test('photos are judged by their bytes', async () => {
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

test('private addresses are refused when the sandbox is told to be as strict as the platform', async () => {
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

test('a scheduled post comes out at its time', async () => {
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

test('a video by address is processed, then published; its permalink is relative and post_id bare', async () => {
  const bytes = await makeVideo({ width: 640, height: 360, durationMs: 2_000 })
  const url = media.serve('/v.mp4', bytes, { type: 'video/mp4' })
  const { body } = await post('videos', { file_url: url, description: 'A film', title: 'Film' })
  const fields = 'status,published,post_id,permalink_url'
  const early = await get(`/${body.id}`, { fields })
  expect(early.body).toMatchObject({
    published: false,
    status: { video_status: 'processing', publishing_phase: { status: 'not_started' } },
  })
  expect(early.body).not.toHaveProperty('post_id')
  expect(await posts()).toEqual([])
  await advance(sandbox, 5_000)
  const { body: done } = await get(`/${body.id}`, { fields })
  expect(done).toMatchObject({
    published: true,
    permalink_url: `/${records}/videos/${body.id}/`,
    status: { video_status: 'ready', publishing_phase: { status: 'complete', publish_status: 'published' } },
  })
  expect(done.post_id).toMatch(/^\d+$/)
  const [shown] = await posts()
  expect(shown).toMatchObject({
    id: `${records}_${done.post_id}`,
    kind: 'video',
    text: 'A film',
    media: [{ sha256: sha256(bytes) }],
  })
  expect((await fetch(`${sandbox.url}/facebook${done.permalink_url}`)).status).toBe(200)
  expect((await get(`/${records}/videos`, { fields: 'id,description' })).body.data).toMatchObject([{ id: body.id }])
  expect((await get(`/${records}/published_posts`)).body.data).toHaveLength(1)
})

test('a video that cannot be fetched or is tiny fails at once, a broken one in its status', async () => {
  expect((await post('videos', { file_url: `${media.url}/none.mp4` })).body.error).toMatchObject({ code: 389 })
  expect((await post('videos', { file_url: media.serve('/t.mp4', 'tiny') })).body.error).toMatchObject({ code: 382 })
  const { body } = await post('videos', { file_url: media.serve('/b.mp4', 'x'.repeat(5_000), { type: 'video/mp4' }) })
  await advance(sandbox, 5_000)
  expect((await get(`/${body.id}`, { fields: 'status' })).body.status).toMatchObject({
    video_status: 'error',
    processing_phase: { status: 'error', errors: [{ code: 1363024 }] },
  })
  expect(await posts()).toEqual([])
})

test('a video in chunks arrives whole', async () => {
  const bytes = await makeVideo({ width: 640, height: 360, durationMs: 1_500, padBytes: 2_500_000 })
  const started = await post('videos', { upload_phase: 'start', file_size: bytes.length })
  expect(started.body).toMatchObject({ start_offset: '0', end_offset: '1048576' })
  const { upload_session_id, video_id } = started.body as Record<string, string>
  let offsets = started.body as { start_offset: string; end_offset: string }
  const send = async (start: number, end: number) => {
    const form = new FormData()
    for (const [name, value] of Object.entries({
      access_token,
      upload_phase: 'transfer',
      upload_session_id,
      start_offset: String(start),
    }))
      form.set(name, String(value))
    form.set('video_file_chunk', new Blob([new Uint8Array(bytes.subarray(start, end))]), 'chunk')
    return readAnswer(await fetch(`${sandbox.url}/graph-video/v25.0/${records}/videos`, { method: 'POST', body: form }))
  }
  expect((await send(5, 10)).body.error).toMatchObject({ code: 6001 })
  expect((await post('videos', { upload_phase: 'finish', upload_session_id })).body.error).toMatchObject({ code: 6000 })
  while (offsets.start_offset !== offsets.end_offset) {
    const { body } = await send(Number(offsets.start_offset), Number(offsets.end_offset))
    offsets = body as typeof offsets
  }
  expect((await post('videos', { upload_phase: 'finish', upload_session_id, description: 'Chunks' })).body).toEqual({
    success: true,
  })
  await advance(sandbox, 5_000)
  expect((await get(`/${video_id}`, { fields: 'published' })).body.published).toBe(true)
  expect(await posts()).toMatchObject([{ kind: 'video', text: 'Chunks', media: [{ sha256: sha256(bytes) }] }])
  const endpoints = (await control<{ endpoint: string }[]>(sandbox, 'GET', '/ledger/calls?platform=facebook')).map(
    (call) => call.endpoint,
  )
  expect(endpoints.slice(0, 3)).toEqual(['page.read', 'videos.start', 'videos.transfer'])
  expect(endpoints.filter((endpoint) => endpoint === 'videos.transfer')).toHaveLength(4)
})

async function startReel() {
  const { body } = await post('video_reels', { upload_phase: 'start' })
  return { videoId: String(body.video_id), uploadUrl: String(body.upload_url) }
}
const upload = async (url: string, headers: Record<string, string>, bytes?: Buffer) =>
  readAnswer(
    await fetch(url, {
      method: 'POST',
      headers: { authorization: `OAuth ${access_token}`, ...headers },
      body: bytes ? new Uint8Array(bytes) : undefined,
    }),
  )

test('a reel: start, bytes or an address, finish, and then it comes out by itself', async () => {
  const bytes = await makeVideo({ width: 1080, height: 1920, durationMs: 4_000 })
  const hosted = await startReel()
  expect(hosted.uploadUrl).toBe(`${sandbox.url}/rupload/video-upload/v25.0/${hosted.videoId}`)
  expect((await upload(hosted.uploadUrl, { file_url: media.serve('/r.mp4', bytes, { type: 'video/mp4' }) })).body).toEqual({
    success: true,
  })
  const sent = await startReel()
  const wrong = await upload(sent.uploadUrl, { offset: '7', file_size: String(bytes.length) }, bytes)
  expect(wrong.body.debug_info).toMatchObject({ type: 'OffsetInvalidError', retriable: true })
  const part = await upload(sent.uploadUrl, { offset: '0', file_size: String(bytes.length) }, bytes.subarray(0, 100))
  expect(part.body.debug_info).toMatchObject({ type: 'PartialRequestError' })
  expect((await upload(sent.uploadUrl, { offset: '100', file_size: String(bytes.length) }, bytes.subarray(100))).body).toEqual({
    success: true,
  })
  for (const { videoId } of [hosted, sent]) {
    const done = await post('video_reels', {
      upload_phase: 'finish',
      video_id: videoId,
      video_state: 'PUBLISHED',
      description: 'Reel',
    })
    expect(done.body).toEqual({ success: true })
  }
  expect(await posts()).toEqual([])
  await advance(sandbox, 5_000)
  expect(await posts()).toMatchObject([
    { kind: 'reel', media: [{ sha256: sha256(bytes) }] },
    { kind: 'reel', text: 'Reel' },
  ])
  expect((await get(`/${records}/published_posts`)).body.data).toEqual([])
  expect((await get(`/${records}/video_reels`)).body.data).toHaveLength(2)
  expect((await get(`/${sent.videoId}`, { fields: 'permalink_url' })).body.permalink_url).toBe(`/reel/${sent.videoId}/`)
})

test('a reel that breaks a rule is acknowledged and fails in its status', async () => {
  const rules = [
    { code: 1363040, width: 960, height: 960, durationMs: 4_000 },
    { code: 1363127, width: 270, height: 480, durationMs: 4_000 },
    { code: 1363128, width: 1080, height: 1920, durationMs: 1_000 },
    { code: 1363129, width: 1080, height: 1920, durationMs: 4_000, fps: 15 },
  ]
  for (const { code, ...size } of rules) {
    const { videoId, uploadUrl } = await startReel()
    await upload(uploadUrl, { file_url: media.serve('/r.mp4', await makeVideo(size), { type: 'video/mp4' }) })
    expect((await post('video_reels', { upload_phase: 'finish', video_id: videoId, video_state: 'PUBLISHED' })).body).toEqual({
      success: true,
    })
    await advance(sandbox, 5_000)
    const { body } = await get(`/${videoId}`, { fields: 'status' })
    expect(body.status).toMatchObject({ video_status: 'error', processing_phase: { errors: [{ code }] } })
  }
  expect(await posts()).toEqual([])
})

test('a reel without its bytes cannot be finished, and there is a limit for a day', async () => {
  const { videoId, uploadUrl } = await startReel()
  const finish = (id: string) => post('video_reels', { upload_phase: 'finish', video_id: id, video_state: 'PUBLISHED' })
  expect((await finish(videoId)).body.error).toMatchObject({ code: 6000 })
  await control(sandbox, 'PATCH', '/settings', { reelsPerDay: 1 })
  const file_url = media.serve('/r.mp4', await makeVideo({ width: 1080, height: 1920, durationMs: 4_000 }), { type: 'video/mp4' })
  await upload(uploadUrl, { file_url })
  expect((await finish(videoId)).status).toBe(200)
  const second = await startReel()
  await upload(second.uploadUrl, { file_url })
  expect((await finish(second.videoId)).body.error).toMatchObject({ code: 341 })
})

test('lists lag behind when told to, and honour since', async () => {
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
  expect(withFields.body.error).toMatchObject({ code: 20, error_subcode: 1772107 })
  const counted = await get(`/${body.id}`, { fields: 'shares,comments.limit(0).summary(true),reactions.limit(0).summary(true)' })
  expect(counted.body).toMatchObject({
    comments: { data: [], summary: { total_count: 2 } },
    reactions: { summary: { total_count: 0 } },
  })
  expect(counted.body).not.toHaveProperty('shares')
})
