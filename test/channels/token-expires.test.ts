import { beforeAll, expect, test } from 'vitest'
import { makeJpeg, makeVideo } from '../../local/media/media-files.ts'
import type { Fields, Page } from '../../local/people/person.ts'
import { compose, upload } from '../../local/people/story.ts'
import { wallTimeOf } from '../../web/time/wall-time.ts'
import { type Installed, install, untilPage } from '../support/installed.ts'

let house: Installed
const files = { photo: '', clip: '' }
beforeAll(async () => {
  house = await install()
  files.photo = await upload(
    house.admin,
    house.slug,
    'crate.jpg',
    await makeJpeg({ width: 1080, height: 1080 }),
  )
  const clip = await makeVideo({ width: 1080, height: 1920, durationMs: 4_000 })
  files.clip = await upload(house.admin, house.slug, 'clip.mp4', clip)
  await house.control('PATCH', '/settings', { tiktokProcessingMs: 8_000 })
}, 120_000)

test.each([
  { when: 'between preparing and sending', media: 'photo', state: 'ready', inSeconds: 40 },
  { when: 'while the platform processes it', media: 'clip', state: 'processing', inSeconds: 5 },
] as const)(
  'promise U2: a token that expires $when is renewed, and the post is published once',
  {
    timeout: 180_000,
  },
  async ({ media, state, inSeconds, when }) => {
    const channel = house.channel('@northside.records')
    const dueAt = new Date(Math.ceil(Date.now() / 1_000 + inSeconds) * 1_000)
    const fields: Fields = {
      text: `It died ${when}`,
      channel,
      media: files[media],
      time: wallTimeOf(dueAt, 'Europe/Zurich'),
      [`${channel}.privacy_level`]: 'PUBLIC_TO_EVERYONE',
      [`${channel}.allow_comment`]: 'on',
      [`${channel}.consent`]: 'on',
    }
    const { url } = await compose(house.admin, house.slug, fields, 'Schedule')
    await untilPage(house.admin, url, shows(state), 60_000)
    const before = await renewedAt()
    await house.control('POST', '/accounts/tiktok/northside.records/expire-tokens', {
      access: true,
    })
    await untilPage(house.admin, url, shows('published'), 90_000)
    expect((await house.ledger.posts()).filter((post) => post.text === fields.text)).toHaveLength(1)
    expect(await renewedAt()).not.toEqual(before)
    expect(await house.sql`select from channels where state <> 'connected'`).toHaveLength(0)
    expect(await house.sql`select from notices`).toHaveLength(0)
  },
)

const shows = (state: string) => (page: Page) =>
  [...page.document.querySelectorAll('.target .pill')].some(
    (pill) => (pill.textContent ?? '').trim() === state,
  )

const renewedAt = async () =>
  (await house.sql`select renewed_at from grants where issuer = 'tiktok'`)[0]?.renewedAt
