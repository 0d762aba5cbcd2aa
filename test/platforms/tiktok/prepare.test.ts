import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { createTiktok } from '../../../platforms/tiktok/index.ts'
import {
  chosen,
  creatorInfo,
  ok,
  paths,
  photo,
  publication,
  refusal,
  type Script,
  startScript,
  status,
  video,
} from './script.ts'

let script: Script
const publisher = (videoSource: 'FILE_UPLOAD' | 'PULL_FROM_URL' = 'FILE_UPLOAD') =>
  createTiktok({ clientKey: 'k', clientSecret: 's', apiUrl: script.url, videoSource }).publish
const initAnswer = (id = 'v_pub_file~v2-1.7600000000000000001') =>
  ok(`{"publish_id":"${id}","upload_url":"${script.url}/video/?upload_id=1&upload_token=SECRET"}`)
const bodyOf = (path: string, at = 0) => JSON.parse(script.callsOf(path)[at]?.body.toString() ?? '')
const ranges = () => script.callsOf(paths.upload).map((call) => call.headers['content-range'])

beforeEach(async () => {
  script = await startScript()
})
afterEach(() => script.close())

describe('checking with TikTok again before anything is sent', () => {
  test('promise D7: makes no calls without consent', async () => {
    const work = publication({ settings: { ...chosen, consent_at: '' } })
    await expect(publisher().prepare(work)).rejects.toMatchObject({
      problem: { kind: 'rejected', code: 'consent_missing' },
    })
    expect(script.calls).toEqual([])
  })
  test('stops the post for a person when a choice is no longer offered', async () => {
    script.answer(paths.creator, creatorInfo, creatorInfo)
    const privacy = publication({ settings: { ...chosen, privacy_level: 'FOLLOWER_OF_CREATOR' } })
    await expect(publisher().prepare(privacy)).rejects.toMatchObject({
      problem: { kind: 'rejected', code: 'privacy_not_offered' },
    })
    const stitch = publication({ settings: { ...chosen, allow_stitch: true } })
    await expect(publisher().prepare(stitch)).rejects.toMatchObject({
      problem: { kind: 'rejected', code: 'stitch_off' },
    })
    expect(script.callsOf(paths.videoInit)).toEqual([])
  })
  test('stops the post when the video is now too long', async () => {
    script.answer(paths.creator, creatorInfo)
    const work = publication({ media: [{ ...video(1000), durationMs: 600_001 }] })
    await expect(publisher().prepare(work)).rejects.toMatchObject({ problem: { code: 'duration' } })
  })
  test('treats a cap with HTTP 200 as a refusal', async () => {
    script.answer(paths.creator, refusal(200, 'spam_risk_too_many_posts'))
    await expect(publisher().prepare(publication({}))).rejects.toMatchObject({
      problem: { kind: 'rejected', traceId: '20260911LOG' },
    })
  })
})

