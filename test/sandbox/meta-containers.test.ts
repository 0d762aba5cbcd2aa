import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import { makeImage, makeJpeg, makeVideo } from '../../local/media/media-files.ts'
import type { Sandbox } from '../../local/sandbox/server.ts'
import {
  type Answer,
  advance,
  allScopes,
  cafeInstagram,
  control,
  graph,
  login,
  type MediaServer,
  pageToken,
  readAnswer,
  records,
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

test('a carousel needs two to ten finished children of the same account', async () => {
  const error = async (children: unknown[]) =>
    (await create({ media_type: 'CAROUSEL', children })).body.error
  const single = await create({ image_url: photo })
  const child = await create({ image_url: photo, is_carousel_item: true })
  const foreign = await create({ image_url: photo, is_carousel_item: true }, cafeInstagram)
  await advance(sandbox, 1_000)
  const [a, b] = [child.body.id, foreign.body.id]
  for (const children of [[a], [a, b], [a, single.body.id], [a, '1'], Array(11).fill(a)]) {
    expect(await error(children)).toMatchObject({ code: 100, error_subcode: 2207028 })
  }
})

test('images are fetched and checked by their bytes within the call', async () => {
  const jpeg = await makeJpeg({ width: 1080, height: 1080 })
  const error = async (body: Buffer | string, more = {}) =>
    (await create({ image_url: media.serve('/x.jpg', body, more) })).body.error
  const unfetchable = { code: 9004, error_subcode: 2207052 }
  expect(await error(jpeg, { status: 403 })).toMatchObject(unfetchable)
  expect(await error('<html>Sign in</html>')).toMatchObject(unfetchable)
  expect(await error(jpeg, { status: 301, headers: { location: photo } })).toMatchObject(
    unfetchable,
  )
  expect(await error(await makeImage({ width: 1080, height: 1080, format: 'png' }))).toMatchObject({
    code: 36001,
    error_subcode: 2207005,
  })
  expect(await error(jpeg.subarray(0, jpeg.length / 2))).toMatchObject({
    code: 36001,
    error_subcode: 2207005,
  })
  expect(
    await error(await makeJpeg({ width: 1080, height: 1080, padBytes: 9_000_000 })),
  ).toMatchObject({
    code: 36000,
    error_subcode: 2207004,
  })
  expect(await error(await makeJpeg({ width: 1000, height: 1400 }))).toMatchObject({
    code: 36003,
    error_subcode: 2207009,
  })
  expect(await error(await makeJpeg({ width: 2000, height: 1000 }))).toMatchObject({
    code: 36003,
    error_subcode: 2207009,
  })
  for (const image_url of [
    'file:///etc/passwd',
    'data:image/jpeg;base64,AAAA',
    photo.replace('//', '//user:pass@'),
    `${media.url}/ü.jpg`,
    'http://127.0.0.1:1/x.jpg',
  ]) {
    expect((await create({ image_url })).body.error).toMatchObject(unfetchable)
  }
  await control(sandbox, 'PATCH', '/settings', { strictPng: false, fetchTimeoutMs: 200 })
  expect(await error(await makeImage({ width: 1080, height: 1080, format: 'png' }))).toBeUndefined()
  expect(await error(jpeg, { delayMs: 1_000 })).toMatchObject({ code: -2, error_subcode: 2207003 })
})

test('a problem with a video shows in the status of its container', async () => {
  const failed = async (video_url: string, more: Record<string, unknown> = {}) => {
    const { status, body } = await create({ media_type: 'REELS', video_url, ...more })
    expect(status).toBe(200)
    const { status_code, status: text } = await settled(body.id)
    expect(status_code).toBe('ERROR')
    expect((await publish(body.id)).body.error).toMatchObject({ code: 24, error_subcode: 2207008 })
    return String(text).match(/\d+$/)?.[0]
  }
  expect(await failed(`${media.url}/none.mp4`)).toBe('2207077')
  expect(await failed(media.serve('/no.mp4', 'x'.repeat(2_000), { type: 'video/mp4' }))).toBe(
    '2207026',
  )
  expect(await failed(await video({ durationMs: 1_000 }))).toBe('2207026')
  expect(await failed(await video({ moovFirst: false }))).toBe('2207026')
  expect(await failed(await video({ fps: 15 }))).toBe('2207026')
  expect(await failed(await video(), { thumb_offset: 9_000 })).toBe('2207057')
  expect(
    await failed(await video({ durationMs: 70_000, fps: 24 }), { media_type: 'STORIES' }),
  ).toBe('2207026')
})

test('texts and types are checked before anything is fetched', async () => {
  const error = async (parameters: Record<string, unknown>) =>
    (await create({ image_url: photo, ...parameters })).body.error
  expect(await error({ caption: 'x'.repeat(2_201) })).toMatchObject({
    code: 36004,
    error_subcode: 2207010,
  })
  expect(await error({ caption: '#a '.repeat(31) })).toMatchObject({
    code: 100,
    error_subcode: 2207040,
  })
  expect(await error({ caption: '@a '.repeat(21) })).toMatchObject({
    code: 100,
    error_subcode: 2207040,
  })
  expect(await error({ alt_text: 'x'.repeat(1_001) })).toMatchObject({ code: 100 })
  expect(await error({ media_type: 'STORIES', alt_text: 'x' })).toMatchObject({ code: 100 })
  expect(await error({ collaborators: ['a', 'b', 'c', 'd'] })).toMatchObject({ code: 100 })
  expect(await error({ media_type: 'VIDEO' })).toMatchObject({ code: 100, error_subcode: 2207023 })
  expect(await error({ media_type: 'FILM' })).toMatchObject({ code: 100, error_subcode: 2207023 })
  expect(await error({ media_type: 'REELS', is_carousel_item: true })).toMatchObject({
    code: 100,
    error_subcode: 2207023,
  })
  expect((await create({ image_url: photo, audio_name: 'Sunday' })).status).toBe(501)
  expect(media.requests).toEqual([])
})

test('a container expires after a day', async () => {
  const { body } = await create({ image_url: photo })
  await advance(sandbox, 86_400_000)
  expect(await statusOf(body.id)).toMatchObject({ status_code: 'EXPIRED' })
  expect((await publish(body.id)).body.error).toMatchObject({ code: 24, error_subcode: 2207008 })
  expect((await publish('17889000000000000')).body.error).toMatchObject({
    code: 24,
    error_subcode: 2207008,
  })
})

test('bytes can be sent instead of a URL', async () => {
  const bytes = await makeVideo({ width: 1080, height: 1920, durationMs: 4_000 })
  const { body } = await create({ media_type: 'REELS', upload_type: 'resumable', caption: 'Sent' })
  expect(body.uri).toBe(`${sandbox.url}/rupload/ig-api-upload/v25.0/${body.id}`)
  const sent = await readAnswer(
    await fetch(String(body.uri), {
      method: 'POST',
      headers: {
        authorization: `OAuth ${access_token}`,
        offset: '0',
        file_size: String(bytes.length),
      },
      body: new Uint8Array(bytes),
    }),
  )
  expect(sent.body).toMatchObject({ success: true })
  await advance(sandbox, 3_000)
  expect((await publish(body.id)).status).toBe(200)
})

test('permissions: scopes, shared accounts, restricted accounts, and the Page token as a substitute', async () => {
  const page = await pageToken(sandbox, access_token, records)
  expect((await create({ image_url: photo, access_token: page })).status).toBe(200)
  await control(sandbox, 'PATCH', '/settings', { pageTokenReadsFail: true })
  expect((await get(`/${recordsInstagram}`, { access_token: page })).body.error).toMatchObject({
    code: 100,
    error_subcode: 33,
  })
  expect((await get(`/${recordsInstagram}`)).status).toBe(200)
  await control(sandbox, 'POST', `/accounts/meta/instagram/${recordsInstagram}/state`, {
    restricted: true,
  })
  expect((await create({ image_url: photo })).body.error).toMatchObject({
    code: 25,
    error_subcode: 2207050,
  })
  access_token = await login(sandbox, { instagram: [cafeInstagram] })
  expect((await get(`/${recordsInstagram}`)).body.error).toMatchObject({
    code: 100,
    error_subcode: 33,
  })
  await control(sandbox, 'POST', '/reset')
  access_token = await login(sandbox, {
    grant: allScopes.filter((scope) => scope !== 'instagram_content_publish'),
  })
  const refused = await create({ image_url: photo })
  expect(refused.status).toBe(403)
  expect(refused.body.error).toMatchObject({ code: 10 })
})
