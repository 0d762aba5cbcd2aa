import { beforeAll, describe, expect, test } from 'vitest'
import { examineInstallation } from '../../../commands/operate/doctor/index.ts'
import { firstOperatorLink } from '../../../db/people/first-operator.ts'
import { makeJpeg } from '../../../local/media/media-files.ts'
import { createPerson, type Fields, type Page, type Person } from '../../../local/people/person.ts'
import {
  acceptInvitation,
  channelsIn,
  compose,
  makeWorkspace,
  upload,
} from '../../../local/people/story.ts'
import { issuerModules } from '../../../platforms/index.ts'
import { wallTimeOf } from '../../../web/time/wall-time.ts'
import { atTheEnd } from '../../support/at-the-end.ts'
import { measureAll } from '../../support/insights/measure-all.ts'
import { untilPage } from '../../support/installed.ts'
import { type Product, startProduct } from '../../support/programs/product.ts'
import { bulletin } from './issuer.ts'
import { type BulletinService, startBulletinService } from './service.ts'

const slug = 'northside'
let service: BulletinService
let house: Product
let admin: Person

beforeAll(async () => {
  service = await startBulletinService()
  atTheEnd(() => service.close())
  house = await startProduct({
    issuers: [...issuerModules, bulletin],
    env: {
      BULLETIN_APP_ID: service.app.id,
      BULLETIN_APP_SECRET: service.app.secret,
      BULLETIN_URL: service.url,
    },
  })
  admin = createPerson(house.url)
  await acceptInvitation(
    admin,
    (await firstOperatorLink(house.sql, house.url)) ?? '',
    'Ada',
    'ada@example.com',
  )
  await makeWorkspace(admin, 'Northside')
}, 90_000)

const inSeconds = (seconds: number): Date =>
  new Date(Math.ceil(Date.now() / 1_000 + seconds) * 1_000)
const board = async (): Promise<string> =>
  channelsIn(await admin.open(`/w/${slug}/posts/new`))[0]?.id ?? ''
const schedule = async (text: string, more: Fields = {}): Promise<Page> => {
  const channel = await board()
  const time = wallTimeOf(inSeconds(5), 'Europe/Zurich')
  return compose(admin, slug, { text, channel, time, ...more }, 'Schedule')
}
const isOut = (page: Page): boolean =>
  page.document.querySelector('.target .pill')?.textContent?.trim() === 'published'
const noticesWith = (text: string) => service.notices.filter((notice) => notice.text === text)

