import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { buffer } from 'node:stream/consumers'
import sharp from 'sharp'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { compose, upload } from '../../local/people/story.ts'
import { createFfmpeg } from '../../media/ffmpeg.ts'
import { probe } from '../../media/probe.ts'
import { isStandard } from '../../media/standard-video.ts'
import { createDiskStore } from '../../media/store.ts'
import { takeStill } from '../../media/video-still.ts'
import { wallTimeOf } from '../../web/time/wall-time.ts'
import { type Installed, install, untilPage } from '../support/installed.ts'

let house: Installed
let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'cratesocial-edited-'))
  house = await install()
}, 90_000)
afterAll(() => rm(folder, { recursive: true, force: true }))

/** Red on the left, blue on the right. */
const picture = async (width: number, height: number): Promise<Buffer> => {
  const left = await sharp({
    create: { width: width / 2, height, channels: 3, background: '#c22' },
  })
    .png()
    .toBuffer()
  return sharp({ create: { width, height, channels: 3, background: '#22c' } })
    .composite([{ input: left, left: 0, top: 0 }])
    .jpeg()
    .toBuffer()
}

const film = async (): Promise<Buffer> => {
  const path = join(folder, 'film.mp4')
  const still = join(folder, 'film.jpg')
  await writeFile(still, await picture(1280, 720))
  const input = [
    '-loop',
    '1',
    '-framerate',
    '30',
    '-t',
    '7',
    '-i',
    still,
    '-f',
    'lavfi',
    '-i',
    'sine=f=440:r=44100:d=7',
  ]
  const codecs = [
    '-c:v',
    'libx264',
    '-preset',
    'ultrafast',
    '-pix_fmt',
    'yuv420p',
    '-c:a',
    'aac',
    '-movflags',
    '+faststart',
  ]
  await createFfmpeg(house.config.media.ffmpeg)([...input, ...codecs, path])
  return readFile(path)
}

const publish = async (text: string, id: string, edits: object, names: string[]): Promise<void> => {
  const channel = names.map((name) => house.channel(name))
  const fields = { text, channel, media: [id], [`edits.${id}`]: JSON.stringify(edits) }
  const post = await compose(house.admin, house.slug, fields, 'Publish now')
  await untilPage(
    house.admin,
    post.url,
    (page) => page.text.split('Confirmed').length > names.length,
    90_000,
  )
}

type Made = {
  storeKey: string
  sha256: Buffer
  width: number
  height: number
  durationMs: number | null
}
const renditionsOf = (id: string): Promise<Made[]> => house.sql<Made[]>`
  select store_key, sha256, width, height, duration_ms from renditions where media_id = ${id} and state = 'ready' order by width`

const bytesOf = ({ storeKey }: Made): Promise<Buffer> =>
  buffer(createDiskStore(house.config.media.url).open(storeKey))

const meansOf = async (bytes: Buffer | string): Promise<number[]> =>
  (await sharp(bytes).stats()).channels.map(({ mean }) => mean)

const sentTo = async (platform: string, text: string): Promise<string | undefined> =>
  (await house.ledger.posts()).find((one) => one.platform === platform && one.text === text)
    ?.media[0]?.sha256

it('a picture is rotated, then cropped, for each platform in its own size', {
  timeout: 120_000,
}, async () => {
  const id = await upload(house.admin, house.slug, 'lying.jpg', await picture(3600, 2400))
  // Clockwise, so that the left is above; the upper half is kept.
  const edits = { crop: { x: 0, y: 0, width: 1, height: 0.5 }, rotate: 90 }
  await publish('Only the red half', id, edits, ['FacebookNorthside Records', '@northsiderecords'])
  const made = await renditionsOf(id)
  expect(made.map(({ width, height }) => [width, height])).toEqual([
    [1440, 1080],
    [2048, 1536],
  ])
  for (const one of made) {
    const [red = 0, , blue = 0] = await meansOf(await bytesOf(one))
    expect(red - blue).toBeGreaterThan(150)
  }
  const hashes = made.map(({ sha256 }) => sha256.toString('hex'))
  expect(
    await Promise.all([
      sentTo('instagram', 'Only the red half'),
      sentTo('facebook', 'Only the red half'),
    ]),
  ).toEqual(hashes)
})

