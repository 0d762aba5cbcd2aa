import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { AttemptToReconcile } from '../../../platforms/platform.ts'
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
} from './script.ts'

let script: Script
const publisher = () =>
  createTiktok({ clientKey: 'k', clientSecret: 's', apiUrl: script.url }).publish
const sentAtMs = 1_760_000_000_000
const attempt: AttemptToReconcile = { sentAtMs, boundIds: [], mediaFetched: null }

beforeEach(async () => {
  script = await startScript()
})
afterEach(() => script.close())

describe('a video whose publish id was known before the last chunk', () => {
  const handles = {
    publishId: 'v_pub_file~v2-1.1',
    totalBytes: 4_194_304,
    nextByte: 0,
    uploadEndsAtMs: sentAtMs + 3_600_000,
  }
  const look = (nowMs = sentAtMs) =>
    publisher().reconcile(publication({ handles, now: () => nowMs }), attempt)

  test('is found when complete, even without an id', async () => {
    script.answer(
      paths.status,
      status('PUBLISH_COMPLETE', ',"publicaly_available_post_id":[7600000000000000123]'),
      status('PUBLISH_COMPLETE'),
    )
    expect(await look()).toMatchObject({ outcome: 'found', platformPostId: '7600000000000000123' })
    expect(await look()).toMatchObject({ outcome: 'found', platformPostId: null })
  })
  test('is absent while bytes are missing, certainly once the upload has expired', async () => {
    const missing = status('PROCESSING_UPLOAD', ',"uploaded_bytes":100')
    script.answer(paths.status, missing, missing)
    expect(await look()).toMatchObject({ outcome: 'absent', certain: false })
    expect(await look(sentAtMs + 3_600_001)).toMatchObject({ outcome: 'absent', certain: true })
  })
  test('is processing when all bytes arrived, and unclear when TikTok gives no number', async () => {
    script.answer(
      paths.status,
      status('PROCESSING_UPLOAD', ',"uploaded_bytes":4194304'),
      status('PROCESSING_UPLOAD'),
    )
    expect(await look()).toMatchObject({ outcome: 'processing' })
    expect(await look()).toMatchObject({ outcome: 'unclear' })
  })
  test('is refused with the reason when it failed', async () => {
    script.answer(paths.status, ok('{"status":"FAILED","fail_reason":"spam_risk_text"}'))
    expect(await look()).toMatchObject({ outcome: 'refused', problem: { code: 'spam_risk_text' } })
  })
  test('is refused for good when it was a draft, which may have been in the inbox', async () => {
    const fail = (reason: string) => ok(`{"status":"FAILED","fail_reason":"${reason}"}`)
    script.answer(paths.status, status('SEND_TO_USER_INBOX'), fail('internal'), fail('internal'))
    const settings = { inbox: true, consent_at: '2026-11-23T09:00:00.000Z' }
    const lookForDraft = (more = {}) =>
      publisher().reconcile(publication({ settings, handles: { ...handles, ...more } }), attempt)
    expect(await lookForDraft()).toMatchObject({ outcome: 'processing' })
    const gone = {
      outcome: 'refused',
      problem: { kind: 'rejected', code: 'draft_gone', subcode: 'internal' },
    }
    expect(await lookForDraft()).toMatchObject(gone)
    expect(await lookForDraft({ inInbox: true })).toMatchObject(gone)
  })
  test('is searched for among the public posts when TikTok no longer knows the publish id', async () => {
    script.answer(paths.status, refusal(400, 'invalid_publish_id'))
    script.answer(paths.list, ok('{"videos":[],"cursor":0,"has_more":false}'))
    expect(await look()).toMatchObject({ outcome: 'unclear' })
  })
  test('is not decided by a TikTok error', async () => {
    script.answer(paths.status, refusal(500, 'internal_error'))
    await expect(look()).rejects.toMatchObject({ kind: 'unavailable' })
  })
})

