import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { buffer } from 'node:stream/consumers'
import { MockActivityEnvironment } from '@temporalio/testing'
import { pino } from 'pino'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createRenderingActivities } from '../../activities/media/render.ts'
import { isCutByEditList } from '../../media/edit-lists.ts'
import { createFfmpeg } from '../../media/ffmpeg.ts'
import { areWellSpaced, readKeyFrames } from '../../media/key-frames.ts'
import { createTestApp, type TestApp } from '../support/app.ts'
import { ffmpeg } from '../support/media/films.ts'
import { upload } from '../support/uploading.ts'

let folder: string
let test: TestApp
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'cratesocial-copied-'))
  test = await createTestApp()
  await ffmpeg([...signal(3), ...codecs, pathOf('plain.mp4')])
}, 60_000)
afterAll(() => rm(folder, { recursive: true, force: true }))

const pathOf = (name: string) => join(folder, name)

/** Six seconds, black and silent but for a flash and a tone of 0.2 s. The tone may begin earlier. */
const signal = (flashAt: number, toneAt = flashAt) => [
  ...['-f', 'lavfi', '-i'],
  `color=black:s=640x360:r=30:d=6,drawbox=c=white:t=fill:enable='between(t,${flashAt},${flashAt + 0.2})'`,
  ...['-f', 'lavfi', '-i'],
  `aevalsrc='sin(2764*t)*between(t,${toneAt},${toneAt + 0.2})':s=48000:d=6`,
]
const codecs = [
  ...['-c:v', 'libx264', '-preset', 'ultrafast', '-pix_fmt', 'yuv420p', '-g', '60'],
  ...['-c:a', 'aac', '-ac', '2'],
]

/** How an upload is stored: as it is, or waiting for its conversion. */
const stored = async (name: string) => {
  const id = await upload(test, name, await readFile(pathOf(name)))
  const [row] = await test.sql<{ conversion: string | null; storeKey: string }[]>`
    select conversion, store_key from media where id = ${id}`
  return { id, ...row! }
}

/** The file that is published, with what ffmpeg finds in it. In seconds. */
const published = async (id: string) => {
  const { sql, mediaStore, config } = test.deps
  const program = createFfmpeg(config.media.ffmpeg)
  const log = pino({ level: 'silent' })
  const deps = { sql, mediaStore, ffmpeg: program, log, now: Date.now, minFreeBytes: 0 }
  const { makeRendition } = createRenderingActivities(deps)
  await new MockActivityEnvironment().run(makeRendition, { mediaId: id })
  const [row] = await sql<{ conversion: null; storeKey: string; durationMs: number }[]>`
    select conversion, store_key, duration_ms from media where id = ${id}`
  const path = pathOf(`${id}.mp4`)
  await writeFile(path, await buffer(mediaStore.open(row!.storeKey)))
  const filters = ['-vf', 'blackdetect=d=0.1', '-af', 'silencedetect=n=-30dB:d=0.1']
  const found = await program(['-i', `file:${path}`, ...filters, '-f', 'null', '-'])
  const flashAt = Number(/black_end:([\d.]+)/.exec(found.log)?.[1])
  const toneAt = Number(/silence_end: ([\d.]+)/.exec(found.log)?.[1])
  expect((await readFile(path)).includes('elst')).toBe(false)
  return { seconds: row!.durationMs / 1000, flashAt, toneAt }
}

