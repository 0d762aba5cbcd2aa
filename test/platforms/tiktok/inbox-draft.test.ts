import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { JsonRecord } from '../../../platforms/json.ts'
import { createTiktok } from '../../../platforms/tiktok/index.ts'
import { ok, paths, photo, publication, type Script, startScript, status } from './script.ts'

let script: Script
const publisher = (videoSource: 'FILE_UPLOAD' | 'PULL_FROM_URL' = 'FILE_UPLOAD') =>
  createTiktok({ clientKey: 'k', clientSecret: 's', apiUrl: script.url, videoSource }).publish

beforeEach(async () => {
  script = await startScript()
})
afterEach(() => script.close())

describe('a draft for the inbox', () => {
  const failed = (reason: string, more = '') =>
    ok(`{"status":"FAILED","fail_reason":"${reason}"${more}}`)
  const settings = { inbox: true, consent_at: '2026-11-23T09:00:00.000Z', consent_text: 'A draft' }
  const photos = (handles: JsonRecord) =>
    publication({
      kind: 'photos',
      media: [photo('1.jpg')],
      settings,
      handles: { publishId: 'p_inbox_url~v2.1', ...handles },
    })
  const film = (handles: JsonRecord) => {
    const sent = {
      publishId: 'v_inbox_file~v2.1',
      totalBytes: 4_194_304,
      nextByte: 0,
      uploadEndsAtMs: 0,
    }
    return publication({ settings, handles: { ...sent, ...handles } })
  }

  test.each([
    ['photos that were in the inbox', photos({ inInbox: true }), 'internal'],
    [
      'photos that were in the inbox, whatever the reason',
      photos({ inInbox: true }),
      'photo_pull_failed',
    ],
    ['photos that may have been in the inbox', photos({}), 'internal'],
    ['photos whose connection was removed', photos({}), 'auth_removed'],
    ['photos that were in the inbox and failed without a reason', photos({ inInbox: true }), ''],
    ['a video that was in the inbox', film({ inInbox: true }), 'internal'],
    ['a video that may have been in the inbox', film({}), 'internal'],
  ])('is not handed over again: %s', async (_name, work, reason) => {
    script.answer(paths.status, failed(reason))
    await expect(publisher().prepare(work)).rejects.toMatchObject({
      problem: { kind: 'rejected', code: 'draft_gone' },
    })
    expect(script.callsOf('/v2/post/publish/').map(({ path }) => path)).toEqual([paths.status])
  })
  test('is not handed over again while it is in the inbox', async () => {
    script.answer(paths.status, status('SEND_TO_USER_INBOX'))
    await expect(publisher().prepare(photos({}))).rejects.toMatchObject({ kind: 'unknown_outcome' })
  })
  test('is handed over again if TikTok never had all of it', async () => {
    script.answer(
      paths.status,
      failed('photo_pull_failed'),
      failed('internal', ',"uploaded_bytes":100'),
    )
    expect(await publisher().prepare(photos({}))).toEqual({ ready: true })
    const init = ok(
      `{"publish_id":"v_inbox_file~v2.2","upload_url":"${script.url}/video/?upload_token=SECRET"}`,
    )
    script.answer('/v2/post/publish/inbox/video/init/', init)
    const work = film({})
    expect(await publisher().prepare(work)).toEqual({ ready: true })
    expect(work.handles).toMatchObject({ publishId: 'v_inbox_file~v2.2' })
  })
  test('is handed over again if a person looked and asks for it, unless it was posted meanwhile', async () => {
    const asked = { inInbox: true, askedAgain: true }
    script.answer(
      paths.status,
      status('SEND_TO_USER_INBOX'),
      failed('internal'),
      status('PUBLISH_COMPLETE'),
    )
    for (const work of [photos(asked), photos(asked)]) {
      expect(await publisher().prepare(work)).toEqual({ ready: true })
      expect(work.handles, 'asked for once').toEqual({})
    }
    await expect(publisher().prepare(photos(asked))).rejects.toMatchObject({
      kind: 'unknown_outcome',
    })
  })
})
