import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { makeImage, makeJpeg, makeVideo } from '../../local/media/media-files.ts'
import { judgeMedia } from '../../local/sandbox/judge-media.ts'

let dir: string
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'media-files-'))
})
afterAll(() => rm(dir, { recursive: true }))

async function judge(bytes: Buffer) {
  const path = join(dir, 'file')
  await writeFile(path, bytes)
  return judgeMedia(path)
}

test('a generated video is read as H.264 with the right size, length and frame rate', async () => {
  const video = await makeVideo({ width: 1080, height: 1920, fps: 30, durationMs: 4_000 })
  expect(await judge(video)).toEqual({
    contentType: 'video/mp4',
    facts: {
      kind: 'video',
      container: 'mp4',
      codec: 'avc',
      pictures: { chroma: '4:2:0', bitDepth: 8, interlaced: false },
      closedGops: true,
      gops: { shortestMs: null, longestMs: 4_000 },
      width: 1080,
      height: 1920,
      durationMs: 4_000,
      fps: 30,
      bitsPerSecond: expect.any(Number),
      audio: null,
      moovFirst: true,
      edited: false,
    },
  })
})

test('padding enlarges a video without changing its facts; the index may be at the end', async () => {
  const video = await makeVideo({
    width: 640,
    height: 360,
    fps: 24,
    durationMs: 1_000,
    padBytes: 3_000_000,
    moovFirst: false,
  })
  expect(video.length).toBeGreaterThan(3_000_000)
  expect((await judge(video)).facts).toMatchObject({
    kind: 'video',
    width: 640,
    height: 360,
    durationMs: 1_000,
    fps: 24,
    moovFirst: false,
  })
})

test('images are recognized by their bytes, and a truncated one is marked as broken', async () => {
  const jpeg = await makeJpeg({ width: 400, height: 300 })
  expect(await judge(jpeg)).toEqual({
    contentType: 'image/jpeg',
    facts: { kind: 'image', format: 'jpeg', width: 400, height: 300, broken: false },
  })
  expect(
    (await judge(await makeImage({ width: 10, height: 10, format: 'png' }))).facts,
  ).toMatchObject({ format: 'png' })
  expect((await judge(jpeg.subarray(0, jpeg.length - 200))).facts).toMatchObject({ broken: true })
})

test('a web page and arbitrary bytes are neither an image nor a video', async () => {
  expect((await judge(Buffer.from('<!doctype html><p>Sign in'))).facts).toEqual({ kind: 'html' })
  expect((await judge(Buffer.from('not a film'))).facts).toEqual({ kind: 'unknown' })
})
