import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { createFacebook } from '../../../platforms/facebook/index.ts'
import { proofOf } from '../../../platforms/graph/client.ts'
import type { Publisher } from '../../../platforms/platform.ts'
import {
  bytesOf,
  type GraphServer,
  graphError,
  mediaOf,
  nineMs,
  publicationOf,
  startGraphServer,
  videoOf,
} from '../graph/server.ts'

let server: GraphServer
let facebook: Publisher
beforeAll(async () => {
  server = await startGraphServer()
  facebook = createFacebook(server.settings).publish
})
afterAll(() => server.close())
beforeEach(() => {
  server.seen.length = 0
})

const feed = 'POST /v25.0/1067/feed'
const photos = 'POST /v25.0/1067/photos'

describe('text and link posts', () => {
  it('are one call with the Page token, after the lease is checked', async () => {
    server.on(feed, { body: { id: '1067_5001' } })
    const { publication, leavings } = publicationOf({
      kind: 'link',
      text: 'Hello',
      link: 'https://crate.example/',
    })
    expect(await facebook.prepare(publication)).toEqual({ ready: true })
    expect(await facebook.send(publication)).toMatchObject({
      state: 'published',
      platformPostId: '1067_5001',
    })
    expect(server.seen).toHaveLength(1)
    expect(leavings()).toBe(1)
    expect(server.seen[0]?.headers.authorization).toBe('Bearer page-token')
    expect(server.seen[0]?.form).toEqual({
      message: 'Hello',
      link: 'https://crate.example/',
      appsecret_proof: proofOf('page-token', 'secret-of-the-app'),
    })
  })

  it('have an unknown outcome when the response has no id', async () => {
    server.on(feed, { body: {} })
    await expect(facebook.send(publicationOf({ text: 'Hello' }).publication)).rejects.toMatchObject(
      { kind: 'unknown_outcome' },
    )
  })

  it('need the Page token', async () => {
    const account = { id: '1067', settings: {}, grantToken: 'user-token', accountToken: null }
    await expect(facebook.send(publicationOf({ account }).publication)).rejects.toMatchObject({
      kind: 'reauthorize',
    })
    expect(server.seen).toHaveLength(0)
  })
})

describe('photo posts', () => {
  const pictures = [
    mediaOf({ id: 'a', altText: 'A cup' }, bytesOf(300)),
    mediaOf({ id: 'b' }, bytesOf(400)),
  ]
  const draft = { kind: 'photos', text: 'Two', media: pictures }

  it('upload their photos unpublished, save each id, and attach them in order', async () => {
    server.on(photos, { body: { id: '7001' } }, { body: { id: '7002' } })
    server.on(feed, { body: { id: '1067_5002' } })
    const { publication, saved } = publicationOf(draft)
    expect(await facebook.prepare(publication)).toEqual({ ready: true })
    expect(saved.map((handles) => Object.keys(handles.photos as object))).toEqual([
      ['a'],
      ['a', 'b'],
    ])
    const [first, second] = server.callsOf(photos)
    expect(first?.files.source).toEqual(bytesOf(300))
    expect(first?.form).toMatchObject({ published: 'false', alt_text_custom: 'A cup' })
    expect(second?.form.alt_text_custom).toBeUndefined()
    await facebook.send(publication)
    expect(server.callsOf(feed)[0]?.form).toMatchObject({
      message: 'Two',
      'attached_media[0]': '{"media_fbid":"7001"}',
      'attached_media[1]': '{"media_fbid":"7002"}',
    })
  })

  it('resume where they stopped and never upload a photo twice', async () => {
    server.on(photos, { body: { id: '7001' } }, graphError(2), { body: { id: '7002' } })
    const { publication } = publicationOf(draft)
    await expect(facebook.prepare(publication)).rejects.toMatchObject({ kind: 'unavailable' })
    expect(await facebook.prepare(publication)).toEqual({ ready: true })
    expect(await facebook.prepare(publication)).toEqual({ ready: true })
    expect(server.callsOf(photos)).toHaveLength(3)
  })

  it('upload photos again before Facebook deletes them after a day', async () => {
    server.on(
      photos,
      { body: { id: '7001' } },
      { body: { id: '7002' } },
      { body: { id: '7003' } },
      { body: { id: '7004' } },
    )
    const { publication, later } = publicationOf(draft)
    await facebook.prepare(publication)
    later(23 * 3_600_000)
    await facebook.prepare(publication)
    expect(publication.handles).toMatchObject({ photos: { a: { id: '7003' }, b: { id: '7004' } } })
  })

  it('send nothing while a photo is missing', async () => {
    await expect(facebook.send(publicationOf(draft).publication)).rejects.toMatchObject({
      kind: 'unavailable',
    })
    expect(server.seen).toHaveLength(0)
  })
})

