import { createHash } from 'node:crypto'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { makeVideo } from '../../local/media/media-files.ts'
import { startServer, startTikTok, type TikTokCast, until } from './tiktok-cast.ts'
import { inOneChunk, postInfo, put, putAll, uploadsOf } from './tiktok-uploads.ts'

let tiktok: TikTokCast
let video: Buffer
let slow: Buffer
let access = ''
const { init, status, settled } = uploadsOf(() => ({ tiktok, access }))
beforeAll(async () => {
  tiktok = await startTikTok()
  video = await makeVideo({ width: 720, height: 1280, durationMs: 2_000 })
  slow = await makeVideo({ width: 720, height: 1280, durationMs: 2_000, fps: 15 })
})
afterAll(() => tiktok.close())
beforeEach(async () => {
  await tiktok.reset()
  access = (await tiktok.login()).access_token ?? ''
})

describe('a public video that is uploaded', () => {
  test('is posted byte for byte, gets a public id as a raw integer, and is in list, query and on its page', async () => {
    const { data } = await init(inOneChunk(video.length))
    expect(data.publish_id).toMatch(/^v_pub_file~v2-1\.\d{19}$/)
    expect(data.upload_url.length).toBeLessThanOrEqual(256)
    expect((await status(data.publish_id)).data).toMatchObject({
      status: 'PROCESSING_UPLOAD',
      uploaded_bytes: 0,
    })
    expect(await putAll(data.upload_url, video)).toEqual({
      status: 201,
      progress: `bytes 0-${video.length}/${video.length}`,
    })
    const answer = await until(
      () => status(data.publish_id),
      ({ data }) => data.publicaly_available_post_id.length > 0,
    )
    const id = answer.raw.match(/"publicaly_available_post_id":\[(\d{19})\]/)?.[1] ?? ''
    expect(BigInt(id)).toBeGreaterThan(2n ** 53n)
    // Needs the raw text, because a JavaScript number has a different value.
    expect(String(answer.data.publicaly_available_post_id[0])).not.toBe(id)

    const [post] = await tiktok.posts()
    expect(post).toMatchObject({
      id,
      kind: 'video',
      visibility: 'PUBLIC_TO_EVERYONE',
      text: 'New crate #vinyl',
    })
    expect(post?.media[0]?.sha256).toBe(createHash('sha256').update(video).digest('hex'))
    const [chunk] = await tiktok.calls('upload')
    expect(post).toMatchObject({ callId: chunk?.id, commitCallAtMs: chunk?.atMs })

    const list = await tiktok.api(
      access,
      '/v2/video/list/?fields=id,title,duration,width,height,share_url',
      {},
    )
    expect(list.data).toMatchObject({
      videos: [{ id, title: 'New crate #vinyl', duration: 2, width: 720, height: 1280 }],
      has_more: false,
    })
    const permalink = post?.permalink ?? ''
    expect(permalink).toBe(`${tiktok.sandbox.url}/tiktok/@northside.records/video/${id}`)
    expect(list.data.videos[0].share_url).toContain(`${permalink}?`)
    expect(await (await fetch(permalink)).text()).toContain('New crate #vinyl')
    const copy = await fetch(tiktok.sandbox.url + post?.media[0]?.url)
    expect(Buffer.from(await copy.arrayBuffer()).equals(video)).toBe(true)
  })

  test('in several chunks gets 206 until the last, then 201; the bytes are unchanged', async () => {
    const bytes = Buffer.concat([video, Buffer.alloc(12_000_000 - video.length, 7)])
    const { data } = await init({
      source: 'FILE_UPLOAD',
      video_size: bytes.length,
      chunk_size: 5_500_000,
      total_chunk_count: 2,
    })
    const first = await put(
      data.upload_url,
      bytes.subarray(0, 5_500_000),
      'bytes 0-5499999/12000000',
    )
    expect(first).toEqual({ status: 206, progress: 'bytes 0-5500000/12000000' })
    expect((await status(data.publish_id)).data.uploaded_bytes).toBe(5_500_000)
    const last = await put(
      data.upload_url,
      bytes.subarray(5_500_000),
      'bytes 5500000-11999999/12000000',
    )
    expect(last).toEqual({ status: 201, progress: 'bytes 0-12000000/12000000' })
    await settled(data.publish_id)
    const [post] = await tiktok.posts()
    expect(post?.media[0]?.sha256).toBe(createHash('sha256').update(bytes).digest('hex'))
  })

  test('for its owner only never gets an id and is in a separate part of the profile', async () => {
    const { data } = await init(inOneChunk(video.length), postInfo('SELF_ONLY'))
    await putAll(data.upload_url, video)
    const answer = await settled(data.publish_id)
    expect(answer.data).toMatchObject({
      status: 'PUBLISH_COMPLETE',
      publicaly_available_post_id: [],
    })
    const [post] = await tiktok.posts()
    expect(post).toMatchObject({ visibility: 'SELF_ONLY', permalink: null })
    expect((await tiktok.api(access, '/v2/video/list/?fields=id', {})).data.videos).toEqual([])
    const profile = await (await fetch(`${tiktok.sandbox.url}/tiktok/@northside.records`)).text()
    expect(profile.indexOf('New crate')).toBeGreaterThan(
      profile.indexOf('Only visible to the owner'),
    )
  })

  test('is checked late: init and upload succeed, the publish fails with the reason', async () => {
    const { data } = await init(inOneChunk(slow.length))
    expect((await putAll(data.upload_url, slow)).status).toBe(201)
    expect((await settled(data.publish_id)).data).toMatchObject({
      status: 'FAILED',
      fail_reason: 'frame_rate_check_failed',
    })
    const text = Buffer.from('this is no video at all')
    const other = (await init(inOneChunk(text.length))).data
    await putAll(other.upload_url, text)
    expect((await settled(other.publish_id)).data.fail_reason).toBe('file_format_check_failed')
    await tiktok.control('POST', '/accounts/tiktok/northside.records/state', { maxDurationSec: 1 })
    const long = (await init(inOneChunk(video.length))).data
    await putAll(long.upload_url, video)
    expect((await settled(long.publish_id)).data.fail_reason).toBe('duration_check_failed')
    expect(await tiktok.posts()).toEqual([])
  })
})

