import { createHash } from 'node:crypto'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { makeImage, makeJpeg } from '../../local/media/media-files.ts'
import { startServer, startTikTok, type TikTokCast, until } from './tiktok-cast.ts'

let tiktok: TikTokCast
let host: Awaited<ReturnType<typeof startServer>>
let jpeg: Buffer
let access = ''
beforeAll(async () => {
  jpeg = await makeJpeg({ width: 1080, height: 1350 })
  host = await startServer({
    '/m/1.jpg': jpeg,
    '/m/2.webp': await makeImage({ width: 800, height: 800, format: 'webp' }),
    '/m/3.png': await makeImage({ width: 800, height: 800, format: 'png' }),
    '/m/large.jpg': await makeJpeg({ width: 2000, height: 2000 }),
  })
  tiktok = await startTikTok()
})
afterAll(async () => {
  await tiktok.close()
  await host.close()
})
beforeEach(async () => {
  await tiktok.reset()
  await tiktok.set({ tiktokVerifiedPrefixes: [`${host.url}/m/`] })
  access = (await tiktok.login()).access_token ?? ''
})

const init = (
  names: string[],
  { mode = 'DIRECT_POST', privacy = 'PUBLIC_TO_EVERYONE', more = {}, info = {} } = {},
) =>
  tiktok.api(access, '/v2/post/publish/content/init/', {
    media_type: 'PHOTO',
    post_mode: mode,
    post_info: {
      title: 'Sunday dig',
      description: 'Five finds #vinyl',
      ...(mode === 'DIRECT_POST' ? { privacy_level: privacy } : {}),
      brand_content_toggle: false,
      brand_organic_toggle: false,
      ...info,
    },
    source_info: {
      source: 'PULL_FROM_URL',
      photo_images: names.map((name) => host.url + name),
      photo_cover_index: 0,
    },
    ...more,
  })
const status = (publishId: string) =>
  tiktok.api(access, '/v2/post/publish/status/fetch/', { publish_id: publishId })
const settled = (publishId: string) =>
  until(
    () => status(publishId),
    ({ data }) => !data.status.startsWith('PROCESSING'),
  )

test('photos are actually fetched, posted byte for byte, and available at /photo/', async () => {
  const { data } = await init(['/m/1.jpg', '/m/2.webp'], { more: { is_aigc: true } })
  expect(data.publish_id).toMatch(/^p_pub_url~v2\.\d{19}$/)
  const answer = await until(
    () => status(data.publish_id),
    ({ data }) => data.publicaly_available_post_id.length > 0,
  )
  expect(answer.data).toMatchObject({ status: 'PUBLISH_COMPLETE', uploaded_bytes: 0 })
  const [post] = await tiktok.posts()
  const [call] = await tiktok.calls('content/init')
  expect(post).toMatchObject({
    kind: 'photo',
    text: 'Sunday dig\nFive finds #vinyl',
    callId: call?.id,
    commitCallAtMs: call?.atMs,
  })
  expect(post?.settings).toMatchObject({
    publishId: data.publish_id,
    is_aigc: true,
    brand_content_toggle: false,
  })
  expect(post?.media.map((media) => media.contentType)).toEqual(['image/jpeg', 'image/webp'])
  expect(post?.media[0]?.sha256).toBe(createHash('sha256').update(jpeg).digest('hex'))
  expect(post?.permalink).toBe(`${tiktok.sandbox.url}/tiktok/@northside.records/photo/${post?.id}`)
  const page = await (await fetch(post?.permalink ?? '')).text()
  expect(page).toContain('Creator labeled as AI-generated')
  expect((await fetch(post?.permalink?.replace('/photo/', '/video/') ?? '')).status).toBe(404)
})

test('photos appear in the list of videos only when configured', async () => {
  await settled((await init(['/m/1.jpg'])).data.publish_id)
  const list = () => tiktok.api(access, '/v2/video/list/?fields=id,cover_image_url', {})
  await until(
    () => tiktok.posts(),
    ([post]) => post?.permalink !== null,
  )
  expect((await list()).data.videos).toEqual([])
  await tiktok.set({ tiktokPhotosInVideoList: true })
  const [record] = (await list()).data.videos
  expect((await fetch(record.cover_image_url)).headers.get('content-type')).toBe('image/jpeg')
  await tiktok.advance(6 * 3_600_000)
  expect((await fetch(record.cover_image_url)).status).toBe(403)
})

test.each([
  ['/m/none.jpg', 'photo_pull_failed'],
  ['/m/3.png', 'file_format_check_failed'],
  ['/m/large.jpg', 'picture_size_check_failed'],
])('init accepts %s, the publish fails late with %s', async (name, reason) => {
  const { data } = await init(['/m/1.jpg', name])
  expect((await settled(data.publish_id)).data).toMatchObject({
    status: 'FAILED',
    fail_reason: reason,
  })
  expect(await tiktok.posts()).toEqual([])
})

