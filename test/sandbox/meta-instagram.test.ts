import { createHash } from 'node:crypto'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import { makeJpeg, makeVideo } from '../../local/media/media-files.ts'
import type { LedgerPost } from '../../local/sandbox/ledger.ts'
import type { Sandbox } from '../../local/sandbox/server.ts'
import {
  type Answer,
  advance,
  control,
  graph,
  login,
  type MediaServer,
  readAnswer,
  recordsInstagram,
  startMediaServer,
  startMeta,
} from './meta-cast.ts'

let sandbox: Sandbox
let media: MediaServer
let access_token: string
let photo: string
beforeAll(async () => {
  sandbox = await startMeta()
})
beforeEach(async () => {
  await control(sandbox, 'POST', '/reset')
  media = await startMediaServer()
  photo = media.serve('/photo.jpg', await makeJpeg({ width: 1080, height: 1080 }))
  access_token = await login(sandbox)
})
afterEach(() => media.close())
afterAll(() => sandbox.close())

const create = (parameters: Record<string, unknown>, account = recordsInstagram): Promise<Answer> =>
  graph(sandbox, 'POST', `/${account}/media`, { access_token, ...parameters })
const publish = (creation_id: unknown): Promise<Answer> =>
  graph(sandbox, 'POST', `/${recordsInstagram}/media_publish`, { access_token, creation_id })
const get = (path: string, parameters: Record<string, unknown> = {}): Promise<Answer> =>
  graph(sandbox, 'GET', path, { access_token, ...parameters })
const statusOf = async (id: unknown) => (await get(`/${id}`, { fields: 'status_code,status' })).body
const posts = () =>
  control<LedgerPost[]>(
    sandbox,
    'GET',
    `/ledger/posts?platform=instagram&account=${recordsInstagram}`,
  )
const video = async (options: Partial<Parameters<typeof makeVideo>[0]> = {}) =>
  media.serve(
    '/video.mp4',
    await makeVideo({ width: 1080, height: 1920, durationMs: 4_000, ...options }),
    { type: 'video/mp4' },
  )