describe('chunks', () => {
  const twelve = {
    source: 'FILE_UPLOAD',
    video_size: 12_000_000,
    chunk_size: 5_500_000,
    total_chunk_count: 2,
  }
  const chunk = Buffer.alloc(5_500_000)

  test.each([
    ['out of order', 'bytes 5500000-11999999/12000000', 'video/mp4', 416],
    ['another total', 'bytes 0-5499999/12000001', 'video/mp4', 400],
    ['a length that is not the body’s', 'bytes 0-5400000/12000000', 'video/mp4', 400],
    ['no range', 'chunk 1', 'video/mp4', 400],
    ['a wrong content type', 'bytes 0-5499999/12000000', 'application/octet-stream', 400],
  ])('%s is refused and nothing is stored', async (_name, range, contentType, expected) => {
    const { data } = await init(twelve)
    const bytes = range.startsWith('bytes 5500000') ? Buffer.alloc(6_500_000) : chunk
    expect(await put(data.upload_url, bytes, range, contentType)).toEqual({
      status: expected,
      progress: 'bytes 0-0/12000000',
    })
    expect((await status(data.publish_id)).data.uploaded_bytes).toBe(0)
  })

  test('a chunk that was already received returns 416 with the true progress, or 206 when configured', async () => {
    const { data } = await init(twelve)
    const again = () => put(data.upload_url, chunk, 'bytes 0-5499999/12000000')
    expect((await again()).status).toBe(206)
    expect(await again()).toEqual({ status: 416, progress: 'bytes 0-5500000/12000000' })
    await tiktok.set({ tiktokRepeatedChunkStatus: 206 })
    expect(await again()).toEqual({ status: 206, progress: 'bytes 0-5500000/12000000' })
  })

  test('an upload URL is unknown without its token and expires after an hour', async () => {
    const { data } = await init(twelve)
    expect(
      (
        await put(
          data.upload_url.replace(/token=\w+/, 'token=x'),
          chunk,
          'bytes 0-5499999/12000000',
        )
      ).status,
    ).toBe(404)
    await tiktok.advance(3_600_000)
    expect((await put(data.upload_url, chunk, 'bytes 0-5499999/12000000')).status).toBe(403)
  })

  test('after a fault that follows the effect, the client sees 500, the bytes are stored, and the same chunk gets 416', async () => {
    await tiktok.fault({ endpoint: 'upload', when: 'after', kind: 'error', code: 500 })
    const { data } = await init(twelve)
    expect((await put(data.upload_url, chunk, 'bytes 0-5499999/12000000')).status).toBe(500)
    expect((await put(data.upload_url, chunk, 'bytes 0-5499999/12000000')).status).toBe(416)
  })
})

