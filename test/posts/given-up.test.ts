import { rename } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { beforeAll, describe, expect, test } from 'vitest'
import { makeJpeg } from '../../local/media/media-files.ts'
import { compose, upload } from '../../local/people/story.ts'
import { type Installed, install, untilPage } from '../support/installed.ts'

let house: Installed
beforeAll(async () => {
  house = await install()
}, 90_000)

/** The path of its bytes. Without the file, TikTok can't fetch it. */
const fileOf = async (mediaId: string): Promise<string> => {
  const [row] = await house.sql<
    { storeKey: string }[]
  >`select store_key from media where id = ${mediaId}`
  const key = row?.storeKey ?? ''
  return join(fileURLToPath(house.config.media.url), key.slice(0, 2), key)
}
const linksOf = (text: string) => house.sql<{ attemptNumber: number; retired: boolean }[]>`
  select l.attempt_number, l.retired_at is not null as retired from media_links l join targets t on t.id = l.target_id
  where t.text = ${text} order by l.attempt_number`

/**
 * Found by `npm run chaos -- --posts 60 --kills 16 --seed 11`: the web server was killed while
 * TikTok fetched the photos.
 */
describe('a platform that accepted a post and then failed it', () => {
  test('gets it again with new media URLs if the post was not at fault, and it exists once', {
    timeout: 90_000,
  }, async () => {
    const { admin, slug } = house
    const text = 'Fetched at the second attempt'
    const picture = await upload(
      admin,
      slug,
      'far.jpg',
      await makeJpeg({ width: 1080, height: 1920 }),
    )
    const file = await fileOf(picture)
    await rename(file, `${file}.away`)
    const channel = house.channel('@northside.records')
    const fields = {
      ...{ text, channel, media: [picture], [`kind.${channel}`]: 'photos' },
      ...{ [`${channel}.privacy_level`]: 'PUBLIC_TO_EVERYONE', [`${channel}.consent`]: 'on' },
    }
    const post = await compose(admin, slug, fields, 'Publish now')
    const waiting = await untilPage(admin, post.url, (page) =>
      page.text.includes('We’ll send it again automatically'),
    )
    expect(waiting.text).toContain(
      'TikTok could not fetch the photos from this installation’s address. Nothing was published',
    )
    expect(await linksOf(text)).toEqual([{ attemptNumber: 1, retired: true }])

    await rename(`${file}.away`, file)
    await untilPage(admin, post.url, (page) => page.text.includes('Confirmed'), 60_000)
    const attempts = await house.sql`
      select a.number, a.outcome, a.problem->>'code' as code from attempts a join targets t on t.id = a.target_id
      where t.text = ${text} order by a.number`
    expect(attempts).toMatchObject([
      { number: 1, outcome: 'refused', code: 'photo_pull_failed' },
      { number: 2, outcome: 'accepted' },
    ])
    expect((await house.ledger.posts()).filter((one) => one.text === text)).toHaveLength(1)
  })

  test('does not get it again if the post itself was at fault', { timeout: 60_000 }, async () => {
    const { admin, slug } = house
    const picture = await upload(
      admin,
      slug,
      'tall.jpg',
      await makeJpeg({ width: 1080, height: 1920 }),
    )
    const channel = house.channel('@northside.records')
    await house.control('PATCH', '/settings', { tiktokProcessingMs: 3_000 })
    const fields = {
      ...{ text: 'Judged and refused', channel, media: [picture], [`kind.${channel}`]: 'photos' },
      ...{ [`${channel}.privacy_level`]: 'PUBLIC_TO_EVERYONE', [`${channel}.consent`]: 'on' },
    }
    const post = await compose(admin, slug, fields, 'Publish now')
    await untilPage(admin, post.url, (page) => page.text.includes('Waiting for'))
    await house.control('POST', '/accounts/tiktok/northside.records/state', { banned: true })
    const failed = await untilPage(admin, post.url, (page) =>
      page.text.includes('blocked this account'),
    )
    expect(failed.text).toContain('failed')
    expect(
      await house.sql`select attempt_number, state from targets where text = 'Judged and refused'`,
    ).toMatchObject([{ attemptNumber: 1, state: 'failed' }])
  })
})
