import { beforeAll, expect, it } from 'vitest'
import { makeImage, makeVideo } from '../../local/media/media-files.ts'
import type { Demuxer } from '../../media/clean-video.ts'
import { createFfmpeg } from '../../media/ffmpeg.ts'
import { probe } from '../../media/probe.ts'
import { createTestApp, type TestApp } from '../support/app.ts'
import { testConfig } from '../support/config.ts'
import { put } from '../support/uploading.ts'

let test: TestApp
beforeAll(async () => {
  const config = testConfig()
  test = await createTestApp({
    config: { ...config, media: { ...config.media, ffmpeg: '/nowhere/ffmpeg' } },
  })
})

it('without ffmpeg, a video is refused with the reason and nothing of it is kept', async () => {
  const answer = await put(
    test.cast.manager,
    'x.mp4',
    await makeVideo({ width: 640, height: 480, durationMs: 500 }),
  )
  expect([answer.status, answer.text]).toEqual([503, expect.stringContaining('ffmpeg is missing')])
  expect(await test.sql`select from media`).toHaveLength(0)
})

it('without ffmpeg, pictures are accepted as before', async () => {
  const answer = await put(test.cast.manager, 'x.jpg', await makeImage({ width: 480, height: 480 }))
  expect(answer.status).toBe(201)
  expect(await test.sql`select from media`).toHaveLength(1)
})

it('a file that only a newer ffmpeg can read is refused with that reason', async () => {
  const ffmpeg = createFfmpeg(testConfig().media.ffmpeg)
  const reading = probe(ffmpeg, '/dev/null', 'webp_of_tomorrow' as Demuxer)
  await expect(reading).rejects.toThrow('This installation’s ffmpeg is too old to read this file.')
})