describe('photos whose init was lost', () => {
  const photos = (settings = {}) =>
    publication({
      kind: 'photos',
      text: 'Five finds',
      media: [photo('1.jpg')],
      settings: { ...chosen, photo_title: 'Sunday dig', ...settings },
    })
  const listed = (id: string, createTime: number, title = 'Sunday dig') =>
    `{"id":"${id}","create_time":${createTime},"title":"${title}","video_description":"${title}","duration":0}`
  const list = (...videos: string[]) =>
    script.answer(paths.list, ok(`{"videos":[${videos.join(',')}],"cursor":1,"has_more":false}`))

  test('are found as the one public post since then with the same text and no other target', async () => {
    list(
      listed('7600000000000000001', 1_759_999_000),
      listed('7600000000000000002', 1_760_000_002),
      listed('7600000000000000003', 1_760_000_003),
    )
    const work = photos()
    const found = await publisher().reconcile(work, {
      ...attempt,
      boundIds: ['7600000000000000003'],
      mediaFetched: true,
    })
    expect(found).toMatchObject({ outcome: 'found', platformPostId: '7600000000000000002' })
    expect(script.calls[0]?.path).toBe(
      '/v2/video/list/?fields=id,create_time,title,video_description,duration',
    )
  })
  test('are unclear when two posts match', async () => {
    list(listed('7600000000000000002', 1_760_000_002), listed('7600000000000000003', 1_760_000_003))
    expect(await publisher().reconcile(photos(), { ...attempt, mediaFetched: true })).toMatchObject(
      { outcome: 'unclear' },
    )
  })
  test('are absent, but not certainly, when the media was never fetched', async () => {
    list()
    expect(
      await publisher().reconcile(photos(), { ...attempt, mediaFetched: false }),
    ).toMatchObject({
      outcome: 'absent',
      certain: false,
    })
  })
  test('are unclear when the media was fetched; a post that is not public is not searched for in the public list', async () => {
    const work = photos({ privacy_level: 'SELF_ONLY' })
    expect(await publisher().reconcile(work, { ...attempt, mediaFetched: true })).toMatchObject({
      outcome: 'unclear',
    })
    expect(script.calls).toEqual([])
  })
  test('are judged by the access log alone without the permission to list', async () => {
    script.answer(paths.list, refusal(401, 'scope_not_authorized'))
    expect(
      await publisher().reconcile(photos(), { ...attempt, mediaFetched: false }),
    ).toMatchObject({ outcome: 'absent' })
  })
})

describe('the URL of a post', () => {
  const work = (over = {}) =>
    publication({ handles: { username: 'crate.demo', publishId: 'v_pub_file~v2-1.1' }, ...over })
  test('is made from its id, as a video or as photos', async () => {
    expect(await publisher().findPermalink(work(), '7600000000000000123')).toEqual({
      permalink: 'https://www.tiktok.com/@crate.demo/video/7600000000000000123',
      platformPostId: '7600000000000000123',
      final: true,
    })
    const photos = await publisher().findPermalink(work({ kind: 'photos' }), '76')
    expect(photos.permalink).toBe('https://www.tiktok.com/@crate.demo/photo/76')
    expect(script.calls).toEqual([])
  })
  test('is the profile until the id of a public post arrives', async () => {
    script.answer(
      paths.status,
      status('PUBLISH_COMPLETE'),
      status('PUBLISH_COMPLETE', ',"publicaly_available_post_id":[7600000000000000123]'),
    )
    const profile = 'https://www.tiktok.com/@crate.demo'
    expect(await publisher().findPermalink(work(), null)).toEqual({
      permalink: profile,
      platformPostId: null,
      final: false,
    })
    expect(await publisher().findPermalink(work(), null)).toEqual({
      permalink: `${profile}/video/7600000000000000123`,
      platformPostId: '7600000000000000123',
      final: true,
    })
  })
  test('stays the profile for other posts and for one that TikTok no longer knows', async () => {
    const page = {
      permalink: 'https://www.tiktok.com/@crate.demo',
      platformPostId: null,
      final: true,
    }
    expect(
      await publisher().findPermalink(
        work({ settings: { ...chosen, privacy_level: 'SELF_ONLY' } }),
        null,
      ),
    ).toEqual(page)
    script.answer(paths.status, refusal(400, 'invalid_publish_id'))
    expect(await publisher().findPermalink(work(), null)).toEqual(page)
  })
})

describe('what the composer requests', () => {
  const account = { id: 'x', settings: {}, grantToken: 'act.1', accountToken: null }
  const platform = () => createTiktok({ clientKey: 'k', clientSecret: 's', apiUrl: script.url })
  test('turns a cap with HTTP 200 into a message', async () => {
    script.answer(
      paths.creator,
      refusal(200, 'reached_active_user_cap'),
      refusal(401, 'access_token_invalid'),
    )
    expect(await platform().describeAccount?.(account)).toEqual({
      blocked:
        'TikTok doesn’t let more accounts post through this installation today. Try again in 24 hours.',
    })
    await expect(platform().describeAccount?.(account)).rejects.toMatchObject({
      kind: 'reauthorize',
    })
  })
})
