import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { createTiktok } from '../../../platforms/tiktok/index.ts'
import {
  chosen,
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

beforeEach(async () => {
  script = await startScript()
})
afterEach(() => script.close())

const prepared = (sizeBytes: number, nextByte: number) =>
  publication({
    media: [video(sizeBytes)],
    handles: {
      username: 'crate.demo',
      publishId: 'v_pub_file~v2-1.7600000000000000001',
      sealedUploadUrl: Buffer.from(`${script.url}/video/?upload_token=SECRET`).toString('base64'),
      uploadEndsAtMs: 1_760_000_000_000 + 3_000_000,
      nextByte,
      totalBytes: sizeBytes,
    },
  })

describe('the last chunk is the send', () => {
  test('201: TikTok has every byte and continues on its own; the lease is checked once', async () => {
    script.answer(paths.upload, {
      status: 201,
      headers: { 'content-range': 'bytes 0-64000000/64000001' },
    })
    const work = prepared(64_000_001, 50_000_000)
    expect(await publisher().send(work)).toMatchObject({ state: 'processing' })
    expect(script.calls).toHaveLength(1)
    expect(script.calls[0]?.headers['content-range']).toBe('bytes 50000000-64000000/64000001')
    expect(script.calls[0]?.body.length).toBe(14_000_001)
    expect(work.left).toBe(1)
  })
  test('an expired lease sends nothing', async () => {
    const work = prepared(4_194_304, 0)
    work.leaving = () => {
      throw new Error('the lease is over')
    }
    await expect(publisher().send(work)).rejects.toThrow('the lease is over')
    expect(script.calls).toEqual([])
  })
  test.each([
    ['the connection breaks', { drop: true }],
    ['a gateway fault', { status: 502 }],
    ['TikTok wants more although there is no more', { status: 206 }],
    [
      'everything is there already',
      { status: 416, headers: { 'content-range': 'bytes 0-4194304/4194304' } },
    ],
    ['a mismatch without progress', { status: 416 }],
  ])('%s: the post may be published, so the outcome is unknown', async (_name, answer) => {
    script.answer(paths.upload, answer)
    const error = await publisher()
      .send(prepared(4_194_304, 0))
      .catch((cause: unknown) => cause)
    expect(error).toMatchObject({ kind: 'unknown_outcome' })
    expect(JSON.stringify(error) + String(error)).not.toContain('SECRET')
  })
  test('a refused connection means nothing was sent', async () => {
    const work = prepared(4_194_304, 0)
    await script.close()
    await expect(publisher().send(work)).rejects.toMatchObject({ kind: 'unavailable' })
    script = await startScript()
  })
  test('refused bytes mean the post is refused', async () => {
    script.answer(paths.upload, { status: 400 })
    await expect(publisher().send(prepared(4_194_304, 0))).rejects.toMatchObject({
      problem: { kind: 'rejected', code: 'upload_400' },
    })
  })
  test.each([403, 404])(
    '%d: the upload is gone, nothing was published, the next prepare starts again',
    async (code) => {
      script.answer(paths.upload, { status: code })
      const work = prepared(4_194_304, 0)
      await expect(publisher().send(work)).rejects.toMatchObject({
        problem: { kind: 'unavailable', code: 'prepare_again' },
      })
      expect(work.handles.uploadEndsAtMs).toBe(0)
      expect(work.left).toBe(1)
      await expect(publisher().send(work)).rejects.toMatchObject({
        problem: { code: 'prepare_again' },
      })
      expect([work.left, script.calls.length]).toEqual([1, 1])
    },
  )
  test('fewer bytes arrived than expected: prepare continues from there', async () => {
    script.answer(paths.upload, {
      status: 416,
      headers: { 'content-range': 'bytes 0-19999999/64000001' },
    })
    const work = prepared(64_000_001, 50_000_000)
    await expect(publisher().send(work)).rejects.toMatchObject({ kind: 'unavailable' })
    expect(work.handles.nextByte).toBe(20_000_000)
    await expect(publisher().send(work)).rejects.toMatchObject({
      problem: { kind: 'unavailable', code: 'prepare_again' },
    })
    expect(script.calls).toHaveLength(1)
  })
})

describe('the init is the send when TikTok fetches the media', () => {
  const photos = () =>
    publication({
      kind: 'photos',
      text: 'Five finds #vinyl',
      media: [photo('1.jpg'), photo('2.webp')],
      settings: {
        ...chosen,
        photo_title: 'Sunday dig',
        cover_photo: '2',
        allow_duet: true,
        is_aigc: true,
      },
      handles: { username: 'crate.demo' },
    })

  test('photos: sends the body that TikTok documents and saves the publish id at once', async () => {
    script.answer(paths.photoInit, ok('{"publish_id":"p_pub_url~v2.7600000000000000002"}'))
    const work = photos()
    expect(await publisher().send(work)).toMatchObject({ state: 'processing' })
    expect(JSON.parse(script.calls[0]?.body.toString() ?? '')).toEqual({
      media_type: 'PHOTO',
      post_mode: 'DIRECT_POST',
      post_info: {
        title: 'Sunday dig',
        description: 'Five finds #vinyl',
        privacy_level: 'PUBLIC_TO_EVERYONE',
        disable_comment: false,
        auto_add_music: false,
        brand_content_toggle: false,
        brand_organic_toggle: false,
      },
      source_info: {
        source: 'PULL_FROM_URL',
        photo_images: ['https://media.example.org/m/1.jpg', 'https://media.example.org/m/2.webp'],
        photo_cover_index: 1,
      },
      is_aigc: true,
    })
    expect(work.handles).toEqual({
      username: 'crate.demo',
      publishId: 'p_pub_url~v2.7600000000000000002',
    })
    expect(work.left).toBe(1)
  })
  test('a video: sends its URL', async () => {
    script.answer(paths.videoInit, ok('{"publish_id":"v_pub_url~v2-1.1"}'))
    expect(await publisher('PULL_FROM_URL').send(publication({}))).toMatchObject({
      state: 'processing',
    })
    expect(JSON.parse(script.calls[0]?.body.toString() ?? '').source_info).toEqual({
      source: 'PULL_FROM_URL',
      video_url: 'https://media.example.org/m/v.mp4',
    })
  })
  test.each([
    ['a broken connection', { drop: true }],
    ['their fault', refusal(500, 'internal_error')],
    ['an unknown code with 5xx', refusal(503, 'gateway_trouble')],
    ['half an answer', { body: '{"data":{"publish_id":"p_pub' }],
    ['a page of a gateway', { status: 502, body: '<html>bad gateway</html>' }],
    ['ok without a publish id', ok('{}')],
  ])('%s may have published', async (_name, answer) => {
    script.answer(paths.photoInit, answer)
    await expect(publisher().send(photos())).rejects.toMatchObject({ kind: 'unknown_outcome' })
    expect(script.calls).toHaveLength(1)
  })
  test.each([
    [refusal(401, 'access_token_invalid'), 'reauthorize'],
    [refusal(403, 'spam_risk_too_many_posts'), 'rejected'],
    [refusal(403, 'url_ownership_unverified'), 'rejected'],
    [refusal(403, 'privacy_level_option_mismatch'), 'rejected'],
    [refusal(400, 'a_new_code'), 'rejected'],
    [refusal(429, 'rate_limit_exceeded'), 'rate_limited'],
  ])('a definite refusal is never an unknown outcome (%#)', async (answer, kind) => {
    script.answer(paths.photoInit, answer)
    await expect(publisher().send(photos())).rejects.toMatchObject({ kind })
  })
})

describe('the status after the send', () => {
  const sent = () => prepared(4_194_304, 0)
  test('is published with its exact id', async () => {
    script.answer(
      paths.status,
      status(
        'PUBLISH_COMPLETE',
        ',"publicaly_available_post_id":[7600000000000000123],"uploaded_bytes":4194304',
      ),
    )
    expect(await publisher().check(sent())).toMatchObject({
      state: 'published',
      platformPostId: '7600000000000000123',
    })
  })
  test('is published even before the id is known', async () => {
    script.answer(
      paths.status,
      status('PUBLISH_COMPLETE', ',"publicaly_available_post_id":[]'),
      status('PUBLISH_COMPLETE'),
    )
    expect(await publisher().check(sent())).toMatchObject({
      state: 'published',
      platformPostId: null,
    })
    expect(await publisher().check(sent())).toMatchObject({
      state: 'published',
      platformPostId: null,
    })
  })
  test('is failed with the reason when TikTok fails it late', async () => {
    script.answer(paths.status, ok('{"status":"FAILED","fail_reason":"frame_rate_check_failed"}'))
    expect(await publisher().check(sent())).toMatchObject({
      state: 'failed',
      problem: { kind: 'rejected', code: 'frame_rate_check_failed' },
    })
  })
  test('is a draft, not published, while it is in the inbox', async () => {
    script.answer(paths.status, status('SEND_TO_USER_INBOX'))
    expect(await publisher().check(sent())).toMatchObject({ state: 'draft' })
  })
  test('is remembered as delivered when it is in the inbox, and is gone for good when it fails after that', async () => {
    const fail = ok('{"status":"FAILED","fail_reason":"video_pull_failed"}')
    script.answer(paths.status, status('SEND_TO_USER_INBOX'), fail)
    const work = { ...sent(), settings: { inbox: true, consent_at: '2026-11-23T09:00:00.000Z' } }
    work.save = async (handles) => {
      work.handles = handles
    }
    expect(await publisher().check(work)).toMatchObject({ state: 'processing', againInMs: 900_000 })
    expect(work.handles).toMatchObject({ inInbox: true })
    expect(await publisher().check(work)).toMatchObject({
      state: 'failed',
      problem: { kind: 'rejected', code: 'draft_gone' },
    })
  })
  test('is checked less and less often while processing', async () => {
    script.answer(paths.status, status('PROCESSING_UPLOAD'), status('PROCESSING_DOWNLOAD'))
    let clock = 1_760_000_000_000
    const work = { ...sent(), now: () => clock }
    work.save = async (handles) => {
      work.handles = handles
    }
    expect(await publisher().check(work)).toMatchObject({ state: 'processing', againInMs: 3_000 })
    clock += 700_000
    expect(await publisher().check(work)).toMatchObject({ state: 'processing', againInMs: 300_000 })
  })
  test('is unknown only once TikTok denies the publish id a fifth time', async () => {
    script.answer(
      paths.status,
      ...Array.from({ length: 5 }, (_, at) =>
        refusal(400, at % 2 ? 'invalid_params' : 'invalid_publish_id'),
      ),
    )
    const work = sent()
    for (let look = 0; look < 4; look += 1)
      expect(await publisher().check(work)).toMatchObject({ state: 'processing' })
    await expect(publisher().check(work)).rejects.toMatchObject({ kind: 'unknown_outcome' })
  })
  test('is not decided by an error of the status request itself', async () => {
    const codes = [
      'token_not_authorized_for_specified_publish_id',
      'access_token_invalid',
      'rate_limit_exceeded',
      'internal_error',
    ]
    script.answer(paths.status, ...codes.map((code) => refusal(400, code)), { drop: true })
    for (const kind of [
      'unknown_outcome',
      'reauthorize',
      'rate_limited',
      'unavailable',
      'unavailable',
    ]) {
      await expect(publisher().check(sent())).rejects.toMatchObject({ kind })
    }
  })
})
