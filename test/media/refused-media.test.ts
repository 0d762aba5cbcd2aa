import sharp from 'sharp'
import { beforeAll, describe, expect, it } from 'vitest'
import { makeImage, makeVideo } from '../../local/media/media-files.ts'
import { createTestApp, type TestApp } from '../support/app.ts'
import { testConfig } from '../support/config.ts'
import { noise, put } from '../support/uploading.ts'

const maxBytes = 6_000_000
let test: TestApp

beforeAll(async () => {
  test = await createTestApp({ config: testConfig({ UPLOAD_MAX_BYTES: String(maxBytes) }) })
})

describe('what is refused, with the reason', () => {
  const video = () => makeVideo({ width: 640, height: 480, durationMs: 2000 })
  const svg = Buffer.from(
    '<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>',
  )
  const cases: [string, string, () => Promise<Buffer> | Buffer, number, RegExp][] = [
    ['an empty file', 'a.jpg', () => Buffer.alloc(0), 422, /empty/],
    ['an SVG', 'logo.svg', () => svg, 422, /SVG drawing/],
    ['an SVG under the name of a photo', 'logo.jpg', () => svg, 422, /SVG drawing/],
    [
      'a page under the name of a photo',
      'x.jpg',
      () => Buffer.from('<html><script>alert(1)</script>'),
      422,
      /isn’t a picture or a video/,
    ],
    [
      'a PDF under the name of a photo',
      'x.png',
      () => Buffer.from('%PDF-1.7\n%âãÏÓ\n1 0 obj'),
      422,
      /application\/pdf/,
    ],
    [
      'a video under the name of a photo',
      'x.jpg',
      video,
      422,
      /a video with the name of a picture/,
    ],
    [
      'a photo under the name of a video',
      'x.mp4',
      () => makeImage({ width: 64, height: 64 }),
      422,
      /a picture with the name of a video/,
    ],
    [
      'a video that was cut off',
      'x.mp4',
      async () => (await video()).subarray(0, -40),
      422,
      /end of this video is missing/,
    ],
    [
      'a video whose index is missing',
      'x.mp4',
      async () =>
        cutIndex(await makeVideo({ width: 640, height: 480, durationMs: 2000, moovFirst: false })),
      422,
      /end of this video is missing/,
    ],
    ['a video of garbled boxes', 'x.mp4', async () => garbled(await video()), 422, /damaged/],
    [
      'a photo that was cut off',
      'x.jpg',
      async () => (await noise(900, 900)).subarray(0, 20_000),
      422,
      /damaged or incomplete/,
    ],
    ['a bomb: few bytes, very many pixels', 'x.png', () => bomb(), 422, /200 million pixels/],
    [
      'a file above the limit',
      'x.mp4',
      () => Buffer.concat([Buffer.alloc(maxBytes + 1)]),
      413,
      /larger than 6 MB/,
    ],
    [
      'a Matroska video without content',
      'x.webm',
      () => Buffer.from('1a45dfa3a34286810142f7810142f2810442f381084282847765626d', 'hex'),
      422,
      /damaged or in a rare format/,
    ],
  ]
  it.each(cases)('%s', async (_what, name, make, status, words) => {
    const answer = await put(test.cast.manager, name, await make())
    expect(answer.text).toMatch(words)
    expect(answer.status).toBe(status)
  })

  it('leaves nothing of a refused file behind', async () => {
    const { readdir } = await import('node:fs/promises')
    expect(await readdir(await test.deps.mediaStore.scratch())).toEqual([])
  })

  it('an upload from another origin', async () => {
    const body = await makeImage({ width: 64, height: 64 })
    expect(
      (await put(test.cast.manager, 'x.jpg', body, { Origin: 'https://evil.example' })).status,
    ).toBe(403)
    expect((await put(test.cast.manager, 'x.jpg', body, {})).status).toBe(403)
  })
})

const bomb = (): Promise<Buffer> =>
  sharp({ create: { width: 15_000, height: 14_000, channels: 3, background: '#000' } })
    .png({ compressionLevel: 9 })
    .toBuffer()

const cutIndex = (video: Buffer): Buffer => video.subarray(0, video.indexOf('moov') - 4)
const garbled = (video: Buffer): Buffer => {
  const bytes = Buffer.from(video)
  bytes.write('\u0001\u0002', bytes.indexOf('mdat'))
  return bytes
}