/** Waits until a container is no longer in progress after a background download. */
async function settled(id: unknown): Promise<Record<string, unknown>> {
  await expect.poll(() => media.requests.length).toBeGreaterThan(1)
  for (let turn = 0; turn < 100; turn++) {
    await advance(sandbox, 3_000)
    const status = await statusOf(id)
    if (status.status_code !== 'IN_PROGRESS') return status
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
  throw new Error(`container ${id} stays in progress`)
}

test('an image: container, waiting, publish, permalink, list, page', async () => {
  const { body } = await create({ image_url: photo, caption: 'Hello #vinyl', alt_text: 'A record' })
  expect(await statusOf(body.id)).toEqual({
    status_code: 'IN_PROGRESS',
    status: 'In Progress: Media is still being processed.',
    id: body.id,
  })
  const early = await publish(body.id)
  expect(early.body.error).toMatchObject({
    code: 9007,
    error_subcode: 2207027,
    message: 'Media ID is not available',
  })
  await advance(sandbox, 1_000)
  expect(await statusOf(body.id)).toMatchObject({ status_code: 'FINISHED' })
  const published = await publish(body.id)
  expect(published.body.id).toMatch(/^\d+$/)
  expect(published.body.id).not.toBe(body.id)
  expect(await statusOf(body.id)).toMatchObject({ status_code: 'PUBLISHED' })
  const { body: node } = await get(`/${published.body.id}`, {
    fields:
      'id,caption,permalink,shortcode,timestamp,media_type,media_product_type,username,alt_text',
  })
  expect(node).toMatchObject({
    caption: 'Hello #vinyl',
    alt_text: 'A record',
    media_type: 'IMAGE',
    media_product_type: 'FEED',
    username: 'northsiderecords',
    permalink: `${sandbox.url}/instagram/p/${node.shortcode}/`,
  })
  expect(await (await fetch(String(node.permalink))).text()).toContain('Hello #vinyl')
  expect(await (await fetch(`${sandbox.url}/instagram/northsiderecords`)).text()).toContain(
    'alt="A record"',
  )
  expect((await get(`/${recordsInstagram}/media`, { fields: 'id,caption' })).body.data).toEqual([
    { caption: 'Hello #vinyl', id: published.body.id },
  ])
  expect(await posts()).toMatchObject([
    {
      id: published.body.id,
      kind: 'image',
      text: 'Hello #vinyl',
      media: [{ altText: 'A record' }],
    },
  ])
})

test('a reel is fetched after the call and published once it is finished', async () => {
  const bytes = await makeVideo({ width: 1080, height: 1920, durationMs: 5_000 })
  const video_url = media.serve('/reel.mp4', bytes, { type: 'video/mp4' })
  const { body } = await create({
    media_type: 'REELS',
    video_url,
    caption: 'Reel',
    share_to_feed: true,
    thumb_offset: 1_000,
  })
  expect(await settled(body.id)).toMatchObject({ status_code: 'FINISHED' })
  const { body: done } = await publish(body.id)
  expect(
    (await get(`/${done.id}`, { fields: 'permalink,media_product_type,media_type' })).body,
  ).toMatchObject({
    media_type: 'VIDEO',
    media_product_type: 'REELS',
    permalink: expect.stringMatching(/\/instagram\/reel\/[\w-]+\/$/),
  })
  const hash = createHash('sha256').update(bytes).digest('hex')
  expect(await posts()).toMatchObject([
    {
      kind: 'reel',
      media: [{ sha256: hash }],
      settings: { shareToFeed: true, thumbOffsetMs: 1_000 },
    },
  ])
  expect(media.requests.map((request) => request.headers['user-agent'])).toContainEqual(
    expect.stringMatching(/^facebookexternalhit\/1\.1/),
  )
})

test('stories are in a separate list, for a day', async () => {
  const image = await create({
    media_type: 'STORIES',
    image_url: media.serve('/s.jpg', await makeJpeg({ width: 1080, height: 1920 })),
  })
  const film = await create({ media_type: 'STORIES', video_url: await video() })
  await settled(film.body.id)
  for (const { body } of [image, film]) expect((await publish(body.id)).status).toBe(200)
  expect((await get(`/${recordsInstagram}/stories`)).body.data).toHaveLength(2)
  expect((await get(`/${recordsInstagram}/media`)).body.data).toEqual([])
  expect(await posts()).toMatchObject([{ kind: 'story' }, { kind: 'story' }])
  await advance(sandbox, 86_400_000)
  expect((await get(`/${recordsInstagram}/stories`)).body.data).toEqual([])
})

test('a carousel of images and videos keeps its order', async () => {
  const children: string[] = []
  for (const color of ['red', 'green']) {
    const image_url = media.serve(
      `/${color}.jpg`,
      await makeJpeg({ width: 1080, height: 1080, color }),
    )
    children.push(String((await create({ image_url, is_carousel_item: true })).body.id))
  }
  const film = await create({
    media_type: 'VIDEO',
    video_url: await video(),
    is_carousel_item: true,
  })
  children.push(String(film.body.id))
  const early = await create({
    media_type: 'CAROUSEL',
    children: children.join(','),
    caption: 'Three',
  })
  expect(early.body.error).toMatchObject({ code: 100, error_subcode: 2207028 })
  await settled(film.body.id)
  const parent = await create({ media_type: 'CAROUSEL', children, caption: 'Three' })
  await advance(sandbox, 1_000)
  const { body } = await publish(parent.body.id)
  expect(
    (await get(`/${body.id}`, { fields: 'media_type,children{media_type}' })).body,
  ).toMatchObject({
    media_type: 'CAROUSEL_ALBUM',
    children: { data: [{ media_type: 'IMAGE' }, { media_type: 'IMAGE' }, { media_type: 'VIDEO' }] },
  })
  expect((await get(`/${recordsInstagram}/media`)).body.data).toHaveLength(1)
  const [shown] = await posts()
  expect(shown?.media.map(({ contentType }) => contentType)).toEqual([
    'image/jpeg',
    'image/jpeg',
    'video/mp4',
  ])
  expect((await publish(children[0])).body.error).toMatchObject({
    code: 24,
    error_subcode: 2207008,
  })
})

test('publishing twice is an error, returns the same id, or makes a second post, as configured', async () => {
  const { body } = await create({ image_url: photo })
  await advance(sandbox, 1_000)
  const first = await publish(body.id)
  expect((await publish(body.id)).body.error).toMatchObject({ code: 24, error_subcode: 2207006 })
  await control(sandbox, 'PATCH', '/settings', { secondMediaPublish: 'same_id' })
  expect((await publish(body.id)).body.id).toBe(first.body.id)
  expect(await posts()).toHaveLength(1)
  await control(sandbox, 'PATCH', '/settings', { secondMediaPublish: 'duplicate' })
  expect((await publish(body.id)).body.id).not.toBe(first.body.id)
  expect(await posts()).toHaveLength(2)
})

test('the quota is a moving window of 24 hours and matches the reported limit', async () => {
  await control(sandbox, 'PATCH', '/settings', {
    instagramQuotaTotal: 1,
    instagramContainersPerDay: 3,
  })
  const made = [
    await create({ image_url: photo }),
    await create({ image_url: photo }),
    await create({ image_url: photo }),
  ]
  expect((await create({ image_url: photo })).body.error).toMatchObject({
    code: 9,
    error_subcode: 2207042,
  })
  await advance(sandbox, 1_000)
  expect((await publish(made[0]?.body.id)).status).toBe(200)
  const limit = await get(`/${recordsInstagram}/content_publishing_limit`, {
    fields: 'config,quota_usage',
  })
  expect(limit.body.data).toEqual([
    { config: { quota_total: 1, quota_duration: 86_400 }, quota_usage: 1 },
  ])
  const refused = await publish(made[1]?.body.id)
  expect(refused.body.error).toMatchObject({ code: 9, error_subcode: 2207042 })
  await advance(sandbox, 86_400_000)
  expect((await get(`/${recordsInstagram}/content_publishing_limit`)).body.data).toEqual([
    { quota_usage: 0 },
  ])
})

test('media can be deleted with the right permission, and only comments can be turned on or off', async () => {
  const { body } = await create({ image_url: photo })
  await advance(sandbox, 1_000)
  const id = String((await publish(body.id)).body.id)
  expect(
    (await graph(sandbox, 'POST', `/${id}`, { access_token, comment_enabled: false })).body,
  ).toEqual({ success: true })
  expect((await graph(sandbox, 'DELETE', `/${id}`, { access_token })).body).toEqual({
    success: true,
    deleted_id: id,
  })
  expect((await get(`/${id}`)).body.error).toMatchObject({ code: 100, error_subcode: 33 })
  expect(await posts()).toEqual([])
})

test('the media list is newest first, in pages, and lags when configured to', async () => {
  const ids: unknown[] = []
  for (let index = 0; index < 3; index++) {
    const { body } = await create({ image_url: photo, caption: `Post ${index}` })
    await advance(sandbox, 1_000)
    ids.unshift((await publish(body.id)).body.id)
  }
  const first = await get(`/${recordsInstagram}/media`, { limit: 2 })
  expect((first.body.data as { id: string }[]).map(({ id }) => id)).toEqual(ids.slice(0, 2))
  const { next } = first.body.paging as { next: string }
  const second = await readAnswer(await fetch(next))
  expect((second.body.data as { id: string }[]).map(({ id }) => id)).toEqual(ids.slice(2))
  await control(sandbox, 'PATCH', '/settings', { listLagMs: 60_000 })
  expect((await get(`/${recordsInstagram}/media`)).body.data).toEqual([])
})
