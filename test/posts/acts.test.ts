import { beforeAll, describe, expect, test } from 'vitest'
import type { Page } from '../../local/people/person.ts'
import { compose } from '../../local/people/story.ts'
import { wallTimeOf } from '../../web/time/wall-time.ts'
import { type Installed, install, untilPage } from '../support/installed.ts'

let house: Installed
beforeAll(async () => {
  house = await install()
}, 90_000)

const inSeconds = (seconds: number): Date =>
  new Date(Math.ceil(Date.now() / 1_000 + seconds) * 1_000)
const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms))
const pills = (page: Page): string[] =>
  [...page.document.querySelectorAll('.target .pill')].map((pill) =>
    (pill.textContent ?? '').trim(),
  )
const withText = async (text: string) =>
  (await house.ledger.posts()).filter((post) => post.text === text)

const schedule = (text: string, accounts: string[], dueAt: Date): Promise<Page> =>
  compose(
    house.admin,
    house.slug,
    {
      text,
      channel: accounts.map((account) => house.channel(account)),
      time: wallTimeOf(dueAt, 'Europe/Zurich'),
    },
    'Schedule',
  )

const halfRefused = 'One is refused, the other goes out'

describe.concurrent('what people can do to a post', () => {
  test('a failed target shows what the platform said, and Retry sends it alone', {
    timeout: 60_000,
  }, async () => {
    const account = '106700000000002' // Northside Café
    await house.control('POST', '/faults', {
      platform: 'facebook',
      endpoint: 'feed',
      account,
      nth: 1,
      times: 1,
      when: 'before',
      kind: 'error',
      code: 200,
    })
    const text = halfRefused
    const { url } = await schedule(text, ['Northside Café', 'Northside Events'], inSeconds(3))
    const refused = await untilPage(
      house.admin,
      url,
      (page) => pills(page).includes('failed') && pills(page).includes('published'),
    )
    expect(refused.text).toMatch(/permission/i)
    const [out] = await withText(text)

    await refused.press('Try again')
    await untilPage(house.admin, url, (page) => pills(page).every((pill) => pill === 'published'))
    const posts = await withText(text)
    expect(posts).toHaveLength(2)
    expect(posts.find((post) => post.account === out?.account)).toEqual(out)
  })

  test('a canceled post is never sent, even when it was armed', { timeout: 60_000 }, async () => {
    const text = 'Canceled while it waits for its second'
    const dueAt = inSeconds(7)
    const { url } = await schedule(text, ['Northside Records'], dueAt)
    const armed = await untilPage(house.admin, url, (page) => page.text.includes('ready'))
    const canceled = await armed.press('Cancel')
    expect(canceled.text).toContain('nothing was sent')
    await pause(dueAt.getTime() - Date.now() + 3_000)
    expect(await withText(text)).toEqual([])
    expect(pills(await house.admin.open(url))).toEqual(['canceled'])
  })

  test('a rescheduled post goes out only at its new time', { timeout: 60_000 }, async () => {
    const text = 'Moved while it waits for its second'
    const { url } = await schedule(text, ['Northside Records'], inSeconds(6))
    const armed = await untilPage(house.admin, url, (page) => page.text.includes('ready'))
    const later = inSeconds(12)
    await armed
      .follow('Reschedule')
      .then((move) => move.press('Move', { time: wallTimeOf(later, 'Europe/Zurich') }))
    await untilPage(house.admin, url, (page) => pills(page).includes('published'))
    const posts = await withText(text)
    expect(posts).toHaveLength(1)
    expect(posts[0]?.commitCallAtMs).toBeGreaterThanOrEqual(later.getTime())
  })

  test('a lost response does not cause a second post: we ask the platform, and it has the post', {
    timeout: 90_000,
  }, async () => {
    const account = '106700000000003' // Northside Events
    // The first test posts to this account too, and must not get the fault.
    await expect
      .poll(async () => (await withText(halfRefused)).some((post) => post.account === account), {
        timeout: 45_000,
      })
      .toBe(true)
    await house.control('POST', '/faults', {
      platform: 'facebook',
      endpoint: 'feed',
      account,
      nth: 1,
      times: 1,
      when: 'after',
      kind: 'reset',
    })
    const text = 'The answer is lost'
    const { url } = await schedule(text, ['Northside Events'], inSeconds(3))
    const found = await untilPage(house.admin, url, (page) => pills(page).includes('published'))
    expect(found.text).toContain('The one of')
    expect(await withText(text)).toHaveLength(1)
  })
})
