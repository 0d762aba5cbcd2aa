import { beforeAll, describe, expect, test } from 'vitest'
import { makeJpeg, makeVideo } from '../../../local/media/media-files.ts'
import type { Fields, Page } from '../../../local/people/person.ts'
import { compose, upload } from '../../../local/people/story.ts'
import { wallTimeOf } from '../../../web/time/wall-time.ts'
import { type Installed, install, untilPage } from '../../support/installed.ts'
import type { LedgerPost } from '../../support/platforms/ledger.ts'

type Kind = {
  name: string
  account: string
  kind: string
  platform: string
  media: ('landscape' | 'square' | 'tall' | 'clip')[]
  link?: string
  settings?: Record<string, string>
}

const tiktok = { privacy_level: 'PUBLIC_TO_EVERYONE', allow_comment: 'on', consent: 'on' }
const kinds: Kind[] = [
  {
    name: 'Facebook text',
    platform: 'facebook',
    account: 'Northside Records',
    kind: 'text',
    media: [],
  },
  {
    name: 'Facebook link',
    platform: 'facebook',
    account: 'Northside Records',
    kind: 'link',
    media: [],
    link: 'https://example.org/crates',
  },
  {
    name: 'Facebook photo',
    platform: 'facebook',
    account: 'Northside Records',
    kind: 'photo',
    media: ['landscape'],
  },
  {
    name: 'Facebook photos',
    platform: 'facebook',
    account: 'Northside Café',
    kind: 'photos',
    media: ['landscape', 'square'],
  },
  {
    name: 'Facebook video',
    platform: 'facebook',
    account: 'Northside Café',
    kind: 'video',
    media: ['clip'],
  },
  {
    name: 'Facebook reel',
    platform: 'facebook',
    account: 'Northside Events',
    kind: 'reel',
    media: ['clip'],
  },
  {
    name: 'Facebook story',
    platform: 'facebook',
    account: 'Northside Records',
    kind: 'story',
    media: ['tall'],
  },
  {
    name: 'Instagram image',
    platform: 'instagram',
    account: '@northsiderecords',
    kind: 'image',
    media: ['square'],
  },
  {
    name: 'Instagram carousel',
    platform: 'instagram',
    account: '@northsiderecords',
    kind: 'carousel',
    media: ['square', 'clip', 'landscape'],
  },
  {
    name: 'Instagram reel',
    platform: 'instagram',
    account: '@northsidecafe',
    kind: 'reel',
    media: ['clip'],
  },
  {
    name: 'Instagram story',
    platform: 'instagram',
    account: '@northsidecafe',
    kind: 'story',
    media: ['tall'],
  },
  {
    name: 'TikTok video',
    platform: 'tiktok',
    account: '@northside.records',
    kind: 'video',
    media: ['clip'],
    settings: tiktok,
  },
  {
    name: 'TikTok photos',
    platform: 'tiktok',
    account: '@northside.records',
    kind: 'photos',
    media: ['square', 'tall'],
    settings: tiktok,
  },
]

let house: Installed
const files: Record<string, string> = {}

beforeAll(async () => {
  house = await install()
  const { admin, slug } = house
  files.landscape = await upload(
    admin,
    slug,
    'landscape.jpg',
    await makeJpeg({ width: 1200, height: 800 }),
  )
  files.square = await upload(
    admin,
    slug,
    'square.jpg',
    await makeJpeg({ width: 1080, height: 1080, color: '#a33' }),
  )
  files.tall = await upload(
    admin,
    slug,
    'tall.jpg',
    await makeJpeg({ width: 1080, height: 1920, color: '#3a3' }),
  )
  files.clip = await upload(
    admin,
    slug,
    'clip.mp4',
    await makeVideo({ width: 1080, height: 1920, durationMs: 4_000 }),
  )
}, 90_000)

describe('promise U1, D6: every kind of post goes out once, at its exact second', () => {
  test.concurrent.each(kinds)('$name', { timeout: 90_000 }, async (kind) => {
    const { admin, slug } = house
    const channel = house.channel(kind.account)
    const text = kind.kind === 'story' ? '' : `A ${kind.name} of crates`
    const dueAt = new Date(Math.ceil((Date.now() + 12_000) / 1_000) * 1_000)
    const fields: Fields = {
      text,
      channel,
      link: kind.link ?? '',
      media: kind.media.map((name) => files[name]!),
      [`kind.${channel}`]: kind.kind,
      time: wallTimeOf(dueAt, 'Europe/Zurich'),
      ...Object.fromEntries(
        Object.entries(kind.settings ?? {}).map(([name, value]) => [`${channel}.${name}`, value]),
      ),
    }
    const scheduled = await compose(admin, slug, fields, 'Schedule')
    expect(scheduled.url).toMatch(/\/posts\/[0-9a-f-]{36}/)
    const published = await untilPage(
      admin,
      scheduled.url,
      (page) => pillsOf(page).some((words) => ended.includes(words)),
      60_000,
    )
    expect(pillsOf(published)).toContain('published')

    const posts = (await house.ledger.posts()).filter(isOf(kind))
    expect(posts).toHaveLength(1)
    const [post] = posts
    expect(post?.commitCallAtMs).toBeGreaterThanOrEqual(dueAt.getTime())
    expect(post?.media.map((media) => media.sha256)).toEqual(
      await Promise.all(kind.media.map((name) => storedHash(files[name]!))),
    )
  })
})

const ended = ['published', 'failed', 'unconfirmed']

const pillsOf = (page: Page): string[] =>
  [...page.document.querySelectorAll('.pill')].map((pill) => (pill.textContent ?? '').trim())

/** Texts differ by kind. The only story has no text. */
const isOf = (kind: Kind) => (post: LedgerPost) =>
  kind.kind === 'story'
    ? post.kind === 'story' && post.platform === kind.platform
    : post.platform === kind.platform && post.text.includes(`A ${kind.name} of crates`)

const storedHash = async (mediaId: string): Promise<string> => {
  const [row] = await house.sql<
    { sha256: Buffer }[]
  >`select sha256 from media where id = ${mediaId}`
  return row?.sha256.toString('hex') ?? ''
}