it('a video is cropped and trimmed, and stays a video that every platform accepts', {
  timeout: 150_000,
}, async () => {
  const id = await upload(house.admin, house.slug, 'film.mp4', await film())
  const edits = {
    crop: { x: 0.5, y: 0, width: 0.5, height: 1 },
    trim: { startMs: 1_000, endMs: 5_500 },
  }
  await publish('Only the blue half', id, edits, ['@northsiderecords'])
  const [made] = await renditionsOf(id)
  expect(made).toMatchObject({ width: 640, height: 720 })
  expect(Math.abs((made?.durationMs ?? 0) - 4_500)).toBeLessThan(100)
  expect(await sentTo('instagram', 'Only the blue half')).toBe(made?.sha256.toString('hex'))
  const [path, still] = [join(folder, 'served.mp4'), join(folder, 'still.png')]
  await writeFile(path, await bytesOf(made!))
  const ffmpeg = createFfmpeg(house.config.media.ffmpeg)
  const video = await probe(ffmpeg, path, 'mov')
  expect(isStandard(video), JSON.stringify(video)).toBe(true)
  expect(video.audio).toMatchObject({ codec: 'aac', rate: 48_000 })
  await takeStill(ffmpeg, path, 'mov', video, still)
  const [red = 0, , blue = 0] = await meansOf(still)
  expect(blue - red).toBeGreaterThan(150)
})

it('a post with the same edits uses the same file, and other edits make another', {
  timeout: 120_000,
}, async () => {
  const id = await upload(house.admin, house.slug, 'small.jpg', await picture(800, 800))
  const left = { crop: { x: 0, y: 0, width: 0.5, height: 0.5 } }
  await publish('The left', id, left, ['@northsiderecords'])
  await publish('The left again', id, left, ['@northsiderecords'])
  expect(await renditionsOf(id)).toHaveLength(1)
  expect(await sentTo('instagram', 'The left again')).toBe(await sentTo('instagram', 'The left'))
  await publish('The right', id, { crop: { x: 0.5, y: 0, width: 0.5, height: 0.5 } }, [
    '@northsiderecords',
  ])
  expect(await renditionsOf(id)).toHaveLength(2)
  expect(await sentTo('instagram', 'The right')).not.toBe(await sentTo('instagram', 'The left'))
})

it('a post whose crop changes after it was prepared gets a new address, and the old one ends', {
  timeout: 120_000,
}, async () => {
  const id = await upload(house.admin, house.slug, 'turning.jpg', await picture(820, 820))
  const half = (x: number) => ({
    [`edits.${id}`]: JSON.stringify({ crop: { x, y: 0, width: 0.5, height: 0.5 } }),
  })
  const [text, channel] = ['Red, then blue', house.channel('@northsiderecords')]
  const time = wallTimeOf(new Date(Date.now() + 5 * 60_000), 'Europe/Zurich')
  const fields = { text, channel, media: [id], time, ...half(0) }
  const post = await compose(house.admin, house.slug, fields, 'Schedule')
  const links = () => house.sql<{ name: string; attempt: number; state: string }[]>`
    select l.name, l.attempt_number as attempt, t.state from media_links l join targets t on t.id = l.target_id
    where l.media_id = ${id}`
  await expect.poll(links, { timeout: 60_000 }).toMatchObject([{ attempt: 1, state: 'ready' }])
  const [red] = await links()
  const editing = await house.admin.open(`${post.url.replace(/\?.*/, '')}/edit`)
  const sent = await editing.press('Publish now', half(0.5))
  await untilPage(house.admin, sent.url, (page) => page.text.includes('Confirmed'), 60_000)
  const [blue, ...others] = await links()
  expect([blue?.attempt, others, blue?.name === red?.name]).toEqual([1, [], false])
  expect((await house.admin.request(`/media/${red?.name}`)).status).toBe(404)
  const made = await renditionsOf(id)
  const hashes = await Promise.all(
    made.map(async (one) => {
      const [r = 0, , b = 0] = await meansOf(await bytesOf(one))
      return { hash: one.sha256.toString('hex'), isBlue: b > r }
    }),
  )
  expect(made).toHaveLength(2)
  expect(await sentTo('instagram', text)).toBe(hashes.find(({ isBlue }) => isBlue)?.hash)
})
