import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { makeVideo } from '../../local/media/media-files.ts'
import { startTikTok, type TikTokCast, until } from './tiktok-cast.ts'
import { inOneChunk, putAll, uploadsOf } from './tiktok-uploads.ts'

let tiktok: TikTokCast
let video: Buffer
let access = ''
const { inboxInit, status, settled } = uploadsOf(() => ({ tiktok, access }))

beforeAll(async () => {
  tiktok = await startTikTok()
  video = await makeVideo({ width: 720, height: 1280, durationMs: 2_000 })
})
afterAll(() => tiktok.close())
beforeEach(async () => {
  await tiktok.reset()
  access = (await tiktok.login()).access_token ?? ''
})

test('an inbox draft waits until the creator posts it, and can be posted twice', async () => {
  const { data } = await inboxInit(inOneChunk(video.length))
  expect(data.publish_id).toMatch(/^v_inbox_file~v2\./)
  await putAll(data.upload_url, video)
  expect((await settled(data.publish_id)).data.status).toBe('SEND_TO_USER_INBOX')
  expect(await tiktok.posts()).toEqual([])
  await tiktok.control('POST', `/tiktok/publishes/${data.publish_id}/post`)
  await tiktok.control('POST', `/tiktok/publishes/${data.publish_id}/post`)
  const answer = await until(
    () => status(data.publish_id),
    ({ data }) => data.publicaly_available_post_id.length === 2,
  )
  expect(answer.data).toMatchObject({ status: 'PUBLISH_COMPLETE' })
  expect(await tiktok.posts()).toHaveLength(2)
})

test('an inbox draft keeps only its text', async () => {
  const path = '/v2/post/publish/inbox/video/init/'
  const info = {
    title: 'From the inbox',
    privacy_level: 'SELF_ONLY',
    is_aigc: true,
    video_cover_timestamp_ms: 500,
  }
  const { data } = await tiktok.api(access, path, {
    post_info: info,
    source_info: inOneChunk(video.length),
  })
  await putAll(data.upload_url, video)
  expect((await settled(data.publish_id)).data.status).toBe('SEND_TO_USER_INBOX')
  await tiktok.control('POST', `/tiktok/publishes/${data.publish_id}/post`)
  const [post] = await tiktok.posts()
  expect(post).toMatchObject({
    text: 'From the inbox',
    visibility: 'PUBLIC_TO_EVERYONE',
    settings: { mode: 'inbox', coverMs: 0 },
  })
  expect(Object.keys(post?.settings ?? {})).not.toContain('is_aigc')
})