describe('videos that are only cleaned', { timeout: 120_000 }, () => {
  it('keep picture and sound together', async () => {
    const { id, conversion } = await stored('plain.mp4')
    expect(conversion).toBeNull()
    const { flashAt, toneAt, seconds } = await published(id)
    expect(seconds).toBeCloseTo(6, 1)
    expect(flashAt).toBeCloseTo(3, 1)
    expect(Math.abs(flashAt - toneAt)).toBeLessThan(0.06)
  })

  it('have closed GOPs; a video with open GOPs is converted', async () => {
    const moving = ['-f', 'lavfi', '-i', 'testsrc2=s=640x360:r=30:d=4']
    const open = ['-bf', '2', '-x264-params', 'open-gop=1:keyint=30:min-keyint=30:bframes=2']
    await ffmpeg([...moving, ...codecs, ...open, pathOf('open.mp4')])
    expect((await readKeyFrames(pathOf('open.mp4'))).isOpen).toBe(true)
    expect((await readKeyFrames(pathOf('plain.mp4'))).isOpen).toBe(false)
    const { id, conversion } = await stored('open.mp4')
    expect(conversion).toBe('waiting')
    expect((await published(id)).seconds).toBeCloseTo(4, 1)
    expect((await readKeyFrames(pathOf(`${id}.mp4`))).isOpen).toBe(false)
  })

  it.each([
    ['closer than 2 seconds', ['-g', '30'], { shortestMs: 1_000, longestMs: 1_000 }],
    ['further apart than 5', ['-g', '600'], { shortestMs: null, longestMs: 6_000 }],
  ])(
    'have key frames every 2 to 5 seconds; a video with key frames %s is converted',
    async (_, gop, is) => {
      await ffmpeg([...signal(3), ...codecs, ...gop, '-sc_threshold', '0', pathOf('gops.mp4')])
      expect(await readKeyFrames(pathOf('gops.mp4'))).toMatchObject(is)
      const { id, conversion } = await stored('gops.mp4')
      expect(conversion).toBe('waiting')
      await published(id)
      const made = await readKeyFrames(pathOf(`${id}.mp4`))
      expect([areWellSpaced(made), made.isOpen]).toEqual([true, false])
      const [row] = await test.sql`select encoding from media where id = ${id}`
      expect(row!.encoding.keyFrames).toEqual({ shortestMs: 2_000, longestMs: 2_000 })
    },
  )
})

it('an upright video that is too small for a reel grows to 540 x 960', async () => {
  await ffmpeg([...signal(3), ...codecs, '-vf', 'scale=320:568,setsar=1', pathOf('small.mp4')])
  const { id, conversion } = await stored('small.mp4')
  expect(conversion).toBe('waiting')
  await published(id)
  const [row] = await test.sql`select width, height from media where id = ${id}`
  expect(row).toEqual({ width: 540, height: 960 })
}, 60_000)

describe('a video whose edit list', { timeout: 120_000 }, () => {
  it('cuts away the start never shows it', async () => {
    await ffmpeg(['-ss', '1.5', '-i', pathOf('plain.mp4'), '-c', 'copy', pathOf('start.mp4')])
    expect(await isCutByEditList(pathOf('start.mp4'))).toBe(true)
    const { id, conversion } = await stored('start.mp4')
    expect(conversion).toBe('waiting')
    const { flashAt, toneAt, seconds } = await published(id)
    expect([seconds, flashAt].map((value) => Number(value.toFixed(1)))).toEqual([4.5, 1.5])
    expect(Math.abs(flashAt - toneAt)).toBeLessThan(0.06)
  })

  it('cuts away the end never shows it', async () => {
    const bytes = Buffer.from(await readFile(pathOf('plain.mp4')))
    const ticks = bytes.readUInt32BE(bytes.indexOf('mvhd') + 16)
    for (let at = bytes.indexOf('elst'); at > 0; at = bytes.indexOf('elst', at + 4))
      bytes.writeUInt32BE(2 * ticks, at + 12)
    await writeFile(pathOf('end.mp4'), bytes)
    const { id, conversion } = await stored('end.mp4')
    expect(conversion).toBe('waiting')
    const { flashAt, seconds } = await published(id)
    expect(seconds).toBeCloseTo(2, 1)
    expect(flashAt).toBeCloseTo(2, 1) // black to its end: no flash
  })

  it.each(['late.mp4', 'late.ts', 'late.mkv'])(
    '%s: or container begins the sound later keeps it beside its picture',
    async (name) => {
      await ffmpeg([
        ...signal(3, 1.5),
        ...['-filter_complex', '[1:a]asetpts=PTS+1.5/TB[late]', '-map', '0:v', '-map', '[late]'],
        ...[...codecs, pathOf(name)],
      ])
      const { id, conversion } = await stored(name)
      expect(conversion).toBe('waiting')
      const { flashAt, toneAt } = await published(id)
      expect(flashAt).toBeCloseTo(3, 1)
      expect(Math.abs(flashAt - toneAt)).toBeLessThan(0.06)
    },
  )

  it('or container begins the picture later keeps it beside its sound', async () => {
    await ffmpeg([
      ...signal(1.5, 3),
      ...['-filter_complex', '[0:v]setpts=PTS+1.5/TB[late]', '-map', '[late]', '-map', '1:a'],
      ...[...codecs, '-fps_mode', 'passthrough', pathOf('picture-late.mkv')],
    ])
    const { id, conversion } = await stored('picture-late.mkv')
    expect(conversion).toBe('waiting')
    const { flashAt, toneAt } = await published(id)
    expect(flashAt).toBeCloseTo(3, 1)
    expect(Math.abs(flashAt - toneAt)).toBeLessThan(0.06)
  })
})
