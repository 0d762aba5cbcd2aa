import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { createFacebook } from '../../../platforms/facebook/index.ts'
import type { Publisher } from '../../../platforms/platform.ts'
import {
  bytesOf,
  type GraphServer,
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

describe('reels', () => {
  const start = 'POST /v25.0/1067/video_reels'
  const draft = { kind: 'reel', text: 'A reel', media: [videoOf({ id: 'r' }, bytesOf(70_000))] }
  const begin = (videoId: string) => ({
    body: { video_id: videoId, upload_url: `${server.url}/video-upload/${videoId}` },
  })

  it('never send bytes or the token to an upload address outside Meta', async () => {
    for (const upload_url of [
      'https://rupload.facebook.com.example/x',
      'http://127.0.0.1:1/x',
      `${server.url.replace('//', '//a@')}/x`,
      'x',
    ]) {
      server.on(start, { body: { video_id: '8003', upload_url } })
      const { publication } = publicationOf(draft)
      await expect(facebook.prepare(publication)).rejects.toMatchObject({
        kind: 'rejected',
        problem: { code: 'upload_address' },
      })
    }
    expect(
      server.seen.filter(({ headers }) => String(headers.authorization).startsWith('OAuth')),
    ).toEqual([])
  })

  it('start, send their bytes with OAuth, offset and size, and finish with one call', async () => {
    server.on(start, begin('8002'), { body: { success: true } })
    server.on('POST /video-upload/8002', { body: { success: true } })
    const { publication, saved } = publicationOf(draft)
    expect(await facebook.prepare(publication)).toEqual({ ready: true })
    expect(saved.map((handles) => (handles.upload as { uploaded: boolean }).uploaded)).toEqual([
      false,
      true,
    ])
    const [upload] = server.callsOf('POST /video-upload/8002')
    expect(upload?.headers).toMatchObject({
      authorization: 'OAuth page-token',
      offset: '0',
      file_size: '70000',
      'content-length': '70000',
    })
    expect(upload?.body.equals(bytesOf(70_000))).toBe(true)
    expect(await facebook.send(publication)).toMatchObject({ state: 'processing' })
    expect(server.callsOf(start)[1]?.form).toMatchObject({
      upload_phase: 'finish',
      video_id: '8002',
      video_state: 'PUBLISHED',
      description: 'A reel',
    })
  })

  it('keep the video id when the bytes are sent again, and get a new one when the session is invalid', async () => {
    const spoilt = { debug_info: { retriable: false, type: 'OffsetInvalidError', message: 'm' } }
    server.on(start, begin('8003'), begin('8004'))
    server.on(
      'POST /video-upload/8003',
      { status: 500, body: '<html>' },
      { status: 400, body: spoilt },
    )
    server.on('GET /v25.0/8003', {
      body: { status: { video_status: 'uploading', uploading_phase: { status: 'in_progress' } } },
    })
    server.on('POST /video-upload/8004', { body: { success: true } })
    const { publication } = publicationOf(draft)
    await expect(facebook.prepare(publication)).rejects.toMatchObject({ kind: 'unavailable' })
    await expect(facebook.prepare(publication)).rejects.toMatchObject({ kind: 'unavailable' })
    expect(await facebook.prepare(publication)).toEqual({ ready: true })
    expect(publication.handles).toMatchObject({ upload: { videoId: '8004' } })
  })

  it('are not sent again when only the response to their upload was lost', async () => {
    server.on(start, begin('8007'))
    server.on('POST /video-upload/8007', { status: 500, body: '<html>' })
    server.on('GET /v25.0/8007', {
      body: {
        status: { video_status: 'upload_complete', uploading_phase: { status: 'complete' } },
      },
    })
    const { publication } = publicationOf(draft)
    await expect(facebook.prepare(publication)).rejects.toMatchObject({ kind: 'unavailable' })
    expect(await facebook.prepare(publication)).toEqual({ ready: true })
    expect(server.callsOf('POST /video-upload/8007')).toHaveLength(1)
  })

  it('are refused when Meta cannot process the file', async () => {
    const failed = { debug_info: { retriable: false, type: 'ProcessingFailedError', message: 'm' } }
    server.on(start, begin('8005'))
    server.on('POST /video-upload/8005', { status: 400, body: failed })
    await expect(facebook.prepare(publicationOf(draft).publication)).rejects.toMatchObject({
      kind: 'rejected',
    })
  })

  it('start again after Facebook failed to process an earlier upload', async () => {
    const upload = { mediaId: 'r', videoId: '8006', begunAtMs: nineMs, uploaded: true }
    const errors = [{ code: 1363040, message: 'ratio' }]
    server.on('GET /v25.0/8006', {
      body: { status: { video_status: 'error', processing_phase: { status: 'error', errors } } },
    })
    const { publication } = publicationOf({ ...draft, handles: { upload } })
    await expect(facebook.prepare(publication)).rejects.toMatchObject({
      problem: { kind: 'rejected', subcode: '1363040' },
    })
    expect(publication.handles).toEqual({})
  })
})