describe('videos', () => {
  const call = 'POST /graph-video/v25.0/1067/videos'
  const draft = { kind: 'video', text: 'A film', media: [videoOf({ id: 'v' }, bytesOf(2_500))] }
  const begun = {
    body: { upload_session_id: '55', video_id: '8001', start_offset: '0', end_offset: '1000' },
  }
  const chunk = (start: number, end: number) => ({
    body: { start_offset: String(start), end_offset: String(end) },
  })

  it('are uploaded in the chunks that Facebook requests and finished with one call', async () => {
    server.on(call, begun, chunk(1000, 2000), chunk(2000, 2500), chunk(2500, 2500), {
      body: { success: true },
    })
    const { publication, leavings } = publicationOf(draft)
    expect(await facebook.prepare(publication)).toEqual({ ready: true })
    expect(leavings()).toBe(0)
    expect(await facebook.send(publication)).toMatchObject({ state: 'processing' })
    expect(leavings()).toBe(1)
    const calls = server.callsOf(call)
    expect(calls.map((entry) => entry.form.upload_phase)).toEqual([
      'start',
      'transfer',
      'transfer',
      'transfer',
      'finish',
    ])
    expect(calls[0]?.form.file_size).toBe('2500')
    expect(Buffer.concat(calls.flatMap((entry) => entry.files.video_file_chunk ?? []))).toEqual(
      bytesOf(2_500),
    )
    expect(calls[4]?.form).toMatchObject({ upload_session_id: '55', description: 'A film' })
  })

  it('resume with the chunk that was interrupted', async () => {
    server.on(
      call,
      begun,
      chunk(1000, 2000),
      { end: 'reset' },
      chunk(2000, 2500),
      chunk(2500, 2500),
    )
    const { publication } = publicationOf(draft)
    await expect(facebook.prepare(publication)).rejects.toMatchObject({ kind: 'unavailable' })
    expect(await facebook.prepare(publication)).toEqual({ ready: true })
    expect(server.callsOf(call).map((entry) => entry.form.start_offset)).toEqual([
      undefined,
      '0',
      '1000',
      '1000',
      '2000',
    ])
  })

  it('start again when their session has expired', async () => {
    server.on(
      call,
      begun,
      graphError(100, 1363041),
      { ...begun, body: { ...begun.body, video_id: '8009' } },
      chunk(2500, 2500),
    )
    const { publication } = publicationOf(draft)
    await expect(facebook.prepare(publication)).rejects.toMatchObject({ kind: 'unavailable' })
    await facebook.prepare(publication)
    expect(publication.handles).toMatchObject({ upload: { videoId: '8009', uploaded: true } })
  })

  it('report progress when they take long', async () => {
    server.on(call, begun, chunk(1000, 2000))
    const { publication, later } = publicationOf({ ...draft, save: undefined as never })
    publication.save = async (handles) => {
      publication.handles = handles
      later(61_000)
    }
    expect(await facebook.prepare(publication)).toEqual({
      ready: false,
      againInMs: 0,
      waitingFor: 'Uploading the video to Facebook: 0 %.',
    })
    expect(await facebook.prepare(publication)).toMatchObject({
      ready: false,
      waitingFor: 'Uploading the video to Facebook: 40 %.',
    })
  })

  it('are never finished twice: if Facebook is already publishing one, we only wait', async () => {
    const upload = {
      mediaId: 'v',
      videoId: '8001',
      begunAtMs: nineMs,
      uploaded: true,
      sessionId: '55',
    }
    server.on('GET /v25.0/8001', {
      body: { status: { publishing_phase: { status: 'in_progress' } }, id: '8001' },
    })
    const { publication } = publicationOf({ ...draft, handles: { upload } })
    await facebook.prepare(publication)
    expect(await facebook.send(publication)).toMatchObject({ state: 'processing' })
    expect(server.seen.map((entry) => entry.call)).toEqual(['GET /v25.0/8001'])
  })
})
