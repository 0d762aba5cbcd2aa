import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import sharp from 'sharp'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { makeImage } from '../../local/media/media-files.ts'
import { createFfmpeg } from '../../media/ffmpeg.ts'
import { probeVideo } from '../../media/video.ts'
import { createTestApp, type TestApp } from '../support/app.ts'
import { readTags, tellingTags } from '../support/media/exiftool.ts'
import { bytesOf, put, rowOf, upload } from '../support/uploading.ts'

let test: TestApp
let folder: string
let ffmpeg: ReturnType<typeof createFfmpeg>

beforeAll(async () => {
  test = await createTestApp()
  folder = await mkdtemp(join(tmpdir(), 'cratesocial-camera-'))
  ffmpeg = createFfmpeg(test.deps.config.media.ffmpeg)
})
afterAll(() => rm(folder, { recursive: true, force: true }))

const camera = Object.entries({
  location: '+46.9480+007.4474/',
  'com.apple.quicktime.location.ISO6709': '+46.9480+007.4474+540/',
  'com.apple.quicktime.make': 'Lensmaker',
  'com.apple.quicktime.model': 'Lensmaker 15',
  'com.apple.quicktime.software': '26.1',
  'com.apple.quicktime.creationdate': '2026-03-29T02:30:00+0200',
  creation_time: '2026-03-29T00:30:00Z',
  artist: 'Ada Lens',
  comment: 'serial number LM-7',
}).flatMap(([name, value]) => ['-metadata', `${name}=${value}`])

/** A video as a phone makes it: picture, sound, and the camera's metadata about both. */
const film = async (name: string, more: string[] = []): Promise<string> => {
  const path = join(folder, name)
  const picture = ['-f', 'lavfi', '-i', 'testsrc2=s=640x360:r=30:d=2']
  const sound = ['-f', 'lavfi', '-i', 'sine=f=440:r=44100:d=2']
  const codecs = ['-c:v', 'libx264', '-preset', 'ultrafast', '-pix_fmt', 'yuv420p', '-c:a', 'aac']
  const flags = name.endsWith('.mov') ? ['-movflags', 'use_metadata_tags'] : []
  await ffmpeg([...picture, ...sound, ...codecs, ...camera, ...flags, ...more, path])
  return path
}

/**
 * Hashes of what a player shows, and of the sound as it is stored: without an edit list, a player
 * also plays the 21 ms of the encoder's padding.
 */
const decoded = async (path: string): Promise<string> => {
  const out = join(folder, 'decoded.txt')
  await ffmpeg([
    '-noautorotate',
    '-i',
    path,
    '-map',
    '0:V:0',
    '-map',
    '0:a?',
    '-c:a',
    'copy',
    '-f',
    'streamhash',
    out,
  ])
  return readFile(out, 'utf8')
}

const stored = async (name: string, path: string): Promise<{ id: string; served: string }> => {
  const id = await upload(test, name, await readFile(path))
  const served = join(folder, `served-${name}`)
  await writeFile(served, await bytesOf(test, id))
  return { id, served }
}

describe('a served file reveals nothing about the camera', () => {
  it.each(['phone.mov', 'phone.mp4'])(
    '%s: no place, make, model, software, serial number or date',
    async (name) => {
      const original = await film(name)
      expect(Object.keys(tellingTags(await readTags(original))).length).toBeGreaterThan(3)
      const { served } = await stored(name, original)
      expect(tellingTags(await readTags(served))).toEqual({})
      expect(await decoded(served)).toBe(await decoded(original))
    },
  )

  it('a picture: no place, make, model or date', async () => {
    const IFD0 = {
      Make: 'Lensmaker',
      Model: 'Lensmaker 15',
      Software: '26.1',
      DateTime: '2026:03:29 02:30:00',
    }
    const exif = { IFD0, IFD3: { GPSLatitude: '46/1 56/1 0/1', GPSLatitudeRef: 'N' } }
    const original = join(folder, 'photo.jpg')
    const jpeg = await makeImage({ width: 400, height: 300 })
    await writeFile(original, await sharp(jpeg).withExif(exif).jpeg().toBuffer())
    expect(Object.keys(tellingTags(await readTags(original))).length).toBeGreaterThan(3)
    const { served } = await stored('photo.jpg', original)
    expect(tellingTags(await readTags(served))).toEqual({})
  })

  it('a track of positions next to the video is left out, with its bytes', async () => {
    const subtitles = join(folder, 'positions.srt')
    await writeFile(subtitles, '1\n00:00:00,000 --> 00:00:02,000\nGPS (7.4474, 46.9480, 540)\n')
    const original = join(folder, 'drone.mp4')
    const tracks = ['-map', '0', '-map', '1', '-c', 'copy', '-c:s', 'mov_text']
    await ffmpeg(['-i', await film('plain.mp4'), '-i', subtitles, ...tracks, original])
    expect((await readFile(original)).includes('GPS (7.4474')).toBe(true)
    const { served } = await stored('drone.mp4', original)
    expect((await readFile(served)).includes('GPS (7.4474')).toBe(false)
    expect(tellingTags(await readTags(served))).toEqual({})
  })
})

