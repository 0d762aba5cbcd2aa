import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { createFacebook } from '../../../platforms/facebook/index.ts'
import { fullPostId, stateOf } from '../../../platforms/facebook/video-status.ts'
import type { Publisher } from '../../../platforms/platform.ts'
import {
  type GraphServer,
  graphError,
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

describe('the status of a video', () => {
  const complete = { status: 'complete' }
  const ready = {
    status: {
      video_status: 'ready',
      uploading_phase: complete,
      processing_phase: complete,
      publishing_phase: {
        ...complete,
        publish_status: 'published',
        publish_time: '2026-11-23T01:04:00+0000',
      },
    },
    published: true,
    post_id: '5003',
    permalink_url: '/1067/videos/8001/',
    id: '8001',
  }
  const upload = { mediaId: 'v', videoId: '8001', begunAtMs: nineMs, uploaded: true }
  const draft = {
    kind: 'video',
    media: [videoOf({ id: 'v', durationMs: 60_000 })],
    handles: { upload },
  }

  it('is published once its publishing phase says so; the post id includes the Page id', async () => {
    server.on('GET /v25.0/8001', { body: ready })
    expect(await facebook.check(publicationOf(draft).publication)).toMatchObject({
      state: 'published',
      platformPostId: '1067_5003',
    })
  })

  it('is checked again later for a longer video', async () => {
    server.on('GET /v25.0/8001', {
      body: { status: { processing_phase: { status: 'in_progress' } } },
    })
    expect(await facebook.check(publicationOf(draft).publication)).toMatchObject({
      state: 'processing',
      againInMs: 10_000,
    })
  })

  it('comes with an absolute URL', async () => {
    server.on('GET /v25.0/8001', { body: ready })
    expect(await facebook.findPermalink(publicationOf(draft).publication, '1067_5003')).toEqual({
      permalink: 'https://www.facebook.com/1067/videos/8001/',
      platformPostId: '1067_5003',
      final: true,
    })
  })

  it.each([
    [
      { status: { video_status: 'uploading', uploading_phase: { status: 'in_progress' } } },
      'unfinished',
    ],
    [
      {
        status: {
          video_status: 'upload_complete',
          uploading_phase: complete,
          processing_phase: { status: 'not_started' },
        },
      },
      'unfinished',
    ],
    [
      { status: { video_status: 'processing', processing_phase: { status: 'in_progress' } } },
      'processing',
    ],
    [
      {
        status: {
          video_status: 'ready',
          processing_phase: complete,
          publishing_phase: { status: 'not_started' },
        },
      },
      'processing',
    ],
    [{ status: { publishing_phase: { status: 'in_progress' } } }, 'publishing'],
    [
      { status: { publishing_phase: { status: 'complete', publish_status: 'draft' } } },
      'unfinished',
    ],
    [{ status: { video_status: 'expired' } }, 'failed'],
    [{ status: { processing_phase: { status: 'error', error: { message: 'm' } } } }, 'failed'],
    [{ status: { video_status: 'ready' }, published: true }, 'published'],
  ])('reads %j as %s', (video, state) => {
    expect(stateOf(video, '1067').state).toBe(state)
  })

  it('joins a bare post id with the Page id and keeps a full one', () => {
    expect([
      fullPostId('5003', '1067'),
      fullPostId('1067_5003', '1067'),
      fullPostId(null, '1067'),
    ]).toEqual(['1067_5003', '1067_5003', null])
  })
})

describe('the URL of a post', () => {
  it('comes from Facebook, or is missing when the post is gone', async () => {
    const { publication } = publicationOf({})
    server.on(
      'GET /v25.0/1067_5001',
      { body: { permalink_url: 'https://www.facebook.com/1067/posts/5001' } },
      graphError(100, 33),
    )
    expect(await facebook.findPermalink(publication, '1067_5001')).toMatchObject({
      permalink: 'https://www.facebook.com/1067/posts/5001',
    })
    expect(await facebook.findPermalink(publication, '1067_5001')).toEqual({
      permalink: null,
      platformPostId: '1067_5001',
      final: true,
    })
  })
})
