import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { createInstagram } from '../../../platforms/instagram/index.ts'
import type { Publisher } from '../../../platforms/platform.ts'
import {
  type GraphServer,
  graphError,
  mediaOf,
  publicationOf,
  startGraphServer,
  videoOf,
} from '../graph/server.ts'
import { create, draft, limit, status } from './publish-calls.ts'

let server: GraphServer
let instagram: Publisher
beforeAll(async () => {
  server = await startGraphServer()
  instagram = createInstagram(server.settings).publish
})
afterAll(() => server.close())
beforeEach(() => {
  server.seen.length = 0
  server.on(limit, {
    body: { data: [{ config: { quota_total: 50, quota_duration: 86400 }, quota_usage: 2 }] },
  })
})

const made = (...ids: string[]) => server.on(create, ...ids.map((id) => ({ body: { id } })))

describe('other kinds', () => {
  it('send a reel as REELS and a story without a caption', async () => {
    made('c1')
    await instagram.prepare(publicationOf(draft({ kind: 'reel', media: [videoOf()] })).publication)
    await instagram.prepare(
      publicationOf(draft({ kind: 'story', media: [videoOf()], text: '' })).publication,
    )
    const [reel, story] = server
      .callsOf(create)
      .map(({ form: { appsecret_proof: _, ...form } }) => form)
    expect(reel).toEqual({
      media_type: 'REELS',
      video_url: 'https://crate.example/media/abc.mp4',
      caption: 'Caption #1',
      share_to_feed: 'true',
    })
    expect(story).toEqual({
      media_type: 'STORIES',
      video_url: 'https://crate.example/media/abc.mp4',
    })
  })

  const items = [mediaOf({ id: 'a', altText: 'A cup' }), videoOf({ id: 'b' })]

  it('create the children of a carousel first, then the carousel, each only once', async () => {
    server.on(
      create,
      { body: { id: 'i1' } },
      graphError(2),
      { body: { id: 'i2' } },
      { body: { id: 'c1' } },
    )
    server.on('GET /v25.0/i1', status('FINISHED'))
    server.on('GET /v25.0/i2', status('IN_PROGRESS'), status('FINISHED'))
    server.on('GET /v25.0/c1', status('FINISHED'))
    const { publication } = publicationOf(draft({ kind: 'carousel', media: items }))
    await expect(instagram.prepare(publication)).rejects.toMatchObject({
      problem: { kind: 'unavailable', words: expect.stringMatching(/^Item 2: /) },
    })
    expect(await instagram.prepare(publication)).toMatchObject({ ready: false })
    expect(await instagram.prepare(publication)).toMatchObject({ ready: false })
    expect(await instagram.prepare(publication)).toEqual({ ready: true })
    const forms = server.callsOf(create).map(({ form: { appsecret_proof: _, ...form } }) => form)
    const video = {
      media_type: 'VIDEO',
      video_url: 'https://crate.example/media/abc.mp4',
      is_carousel_item: 'true',
    }
    expect(forms).toEqual([
      {
        image_url: 'https://crate.example/media/abc.jpg',
        is_carousel_item: 'true',
        alt_text: 'A cup',
      },
      video,
      video,
      { media_type: 'CAROUSEL', caption: 'Caption #1', children: 'i1,i2' },
    ])
    expect(server.callsOf('GET /v25.0/i1')).toHaveLength(1)
    expect(server.callsOf(limit)).toHaveLength(1)
  })

  it('name the carousel item that failed and create only that one again', async () => {
    server.on(create, { body: { id: 'i1' } }, { body: { id: 'i2' } }, { body: { id: 'i3' } })
    server.on('GET /v25.0/i1', status('FINISHED'))
    server.on(
      'GET /v25.0/i2',
      status('ERROR', 'Error: Media upload has failed with error code 2207053'),
    )
    server.on('GET /v25.0/i3', status('IN_PROGRESS'))
    const { publication } = publicationOf(draft({ kind: 'carousel', media: items }))
    await expect(instagram.prepare(publication)).rejects.toMatchObject({
      problem: { words: expect.stringMatching(/^Item 2: /) },
    })
    await instagram.prepare(publication)
    expect(publication.handles).toMatchObject({ items: { 0: { id: 'i1' }, 1: { id: 'i3' } } })
  })
})
