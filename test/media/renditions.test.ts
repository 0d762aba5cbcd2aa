import { createHash } from 'node:crypto'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { buffer } from 'node:stream/consumers'
import sharp, { type Region } from 'sharp'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { compose, upload } from '../../local/people/story.ts'
import { createDiskStore } from '../../media/store.ts'
import { type Installed, install, untilPage } from '../support/installed.ts'
import { readTags, tellingTags } from '../support/media/exiftool.ts'

let house: Installed
let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'cratesocial-renditions-'))
  house = await install()
}, 90_000)
afterAll(() => rm(folder, { recursive: true, force: true }))

/** A photo with what a camera writes: red above, blue below. */
const photo = async (width: number, height: number): Promise<Buffer> => {
  const top = { width, height: Math.floor(height / 2), channels: 3, background: '#c22' } as const
  const half = await sharp({ create: top }).png().toBuffer()
  const exif = {
    IFD0: { Make: 'Lensmaker', Model: 'Lensmaker 15' },
    IFD3: { GPSLatitude: '46/1 56/1 0/1', GPSLatitudeRef: 'N' },
  }
  return sharp({ create: { width, height, channels: 3, background: '#22c' } })
    .composite([{ input: half, left: 0, top: 0 }])
    .withExif(exif)
    .jpeg({ quality: 92 })
    .toBuffer()
}

const accounts = {
  facebook: 'FacebookNorthside Records',
  instagram: '@northsiderecords',
  tiktok: '@northside.records',
}
type Name = keyof typeof accounts

/** Publishes a picture now and waits until every platform has it. */
const publish = async (
  text: string,
  media: string[],
  names: Name[] = ['facebook', 'instagram', 'tiktok'],
): Promise<void> => {
  const channels = names.map((name) => house.channel(accounts[name]))
  const tiktok = house.channel(accounts.tiktok)
  const choices = { [`${tiktok}.privacy_level`]: 'PUBLIC_TO_EVERYONE', [`${tiktok}.consent`]: 'on' }
  const post = await compose(
    house.admin,
    house.slug,
    { text, channel: channels, media, ...choices },
    'Publish now',
  )
  await untilPage(
    house.admin,
    post.url,
    (page) => page.text.split('Confirmed').length > names.length,
    60_000,
  )
}

/** The file that a platform received for a post, from our store. */
const received = async (platform: string, text: string, index = 0): Promise<Buffer> => {
  const post = (await house.ledger.posts()).find(
    (one) => one.platform === platform && one.text === text,
  )
  const sha256 = post?.media[index]?.sha256 ?? ''
  const rows = await house.sql<{ storeKey: string }[]>`
    select store_key from renditions where state = 'ready' union select store_key from media where purged_at is null`
  const store = createDiskStore(house.config.media.url)
  for (const { storeKey } of rows) {
    const bytes = await buffer(store.open(storeKey))
    if (createHash('sha256').update(bytes).digest('hex') === sha256) return bytes
  }
  throw new Error(`${platform} has a file that isn't ours: ${sha256}`)
}

const sizeOf = async (bytes: Buffer): Promise<[number?, number?, string?]> => {
  const { width, height, format } = await sharp(bytes).metadata()
  return [width, height, format]
}

const meansOf = async (bytes: Buffer, part: Region): Promise<number[]> => {
  const { channels } = await sharp(await sharp(bytes).extract(part).png().toBuffer()).stats()
  return channels.map(({ mean }) => mean)
}