describe.sequential('a platform that one line adds', () => {
  test('is offered on Accounts and connected there', async () => {
    const offers = await admin.open(`/w/${slug}/channels`)
    expect(offers.html).toContain(`/w/${slug}/connect/bulletin`)
    const consent = await admin.open(`/w/${slug}/connect/bulletin`)
    const choose = await consent.press('Allow')
    expect(choose.text).toContain('Northside Board')
    const connected = await choose.press('Connect')
    expect(connected.text).toContain('Connected. You can now publish')
    const accounts = await admin.open(`/w/${slug}/channels`)
    expect(accounts.text).toContain('Northside Board')
    expect(accounts.html).toContain('aria-label="Bulletin"')
  })

  test('is in the composer with its rules, its counter and its badge', async () => {
    const composer = await admin.open(`/w/${slug}/posts/new`)
    expect(composer.html).toContain('aria-label="Bulletin"')
    const refused = await schedule('a'.repeat(281))
    expect(refused.status).toBe(422)
    expect(refused.text).toContain('Bulletin takes at most 280 characters.')
    expect(refused.text).toContain('1 character over')
    expect(refused.document.querySelector('[data-limit="280"]')).not.toBeNull()
  })

  test('publishes a text, and a picture that it fetches from us', { timeout: 60_000 }, async () => {
    const text = await schedule('The shop opens at nine')
    const jpeg = await makeJpeg({ width: 640, height: 480 })
    const picture = await upload(admin, slug, 'shop.jpg', jpeg)
    const photo = await schedule('The shop from outside', { media: picture })
    const isLinked = (page: Page) =>
      isOut(page) && page.html.includes(`${service.url}/notices/notice-`)
    for (const { url } of [text, photo]) await untilPage(admin, url, isLinked)
    expect(noticesWith('The shop opens at nine')).toMatchObject([{ picture: null }])
    expect(noticesWith('The shop from outside')[0]?.picture).toBeGreaterThan(1_000)
  })

  test('is searched for a notice whose answer was lost, and the notice is not sent twice', {
    timeout: 60_000,
  }, async () => {
    service.loseNextAnswer()
    const { url } = await schedule('Closed on Sunday')
    const page = await untilPage(admin, url, isOut, 50_000)
    expect(noticesWith('Closed on Sunday')).toHaveLength(1)
    expect(page.text).toContain('The notice is on the board.')
  })

  test('gives numbers, which the page of the post and Insights show', {
    timeout: 60_000,
  }, async () => {
    await measureAll(house.sql, house.client)
    await house.sql`update measured_targets set next_at = ${new Date()}`
    await measureAll(house.sql, house.client)
    const [target] = await house.sql<
      { postId: string }[]
    >`select post_id from targets where text = 'The shop opens at nine'`
    const page = await admin.open(`/w/${slug}/posts/${target?.postId}`)
    const numbers = page.document.querySelector('.numbers')?.textContent?.replace(/\s+/g, ' ')
    expect(numbers).toMatch(/Views ?120/)
    expect(numbers).toMatch(/Likes ?7/)
    expect(numbers).toContain('Bulletin API')
    expect((await admin.open(`/w/${slug}/insights`)).text).toContain('The shop opens at nine')
  })

  test('has a seventh number of its own: on the page of the post, in each reading and in the CSV', async () => {
    const [target] = await house.sql<
      { postId: string }[]
    >`select post_id from targets where text = 'The shop opens at nine'`
    const at = `/w/${slug}/posts/${target?.postId}`
    const { document } = await admin.open(at)
    const wordsOf = (selector: string) =>
      [...document.querySelectorAll(selector)].map((one) =>
        one.textContent?.replace(/\s+/g, ' ').trim(),
      )
    expect(wordsOf('.numbers dl > div')).toContain('Slips torn off3')
    const column = wordsOf('.numbers thead th').indexOf('Slips torn off')
    expect(column).toBeGreaterThan(0)
    expect(wordsOf(`.numbers tbody tr > :nth-child(${column + 1})`)).toContain('3')
    for (const path of [`${at}/numbers.csv`, `/w/${slug}/insights.csv?table=posts&range=28d`]) {
      const [names = '', ...rows] = (await (await admin.request(path)).text()).trim().split('\r\n')
      const place = names.split(',').indexOf('slips_taken')
      expect([path, rows.map((row) => row.split(',')[place])]).toContainEqual(
        expect.arrayContaining(['3']),
      )
    }
  })

  test.each([0.5, -1, 2 ** 53])(
    'a seventh number of %d is not stored, and the account says why; the others are',
    async (odd) => {
      for (const notice of service.notices) notice.slips = odd
      await house.sql`update measured_targets set next_at = ${new Date()}`
      await measureAll(house.sql, house.client)
      const [read] =
        await house.sql`select views::int, more, ended_metrics from measured_targets where views is not null limit 1`
      expect(read).toEqual({ views: 120, more: { slips_taken: 3 }, endedMetrics: ['slips_taken'] })
      const [row] = await house.sql`select problem from measured_channels`
      expect(row?.problem).toBe(
        'Bulletin sent something that cannot be a number of slips torn off. It counts as not given.',
      )
    },
  )

  test('is checked by the doctor', { timeout: 60_000 }, async () => {
    const { sql, config: given, temporal } = house
    const config = { ...given, temporal: { ...given.temporal, address: temporal.address } }
    const { rows = [] } = await examineInstallation({ sql, config, now: Date.now })
    expect(rows).toContainEqual(expect.objectContaining({ check: 'Bulletin app', result: 'ok' }))
  })

  test('is in the policy, in words of its folder', async () => {
    const policy = await createPerson(house.url).open('/privacy')
    expect(policy.text).toContain('Bulletin: boards')
    expect(policy.text).toContain('Notices pinned through CrateSocial')
    expect(policy.text).toContain('notices.write')
    expect(policy.html).toContain('https://bulletin.example/terms')
    expect((await createPerson(house.url).open('/')).text).toContain('Bulletin boards')
  })

  test('is disconnected: its token is revoked there, and gone here', {
    timeout: 60_000,
  }, async () => {
    expect(service.tokens.size).toBe(1)
    const question = await admin.open(`/w/${slug}/channels/${await board()}/disconnect`)
    await question.press('Disconnect', { history: 'keep' })
    await expect.poll(() => service.tokens.size, { timeout: 30_000 }).toBe(0)
    await expect
      .poll(() => house.sql`select access_token_sealed from grants`, { timeout: 30_000 })
      .toEqual([{ accessTokenSealed: null }])
    expect(await board()).toBe('')
  })
})
