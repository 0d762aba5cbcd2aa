import { createHash } from 'node:crypto'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import { makeVideo } from '../../local/media/media-files.ts'
import type { LedgerPost } from '../../local/sandbox/ledger.ts'
import type { Sandbox } from '../../local/sandbox/server.ts'
import {
  type Answer,
  advance,
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
const posts = () =>
  control<LedgerPost[]>(sandbox, 'GET', `/ledger/posts?platform=facebook&account=${records}`)
const sha256 = (bytes: Buffer) => createHash('sha256').update(bytes).digest('hex')

test('a video from a URL is processed, then published; its permalink is relative and its post_id bare', async () => {
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
    status: {
      video_status: 'ready',
      publishing_phase: { status: 'complete', publish_status: 'published' },
    },
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
  expect((await get(`/${records}/videos`, { fields: 'id,description' })).body.data).toMatchObject([
    { id: body.id },
  ])
  expect((await get(`/${records}/published_posts`)).body.data).toHaveLength(1)
})

test('a video that cannot be fetched or is tiny fails at once, a broken one in its status', async () => {
  expect((await post('videos', { file_url: `${media.url}/none.mp4` })).body.error).toMatchObject({
    code: 389,
  })
  expect(
    (await post('videos', { file_url: media.serve('/t.mp4', 'tiny') })).body.error,
  ).toMatchObject({ code: 382 })
  const { body } = await post('videos', {
    file_url: media.serve('/b.mp4', 'x'.repeat(5_000), { type: 'video/mp4' }),
  })
  await advance(sandbox, 5_000)
  expect((await get(`/${body.id}`, { fields: 'status' })).body.status).toMatchObject({
    video_status: 'error',
    processing_phase: { status: 'error', errors: [{ code: 1363024 }] },
  })
  expect(await posts()).toEqual([])
})

test('a video sent in chunks arrives complete', async () => {
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
    return readAnswer(
      await fetch(`${sandbox.url}/graph-video/v25.0/${records}/videos`, {
        method: 'POST',
        body: form,
      }),
    )
  }
  expect((await send(5, 10)).body.error).toMatchObject({ code: 6001 })
  expect(
    (await post('videos', { upload_phase: 'finish', upload_session_id })).body.error,
  ).toMatchObject({ code: 6000 })
  while (offsets.start_offset !== offsets.end_offset) {
    const { body } = await send(Number(offsets.start_offset), Number(offsets.end_offset))
    offsets = body as typeof offsets
  }
  expect(
    (await post('videos', { upload_phase: 'finish', upload_session_id, description: 'Chunks' }))
      .body,
  ).toEqual({
    success: true,
  })
  await advance(sandbox, 5_000)
  expect((await get(`/${video_id}`, { fields: 'published' })).body.published).toBe(true)
  expect(await posts()).toMatchObject([
    { kind: 'video', text: 'Chunks', media: [{ sha256: sha256(bytes) }] },
  ])
  const endpoints = (
    await control<{ endpoint: string }[]>(sandbox, 'GET', '/ledger/calls?platform=facebook')
  ).map((call) => call.endpoint)
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

test('a reel: start, bytes or a URL, finish, and then it is published without another call', async () => {
  const bytes = await makeVideo({ width: 1080, height: 1920, durationMs: 4_000 })
  const hosted = await startReel()
  expect(hosted.uploadUrl).toBe(`${sandbox.url}/rupload/video-upload/v25.0/${hosted.videoId}`)
  expect(
    (
      await upload(hosted.uploadUrl, {
        file_url: media.serve('/r.mp4', bytes, { type: 'video/mp4' }),
      })
    ).body,
  ).toEqual({
    success: true,
  })
  const sent = await startReel()
  const wrong = await upload(
    sent.uploadUrl,
    { offset: '7', file_size: String(bytes.length) },
    bytes,
  )
  expect(wrong.body.debug_info).toMatchObject({ type: 'OffsetInvalidError', retriable: true })
  const part = await upload(
    sent.uploadUrl,
    { offset: '0', file_size: String(bytes.length) },
    bytes.subarray(0, 100),
  )
  expect(part.body.debug_info).toMatchObject({ type: 'PartialRequestError' })
  expect(
    (
      await upload(
        sent.uploadUrl,
        { offset: '100', file_size: String(bytes.length) },
        bytes.subarray(100),
      )
    ).body,
  ).toEqual({
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
  expect((await get(`/${sent.videoId}`, { fields: 'permalink_url' })).body.permalink_url).toBe(
    `/reel/${sent.videoId}/`,
  )
})

test('a reel that breaks a rule is accepted first and fails in its status', async () => {
  const rules = [
    { code: 1363040, width: 960, height: 960, durationMs: 4_000 },
    { code: 1363127, width: 270, height: 480, durationMs: 4_000 },
    { code: 1363128, width: 1080, height: 1920, durationMs: 1_000 },
    { code: 1363129, width: 1080, height: 1920, durationMs: 4_000, fps: 15 },
  ]
  for (const { code, ...size } of rules) {
    const { videoId, uploadUrl } = await startReel()
    await upload(uploadUrl, {
      file_url: media.serve('/r.mp4', await makeVideo(size), { type: 'video/mp4' }),
    })
    expect(
      (
        await post('video_reels', {
          upload_phase: 'finish',
          video_id: videoId,
          video_state: 'PUBLISHED',
        })
      ).body,
    ).toEqual({
      success: true,
    })
    await advance(sandbox, 5_000)
    const { body } = await get(`/${videoId}`, { fields: 'status' })
    expect(body.status).toMatchObject({
      video_status: 'error',
      processing_phase: { errors: [{ code }] },
    })
  }
  expect(await posts()).toEqual([])
})

test('a reel without its bytes cannot be finished, and there is a daily limit', async () => {
  const { videoId, uploadUrl } = await startReel()
  const finish = (id: string) =>
    post('video_reels', { upload_phase: 'finish', video_id: id, video_state: 'PUBLISHED' })
  expect((await finish(videoId)).body.error).toMatchObject({ code: 6000 })
  await control(sandbox, 'PATCH', '/settings', { reelsPerDay: 1 })
  const file_url = media.serve(
    '/r.mp4',
    await makeVideo({ width: 1080, height: 1920, durationMs: 4_000 }),
    { type: 'video/mp4' },
  )
  await upload(uploadUrl, { file_url })
  expect((await finish(videoId)).status).toBe(200)
  const second = await startReel()
  await upload(second.uploadUrl, { file_url })
  expect((await finish(second.videoId)).body.error).toMatchObject({ code: 341 })
})