describe('each platform gets the best picture that it takes', { timeout: 120_000 }, () => {
  it('of 2400 × 3000 pixels: Instagram 1440 × 1800, Facebook 1638 × 2048, TikTok 1080 × 1350, without camera data', async () => {
    const id = await upload(house.admin, house.slug, 'portrait.jpg', await photo(2400, 3000))
    await publish('A picture for three', [id])
    const sizes: Record<string, unknown> = {}
    for (const platform of ['facebook', 'instagram', 'tiktok']) {
      const bytes = await received(platform, 'A picture for three')
      sizes[platform] = await sizeOf(bytes)
      expect(bytes.length).toBeLessThan(8_000_000)
      await writeFile(join(folder, `${platform}.jpg`), bytes)
      expect(tellingTags(await readTags(join(folder, `${platform}.jpg`)))).toEqual({})
      const [red = 0, , blue = 0] = await meansOf(bytes, {
        left: 200,
        top: 100,
        width: 600,
        height: 300,
      })
      expect(red - blue).toBeGreaterThan(100) // red is still above
    }
    expect(sizes).toEqual({
      facebook: [1638, 2048, 'jpeg'],
      instagram: [1440, 1800, 'jpeg'],
      tiktok: [1080, 1350, 'jpeg'],
    })
  })

  it('of a wide one, TikTok gets its box turned', async () => {
    const id = await upload(house.admin, house.slug, 'wide.jpg', await photo(3000, 1600))
    await publish('A wide picture', [id], ['tiktok'])
    expect(await sizeOf(await received('tiktok', 'A wide picture'))).toEqual([1920, 1024, 'jpeg'])
  })

  it('a second post uses the same files, and each is made once', async () => {
    const id = await upload(house.admin, house.slug, 'twice.jpg', await photo(2400, 2400))
    await publish('The first time', [id])
    await publish('The second time', [id], ['instagram'])
    const rows = await house.sql`select recipe, state from renditions where media_id = ${id}`
    expect(rows.map((row) => row.state)).toEqual(['ready', 'ready'])
    expect(await received('instagram', 'The second time')).toEqual(
      await received('instagram', 'The first time'),
    )
  })

  it('a picture that fits is sent as the library has it, and nothing is made of it', async () => {
    const id = await upload(house.admin, house.slug, 'small.jpg', await photo(1080, 1080))
    await publish('A small picture', [id])
    expect(await house.sql`select 1 from renditions where media_id = ${id}`).toHaveLength(0)
    expect(await received('tiktok', 'A small picture')).toEqual(
      await received('instagram', 'A small picture'),
    )
  })
})

describe('an upright phone photo of 3:4', { timeout: 120_000 }, () => {
  it('reaches Instagram whole, with white bars in 4:5, and the composer says so', async () => {
    const id = await upload(house.admin, house.slug, 'phone.jpg', await photo(600, 800))
    const channel = house.channel(accounts.instagram)
    const draft = await compose(
      house.admin,
      house.slug,
      { text: 'Upright', channel, media: [id] },
      'Save draft',
    )
    expect((await house.admin.open(`${draft.url.split('?')[0]}/edit`)).text).toContain(
      'white bars on the left and right',
    )
    await publish('An upright phone photo', [id])
    const bytes = await received('instagram', 'An upright phone photo')
    expect(await sizeOf(bytes)).toEqual([640, 800, 'jpeg'])
    expect(
      Math.min(...(await meansOf(bytes, { left: 0, top: 0, width: 16, height: 800 }))),
    ).toBeGreaterThan(250)
    expect(await sizeOf(await received('facebook', 'An upright phone photo'))).toEqual([
      600,
      800,
      'jpeg',
    ])
  })

  it('keeps its shape in a carousel, which Instagram crops to its first picture', async () => {
    const ids = [
      await upload(house.admin, house.slug, 'one.jpg', await photo(900, 1200)),
      await upload(house.admin, house.slug, 'two.jpg', await photo(1200, 500)),
    ]
    await publish('Two of any shape', ids, ['instagram'])
    expect(await sizeOf(await received('instagram', 'Two of any shape'))).toEqual([
      900,
      1200,
      'jpeg',
    ])
    expect(await sizeOf(await received('instagram', 'Two of any shape', 1))).toEqual([
      1200,
      500,
      'jpeg',
    ])
  })
})

it('the upload of a picture is kept unchanged, and no address serves it', async () => {
  const bytes = await photo(500, 400)
  const id = await upload(house.admin, house.slug, 'kept.jpg', bytes)
  const [row] = await house.sql<{ originalKey: string; originalBytes: number }[]>`
    select original_key, original_bytes::int from media where id = ${id}`
  expect(await buffer(createDiskStore(house.config.media.url).open(row!.originalKey))).toEqual(
    bytes,
  )
  expect(row!.originalBytes).toBe(bytes.length)
  const answer = await fetch(`${house.url}/media/${row!.originalKey}`)
  expect(answer.status).toBe(404)
})