describe('a video pulled from a URL', () => {
  test('is fetched from a verified prefix; a missing file fails late; another prefix is refused at once', async () => {
    const host = await startServer({ '/m/a.mp4': video })
    try {
      await tiktok.set({ tiktokVerifiedPrefixes: [`${host.url}/m/`] })
      const pull = (path: string) => init({ source: 'PULL_FROM_URL', video_url: host.url + path })
      const good = await pull('/m/a.mp4')
      expect(good.data.publish_id).toMatch(/^v_pub_url~v2-1\./)
      expect(good.data).not.toHaveProperty('upload_url')
      expect((await settled(good.data.publish_id)).data).toMatchObject({
        status: 'PUBLISH_COMPLETE',
        downloaded_bytes: video.length,
      })
      const [post] = await tiktok.posts()
      expect(post?.callId).toBe((await tiktok.calls('video/init'))[0]?.id)
      const missing = await pull('/m/none.mp4')
      expect((await settled(missing.data.publish_id)).data.fail_reason).toBe('video_pull_failed')
      expect(await pull('/other/a.mp4')).toMatchObject({
        status: 403,
        code: 'url_ownership_unverified',
      })
      expect(await pull('/m/../other/a.mp4')).toMatchObject({
        status: 403,
        code: 'url_ownership_unverified',
      })
    } finally {
      await host.close()
    }
  })

  test('can be canceled while it downloads, but not afterwards', async () => {
    await tiktok.set({ tiktokVerifiedPrefixes: ['http://127.0.0.1:9/'], tiktokPullDelayMs: 60_000 })
    const { data } = await init({ source: 'PULL_FROM_URL', video_url: 'http://127.0.0.1:9/a.mp4' })
    const cancel = () =>
      tiktok.api(access, '/v2/post/publish/cancel/', { publish_id: data.publish_id })
    expect(await cancel()).toMatchObject({ status: 200, code: 'ok' })
    expect((await status(data.publish_id)).data).toMatchObject({
      status: 'FAILED',
      fail_reason: 'publish_cancelled',
    })
    expect(await cancel()).toMatchObject({ status: 400, code: 'publish_not_cancellable' })
  })
})

test.each([
  [500, 500],
  [60_000, 0],
  [undefined, 0],
])('a cover requested at %s ms is the frame at %s ms', async (asked, kept) => {
  const path = '/v2/post/publish/video/init/'
  const info = { privacy_level: 'PUBLIC_TO_EVERYONE', video_cover_timestamp_ms: asked }
  const { data } = await tiktok.api(access, path, {
    post_info: info,
    source_info: inOneChunk(video.length),
  })
  await putAll(data.upload_url, video)
  await settled(data.publish_id)
  expect(await tiktok.posts()).toMatchObject([{ settings: { coverMs: kept } }])
})

test('a publish can fail for a reason that has nothing to do with the file', async () => {
  await tiktok.set({ tiktokFailReason: 'spam_risk_text' })
  const { data } = await init(inOneChunk(video.length))
  await putAll(data.upload_url, video)
  expect((await settled(data.publish_id)).data).toMatchObject({
    status: 'FAILED',
    fail_reason: 'spam_risk_text',
  })
  expect(await tiktok.posts()).toEqual([])
})

test('status: other people’s and unknown publish ids, and reported quirks by setting', async () => {
  await tiktok.set({ tiktokTokenProfile: 'older' }) // a day passes, and nothing renews the token
  access = (await tiktok.login()).access_token ?? ''
  const { data } = await init(inOneChunk(video.length))
  const other = (await tiktok.login('southside.club')).access_token ?? ''
  expect(await status(data.publish_id, other)).toMatchObject({
    status: 400,
    code: 'token_not_authorized_for_specified_publish_id',
  })
  expect(await status('v_pub_file~v2-1.1')).toMatchObject({
    status: 400,
    code: 'invalid_publish_id',
  })
  await tiktok.set({ tiktokUnknownPublishIdMs: 5_000 })
  expect(await status(data.publish_id)).toMatchObject({ status: 400, code: 'invalid_publish_id' })
  await tiktok.advance(5_000)
  expect((await status(data.publish_id)).code).toBe('ok')
  await tiktok.set({ tiktokEndlessProcessing: true })
  await putAll(data.upload_url, video)
  await tiktok.advance(86_000_000)
  expect((await status(data.publish_id)).data.status).toBe('PROCESSING_UPLOAD')
})