describe('a video that we upload', () => {
  test('in one chunk: sends the init ahead but no bytes', async () => {
    script.answer(paths.creator, creatorInfo)
    script.answer(paths.videoInit, initAnswer())
    const settings = { ...chosen, cover_second: '1.5', disclose: true, your_brand: true }
    const work = publication({ settings })
    expect(await publisher().prepare(work)).toEqual({ ready: true })
    expect(bodyOf(paths.videoInit)).toEqual({
      post_info: {
        title: 'New crate #vinyl',
        privacy_level: 'PUBLIC_TO_EVERYONE',
        disable_duet: true,
        disable_comment: false,
        disable_stitch: true,
        video_cover_timestamp_ms: 1500,
        brand_content_toggle: false,
        brand_organic_toggle: true,
        is_aigc: false,
      },
      source_info: {
        source: 'FILE_UPLOAD',
        video_size: 4_194_304,
        chunk_size: 4_194_304,
        total_chunk_count: 1,
      },
    })
    expect(ranges()).toEqual([])
    expect(work.handles).toMatchObject({
      publishId: 'v_pub_file~v2-1.7600000000000000001',
      nextByte: 0,
    })
    expect(work.left).toBe(0)
  })
  test('promise S3: the upload URL is stored only sealed', async () => {
    script.answer(paths.creator, creatorInfo)
    script.answer(paths.videoInit, initAnswer())
    const work = publication({})
    await publisher().prepare(work)
    expect(JSON.stringify(work.saved)).not.toContain('upload_token')
  })
  test('sends no bytes to an upload address outside TikTok, and the post is refused', async () => {
    const elsewhere = [
      'http://127.0.0.1:1/video/',
      'https://tiktokapis.com.example/video/',
      'http://open-upload.tiktokapis.com/',
      'not an address',
    ]
    for (const url of [
      ...elsewhere,
      'https://tiktokapis.com@evil.example/',
      'https://user:pw@open-upload.tiktokapis.com/',
    ]) {
      script.answer(paths.creator, creatorInfo)
      script.answer(paths.videoInit, ok(JSON.stringify({ publish_id: 'v1', upload_url: url })))
      const work = publication({})
      await expect(publisher().prepare(work)).rejects.toMatchObject({
        problem: { kind: 'rejected', code: 'upload_address' },
      })
      expect(JSON.stringify(work.saved)).not.toContain('sealedUploadUrl')
    }
    expect(ranges()).toEqual([])
  })
  test('in many chunks: sends all but the last, saving after each', async () => {
    script.answer(paths.creator, creatorInfo)
    script.answer(paths.videoInit, initAnswer())
    script.answer(paths.upload, ...Array.from({ length: 5 }, () => ({ status: 206 })))
    const work = publication({ media: [video(64_000_001)] })
    expect(await publisher().prepare(work)).toEqual({ ready: true })
    expect(ranges()).toEqual([
      'bytes 0-9999999/64000001',
      'bytes 10000000-19999999/64000001',
      'bytes 20000000-29999999/64000001',
      'bytes 30000000-39999999/64000001',
      'bytes 40000000-49999999/64000001',
    ])
    expect(work.saved.map((handles) => handles.nextByte)).toEqual([0, 10e6, 20e6, 30e6, 40e6, 50e6])
    expect(
      script
        .callsOf(paths.upload)
        .map((call) => [
          call.body.length,
          call.headers['content-length'],
          call.headers['content-type'],
        ])[4],
    ).toEqual([10_000_000, '10000000', 'video/mp4'])
  })
  test('resumes at the saved byte after an interruption, without a new init', async () => {
    script.answer(paths.creator, creatorInfo, creatorInfo)
    script.answer(paths.videoInit, initAnswer())
    script.answer(
      paths.upload,
      { status: 206 },
      { drop: true },
      { status: 206 },
      { status: 206 },
      { status: 206 },
      { status: 206 },
    )
    const work = publication({ media: [video(64_000_001)] })
    await expect(publisher().prepare(work)).rejects.toMatchObject({ kind: 'unavailable' })
    expect(await publisher().prepare(work)).toEqual({ ready: true })
    expect(script.callsOf(paths.videoInit)).toHaveLength(1)
    expect(ranges()[1]).toBe(ranges()[2])
    expect(work.handles.nextByte).toBe(50_000_000)
  })
  test('sends the same chunk again after a gateway error, and continues where TikTok is after a range mismatch', async () => {
    script.answer(paths.creator, creatorInfo, creatorInfo)
    script.answer(paths.videoInit, initAnswer())
    const progress = { status: 416, headers: { 'content-range': 'bytes 0-39999999/64000001' } }
    script.answer(paths.upload, { status: 502 }, progress, { status: 206 })
    const work = publication({ media: [video(64_000_001)] })
    await expect(publisher().prepare(work)).rejects.toMatchObject({
      problem: { kind: 'unavailable', code: 'upload_502' },
    })
    expect(await publisher().prepare(work)).toEqual({ ready: true })
    expect(ranges()).toEqual([
      'bytes 0-9999999/64000001',
      'bytes 0-9999999/64000001',
      'bytes 40000000-49999999/64000001',
    ])
  })
  test('reports progress during a long upload and continues', async () => {
    script.answer(paths.creator, creatorInfo)
    script.answer(paths.videoInit, initAnswer())
    script.answer(paths.upload, { status: 206 }, { status: 206 })
    const now = () => 1_760_000_000_000 + script.callsOf(paths.upload).length * 15_000
    const work = publication({ media: [video(64_000_001)], now })
    expect(await publisher().prepare(work)).toEqual({
      ready: false,
      againInMs: 100,
      waitingFor: 'Uploading to TikTok: 20 of 65 MB sent.',
    })
  })
  test('starts a new upload after TikTok drops the old one', async () => {
    script.answer(paths.creator, creatorInfo, creatorInfo)
    script.answer(paths.videoInit, initAnswer('v_pub_file~v2-1.1'), initAnswer('v_pub_file~v2-1.2'))
    script.answer(
      paths.upload,
      { status: 403 },
      ...Array.from({ length: 5 }, () => ({ status: 206 })),
    )
    const work = publication({ media: [video(64_000_001)] })
    expect(await publisher().prepare(work)).toMatchObject({ ready: false })
    expect(await publisher().prepare(work)).toEqual({ ready: true })
    expect(work.handles.publishId).toBe('v_pub_file~v2-1.2')
  })
  test('starts a new upload when the old one is about to expire', async () => {
    script.answer(paths.creator, creatorInfo, creatorInfo)
    script.answer(paths.videoInit, initAnswer('v_pub_file~v2-1.1'), initAnswer('v_pub_file~v2-1.2'))
    script.answer(paths.status, status('PROCESSING_UPLOAD', ',"uploaded_bytes":0'))
    let clock = 1_760_000_000_000
    const work = publication({ now: () => clock })
    await publisher().prepare(work)
    clock += 46 * 60_000
    await publisher().prepare(work)
    expect(work.handles).toMatchObject({
      publishId: 'v_pub_file~v2-1.2',
      uploadEndsAtMs: clock + 3_600_000,
    })
  })
  test('sends no second init while the previous upload may be complete', async () => {
    script.answer(paths.creator, creatorInfo, creatorInfo)
    script.answer(paths.videoInit, initAnswer())
    script.answer(paths.status, status('PROCESSING_UPLOAD', ',"uploaded_bytes":4194304'))
    let clock = 1_760_000_000_000
    const work = publication({ now: () => clock })
    await publisher().prepare(work)
    clock += 61 * 60_000
    await expect(publisher().prepare(work)).rejects.toMatchObject({ kind: 'unknown_outcome' })
    expect(script.callsOf(paths.videoInit)).toHaveLength(1)
  })
  test('can retry a lost init, since nothing is posted without bytes', async () => {
    script.answer(paths.creator, creatorInfo)
    script.answer(paths.videoInit, { drop: true })
    await expect(publisher().prepare(publication({}))).rejects.toMatchObject({
      kind: 'unavailable',
    })
  })
  test("is refused with TikTok's own reason when the init is malformed", async () => {
    script.answer(paths.creator, creatorInfo)
    script.answer(paths.videoInit, refusal(400, 'invalid_params', 'The chunk size is invalid'))
    const words = 'TikTok did not accept the request. It says: The chunk size is invalid'
    await expect(publisher().prepare(publication({}))).rejects.toMatchObject({
      problem: { kind: 'rejected', words },
    })
  })
})

describe('media that TikTok fetches', () => {
  test('needs only an account check ahead of time', async () => {
    script.answer(paths.creator, creatorInfo, creatorInfo)
    expect(
      await publisher().prepare(publication({ kind: 'photos', media: [photo('1.jpg')] })),
    ).toEqual({ ready: true })
    expect(await publisher('PULL_FROM_URL').prepare(publication({}))).toEqual({ ready: true })
    expect(script.calls).toHaveLength(2)
  })
  test('is handed over again only if the first time failed', async () => {
    script.answer(paths.creator, creatorInfo, creatorInfo)
    script.answer(paths.status, status('PROCESSING_DOWNLOAD'), status('FAILED'))
    const work = publication({
      kind: 'photos',
      media: [photo('1.jpg')],
      handles: { publishId: 'p_pub_url~v2.1' },
    })
    await expect(publisher().prepare(work)).rejects.toMatchObject({ kind: 'unknown_outcome' })
    expect(await publisher().prepare(work)).toEqual({ ready: true })
    expect(work.handles.publishId).toBeUndefined()
  })
})