it('a video with a rotation flag stays upright', async () => {
  const turned = join(folder, 'turned.mov')
  await ffmpeg([
    '-display_rotation',
    '90',
    '-i',
    await film('lying.mov', ['-s', '960x540']),
    '-c',
    'copy',
    turned,
  ])
  const { id, served } = await stored('turned.mov', turned)
  expect(await rowOf(test, id)).toMatchObject({ contentType: 'video/mp4', width: 540, height: 960 })
  expect(await readTags(served)).toMatchObject({ 'Composite:Rotation': 270 })
})

describe('videos that only look damaged are accepted', () => {
  it('with a camera trailer at the end, which is left out', async () => {
    const whole = await readFile(await film('plain.mp4'))
    const trailer = Buffer.concat([
      Buffer.from([0, 0, 0xff, 0xff, 1, 2, 3, 4]),
      Buffer.from('Insta trailer, serial LM-7'),
    ])
    await writeFile(join(folder, 'trailer.mp4'), Buffer.concat([whole, trailer]))
    const { served } = await stored('trailer.mp4', join(folder, 'trailer.mp4'))
    expect((await readFile(served)).includes('serial LM-7')).toBe(false)
    expect(await decoded(served)).toBe(await decoded(join(folder, 'plain.mp4')))
  })

  it('with a few extra bytes at the end', async () => {
    const whole = await readFile(await film('plain.mp4'))
    expect(
      (await put(test.cast.manager, 'seven.mp4', Buffer.concat([whole, Buffer.alloc(7)]))).status,
    ).toBe(201)
  })

  it('with a last box that says “to the end of the file”', async () => {
    const whole = await readFile(await film('front.mp4', ['-movflags', '+faststart']))
    const at = whole.indexOf('mdat') - 4
    expect(at + whole.readUInt32BE(at)).toBe(whole.length)
    whole.writeUInt32BE(0, at)
    await writeFile(join(folder, 'open.mp4'), whole)
    const { served } = await stored('open.mp4', join(folder, 'open.mp4'))
    expect(await decoded(served)).toBe(await decoded(join(folder, 'front.mp4')))
  })

  it('but not a video whose data was cut off', async () => {
    const whole = await readFile(await film('front.mp4', ['-movflags', '+faststart']))
    const answer = await put(test.cast.manager, 'cut.mp4', whole.subarray(0, -500))
    expect([answer.status, answer.text]).toEqual([
      422,
      expect.stringMatching(/The end of this video is missing/),
    ])
  })
})

it('the frame rate is the average over the whole video, however it starts, and a varying one becomes constant', async () => {
  const idle = [
    '-f',
    'lavfi',
    '-i',
    'testsrc2=s=320x240:r=10:d=6',
    '-f',
    'lavfi',
    '-i',
    'testsrc2=s=320x240:r=60:d=6',
  ]
  const joined = [
    '-filter_complex',
    '[0][1]concat,settb=1/600',
    '-fps_mode',
    'vfr',
    '-enc_time_base',
    '1:600',
  ]
  const path = join(folder, 'screen.mp4')
  await ffmpeg([
    ...idle,
    ...joined,
    '-c:v',
    'libx264',
    '-preset',
    'ultrafast',
    '-pix_fmt',
    'yuv420p',
    path,
  ])
  expect((await probeVideo(path)).fps).toBeCloseTo(35, 0)
  const id = await upload(test, 'screen.mp4', await readFile(path))
  expect(await rowOf(test, id)).toMatchObject({ conversion: 'waiting', fps: 30 })
})