test.each([
  ['no photo', { photo_images: [], photo_cover_index: 0 }],
  ['36 photos', { photo_images: Array(36).fill('https://a.example/1.jpg'), photo_cover_index: 0 }],
  ['a cover outside', { photo_images: ['https://a.example/1.jpg'], photo_cover_index: 1 }],
  ['no cover', { photo_images: ['https://a.example/1.jpg'] }],
])('%s is refused at init', async (_name, source) => {
  const answer = await init(['/m/1.jpg'], {
    more: { source_info: { source: 'PULL_FROM_URL', ...source } },
  })
  expect(answer).toMatchObject({ status: 400, code: 'invalid_params', data: {} })
})

test('titles are counted in UTF-16 units', async () => {
  expect((await init(['/m/1.jpg'], { info: { title: '🎵'.repeat(45) } })).code).toBe('ok')
  expect(await init(['/m/1.jpg'], { info: { title: `${'🎵'.repeat(45)}!` } })).toMatchObject({
    code: 'invalid_params',
    message: 'The request parameter post_info.title is invalid.',
  })
})

test('photos for the inbox need a recent app version, and no privacy level', async () => {
  const { data } = await init(['/m/1.jpg'], { mode: 'MEDIA_UPLOAD' })
  expect((await settled(data.publish_id)).data.status).toBe('SEND_TO_USER_INBOX')
  await tiktok.control('POST', '/accounts/tiktok/northside.records/state', { appVersion: '31.7.2' })
  expect(await init(['/m/1.jpg'], { mode: 'MEDIA_UPLOAD' })).toMatchObject({
    status: 400,
    code: 'app_version_check_failed',
  })
})

test('a lost response to init does not undo it: the post appears, and a second init makes a second one', async () => {
  await tiktok.fault({ endpoint: 'content/init', when: 'after', kind: 'reset' })
  await expect(init(['/m/1.jpg'])).rejects.toThrow()
  await until(
    () => tiktok.posts(),
    (posts) => posts.length === 1,
  )
  await settled((await init(['/m/1.jpg'])).data.publish_id)
  expect(await tiktok.posts()).toHaveLength(2)
})

test('a fault before the effect leaves nothing behind; a late one makes the post later', async () => {
  await tiktok.fault({ endpoint: 'content/init', when: 'before', kind: 'reset' })
  await expect(init(['/m/1.jpg'])).rejects.toThrow()
  await tiktok.fault({ endpoint: 'content/init', when: 'late', kind: 'reset', delayMs: 60_000 })
  await expect(init(['/m/1.jpg'])).rejects.toThrow()
  expect(await tiktok.control('GET', '/tiktok/publishes')).toEqual([])
  await tiktok.advance(60_000)
  expect(
    await until(
      () => tiktok.posts(),
      (posts) => posts.length === 1,
    ),
  ).toHaveLength(1)
})

test('injected errors use the TikTok envelope', async () => {
  await tiktok.fault({
    endpoint: 'content/init',
    when: 'before',
    kind: 'error',
    code: 'spam_risk_too_many_posts',
  })
  expect(await init(['/m/1.jpg'])).toMatchObject({ status: 403, code: 'spam_risk_too_many_posts' })
  await tiktok.fault({ endpoint: 'content/init', when: 'before', kind: 'rate_limited' })
  expect(await init(['/m/1.jpg'])).toMatchObject({ status: 429, code: 'rate_limit_exceeded' })
  await tiktok.fault({ endpoint: 'content/init', when: 'before', kind: 'error', code: 503 })
  expect(await init(['/m/1.jpg'])).toMatchObject({ status: 503, code: 'internal_error' })
})

test('a photo draft keeps its texts, photos and cover, and no other settings', async () => {
  const { data } = await init(['/m/1.jpg', '/m/2.webp'], {
    mode: 'MEDIA_UPLOAD',
    more: { is_aigc: true },
    info: { disable_comment: true, auto_add_music: true },
  })
  expect((await settled(data.publish_id)).data.status).toBe('SEND_TO_USER_INBOX')
  await tiktok.control('POST', `/tiktok/publishes/${data.publish_id}/post`)
  const [post] = await tiktok.posts()
  expect(post?.text).toBe('Sunday dig\nFive finds #vinyl')
  expect(post?.settings).toEqual({
    publishId: data.publish_id,
    mode: 'inbox',
    source: 'PULL_FROM_URL',
    coverIndex: 0,
    coverMs: null,
  })
})
