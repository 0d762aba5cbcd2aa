import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { makeVideo } from '../../local/media/media-files.ts'
import { countersAt } from '../../local/sandbox/tiktok/videos/counters.ts'
import { startTikTok, type TikTokCast, until } from './tiktok-cast.ts'

const hourMs = 3_600_000
let tiktok: TikTokCast
let dir: string
let access = ''
let video: Buffer
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'tiktok-videos-'))
  video = await makeVideo({ width: 720, height: 1280, durationMs: 1_000 })
  tiktok = await startTikTok({ dir })
  await tiktok.set({ tiktokTokenProfile: 'older' }) // hours pass, and nothing renews the token
  access = (await tiktok.login()).access_token ?? ''
  for (const title of ['first', 'second', 'x'.repeat(200)]) {
    await post(title)
    await tiktok.advance(60_000)
  }
})
afterAll(async () => {
  await tiktok.close()
  await rm(dir, { recursive: true })
})

async function post(title: string) {
  await upload(title)
  await until(
    () => tiktok.posts(),
    (posts) => posts.some((post) => post.text === title && post.permalink !== null),
  )
}

/** Sends init and the only chunk. Returns the publish id. */
async function upload(title: string): Promise<string> {
  const size = video.length
  const { data } = await tiktok.api(access, '/v2/post/publish/video/init/', {
    post_info: { title, privacy_level: 'PUBLIC_TO_EVERYONE' },
    source_info: {
      source: 'FILE_UPLOAD',
      video_size: size,
      chunk_size: size,
      total_chunk_count: 1,
    },
  })
  const headers = { 'content-type': 'video/mp4', 'content-range': `bytes 0-${size - 1}/${size}` }
  await fetch(data.upload_url, { method: 'PUT', headers, body: new Uint8Array(video) })
  return data.publish_id
}

const list = (body: unknown, fields = 'id,title,create_time') =>
  tiktok.api(access, `/v2/video/list/?fields=${fields}`, body)
const query = (ids: string[]) =>
  tiktok.api(access, '/v2/video/query/?fields=id,view_count', { filters: { video_ids: ids } })

test('the list is newest first, in pages with a cursor in milliseconds; titles are cut at 150', async () => {
  const first = await list({ max_count: 2 })
  expect(first.data).toMatchObject({
    has_more: true,
    videos: [{ title: 'x'.repeat(150) }, { title: 'second' }],
  })
  expect(Math.floor(first.data.cursor / 1000)).toBe(first.data.videos[1].create_time)
  const second = await list({ max_count: 2, cursor: first.data.cursor })
  expect(second.data).toMatchObject({ has_more: false, videos: [{ title: 'first' }] })
  expect(second.data.videos[0].id).toMatch(/^\d{19}$/)
})

test('the list needs fields, the scope, and a page size of at most 20', async () => {
  expect(await list({}, '')).toMatchObject({ status: 400, code: 'invalid_params' })
  expect(await list({}, 'id,reach')).toMatchObject({ status: 400, code: 'invalid_params' })
  expect(await list({ max_count: 21 })).toMatchObject({ status: 400, code: 'invalid_params' })
  const { access_token: reader = '' } = await tiktok.login('northside.records', 'user.info.basic')
  expect(await tiktok.api(reader, '/v2/video/list/?fields=id', {})).toMatchObject({
    status: 401,
    code: 'scope_not_authorized',
  })
})

test('query omits ids that are unknown or belong to others', async () => {
  const ids = (await tiktok.posts()).map((post) => post.id)
  expect((await query([...ids, '7600000000000000123'])).data.videos).toHaveLength(3)
  const { access_token: other = '' } = await tiktok.login('southside.club')
  const answer = await tiktok.api(other, '/v2/video/query/?fields=id', {
    filters: { video_ids: ids },
  })
  expect(answer).toMatchObject({ code: 'ok', data: { videos: [] } })
  expect((await query(Array(21).fill('1'))).code).toBe('invalid_params')
})

test('counters grow with the clock, identically for the same post', async () => {
  const [id = ''] = (await tiktok.posts()).map((post) => post.id)
  const views = async () => (await query([id])).data.videos[0].view_count
  const before = await views()
  await tiktok.advance(12 * hourMs)
  expect(await views()).toBeGreaterThan(before)
  const info = await tiktok.api(access, '/v2/user/info/?fields=likes_count,video_count')
  expect(info.data.user.video_count).toBe(3)
  expect(info.data.user.likes_count).toBeGreaterThan(0)
  const curve = [0, 1, 6, 48, 480].map((hours) => countersAt('seed', 1_000, hours * hourMs).views)
  expect(curve).toEqual([...curve].sort((a, b) => a - b))
  expect(curve[0]).toBe(0)
  expect(countersAt('seed', 1_000, hourMs)).toEqual(countersAt('seed', 1_000, hourMs))
})

test('after a restart, accounts, tokens and posts still exist, and pending work continues', async () => {
  await tiktok.set({ tiktokProcessingMs: hourMs })
  const publishId = await upload('fourth')
  await tiktok.close()
  tiktok = await startTikTok({ dir })
  expect(await tiktok.posts()).toHaveLength(3)
  await tiktok.advance(hourMs)
  const status = () =>
    tiktok.api(access, '/v2/post/publish/status/fetch/', { publish_id: publishId })
  await until(status, ({ data }) => data.publicaly_available_post_id.length > 0)
  expect((await list({})).data.videos).toHaveLength(4)
})
