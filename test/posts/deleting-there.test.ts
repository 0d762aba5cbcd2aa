import { beforeAll, describe, expect, test } from 'vitest'
import { makeJpeg } from '../../local/media/media-files.ts'
import type { Page } from '../../local/people/person.ts'
import { compose, upload } from '../../local/people/story.ts'
import { type Installed, install, untilPage } from '../support/installed.ts'

let house: Installed
let square = ''

beforeAll(async () => {
  house = await install({
    windows: { longestCallMs: 1_000, lagMs: 1_000, unclearMs: 4_000, limitedMs: 20_000 },
  })
  const picture = await makeJpeg({ width: 1080, height: 1080 })
  square = await upload(house.admin, house.slug, 'square.jpg', picture)
}, 90_000)

/** Publishes a post now. Returns its page's address and its target. */
const publish = async (account: string, kind: string, text: string) => {
  const channel = house.channel(account)
  const media = kind === 'text' ? [] : [square]
  const fields = { text, channel, media, [`kind.${channel}`]: kind }
  const { url } = await compose(house.admin, house.slug, fields, 'Publish now')
  await untilPage(house.admin, url, (page) => lineOf(page, 'Post ID') !== '', 40_000)
  const address = url.split('?')[0] ?? ''
  const [row] = await house.sql<{ id: string }[]>`
    select id from targets where post_id = ${address.split('/').at(-1) ?? ''}`
  return { url: address, form: `${address}/targets/${row!.id}/delete`, id: row!.id }
}
const lineOf = (page: Page, title: string): string => {
  const texts = (selector: string) =>
    [...page.document.querySelectorAll(selector)].map(({ textContent }) =>
      (textContent ?? '').trim(),
    )
  return texts('dl.facts > dd')[texts('dl.facts > dt').indexOf(title)] ?? ''
}
const untilLine = (url: string, title: string) =>
  untilPage(house.admin, url, (page) => lineOf(page, title) !== '', 40_000)
const isThere = async (text: string): Promise<boolean> =>
  (await house.ledger.posts()).some((post) => post.text === text)
const calls = async (endpoint: string): Promise<number> =>
  ((await house.control('GET', `/ledger/calls?endpoint=${endpoint}`)) as { endpoint: string }[])
    .length
const fault = (rule: object) =>
  house.control('POST', '/faults', { endpoint: 'post.delete', times: 1, ...rule })
const rowOf = async (id: string) =>
  (
    await house.sql<{ state: string; deletionState: string | null; hasId: boolean }[]>`
      select state, deletion_state, platform_post_id is not null as has_id from targets where id = ${id}`
  )[0]

describe('deleting a published post at its platform', () => {
  test.each([
    ['Northside Records', 'text', 'Facebook', 'post.delete'],
    ['@northsiderecords', 'image', 'Instagram', 'media.delete'],
  ])(
    '%s: asks first, makes one call, and is deleted once it is seen to be gone',
    {
      timeout: 90_000,
    },
    async (account, kind, label, endpoint) => {
      const text = `To be deleted on ${label}`
      const { url, form, id } = await publish(account, kind, text)
      const asks = await house.admin.open(form)
      expect(asks.text).toContain('This can’t be undone.')
      const before = await calls(endpoint)
      await asks.press(`Delete on ${label}`)
      const page = await untilLine(url, 'Deleted there')
      expect(lineOf(page, 'Deletion asked')).toContain('by ')
      expect(lineOf(page, 'Deletion sent')).toContain(`${label} accepted it.`)
      expect(lineOf(page, 'Deleted there')).toContain(`${label} no longer shows it.`)
      expect(await isThere(text)).toBe(false)
      expect((await calls(endpoint)) - before).toBe(1)
      expect(await rowOf(id)).toEqual({ state: 'published', deletionState: 'deleted', hasId: true })
      const measuredLater = await house.sql`
        select target_id from measured_targets where target_id = ${id} and next_at is not null
        union all select target_id from unmeasured_targets where target_id = ${id}`
      expect(measuredLater).toHaveLength(0)
      expect((await house.admin.open(`/w/${house.slug}/activity`)).text).toContain(
        `deleted a published post on ${label}`,
      )
      expect((await house.admin.open(form)).status).toBe(404)
    },
  )

  test('the answer is lost: a look finds that it is gone, and nothing is sent again', {
    timeout: 90_000,
  }, async () => {
    const { url, form } = await publish('Northside Records', 'text', 'Gone, answer lost')
    const before = await calls('post.delete')
    await fault({ when: 'after', kind: 'reset' })
    await (await house.admin.open(form)).press('Delete on Facebook')
    const page = await untilLine(url, 'Deleted there')
    expect(lineOf(page, 'Deletion sent')).toContain('didn’t answer clearly')
    expect(await isThere('Gone, answer lost')).toBe(false)
    expect((await calls('post.delete')) - before).toBe(1)
  })

  test('the call never arrives: it is not called deleted, and a person can ask again', {
    timeout: 120_000,
  }, async () => {
    const { url, form, id } = await publish('Northside Records', 'text', 'Still there')
    const before = await calls('post.delete')
    await fault({ when: 'before', kind: 'reset' })
    await (await house.admin.open(form)).press('Delete on Facebook')
    const page = await untilLine(url, 'Not deleted')
    expect(lineOf(page, 'Not deleted')).toContain('Facebook still shows it.')
    expect(await isThere('Still there')).toBe(true)
    expect((await calls('post.delete')) - before).toBe(1)
    expect(await rowOf(id)).toMatchObject({ state: 'published', deletionState: 'failed' })
    await (await house.admin.open(form)).press('Delete on Facebook')
    await untilLine(url, 'Deleted there')
    expect(await isThere('Still there')).toBe(false)
  })

  test('a refusal is shown in its words, and the post stays', { timeout: 90_000 }, async () => {
    const { url, form } = await publish('Northside Records', 'text', 'Refused')
    await fault({ when: 'before', kind: 'error', code: 200 })
    await (await house.admin.open(form)).press('Delete on Facebook')
    const page = await untilLine(url, 'Not deleted')
    expect(lineOf(page, 'Deletion sent')).toContain('Facebook refused it.')
    expect(await isThere('Refused')).toBe(true)
    const notices = (await house.admin.open(`/w/${house.slug}/notices`)).text.replace(/\s+/g, ' ')
    expect(notices).toContain('“Refused” wasn’t deleted from Northside Records on Facebook')
    expect(notices).toContain('The post is still published.')

    // Today lists it until someone dismisses it, and again after Undo.
    const onToday = async () => {
      const { document } = await house.admin.open(`/w/${house.slug}/today`)
      const titles = [...document.querySelectorAll('#needs h3')].map((one) => one.textContent)
      return titles.filter((title) => title?.includes('“Refused” wasn’t deleted from Northside'))
    }
    expect(await onToday()).toHaveLength(1)
    const today = await house.admin.open(`/w/${house.slug}/today`)
    const said = await today.press('Dismiss: “Refused” wasn’t deleted from Northside Records')
    expect(await onToday()).toHaveLength(0)
    await said.press('Undo')
    expect(await onToday()).toHaveLength(1)
    // The first page is another tab, and its button is pressed twice.
    const inTwoTabs = 'Dismiss: “Refused” wasn’t deleted from Northside Records'
    for (const _ of [1, 2]) {
      const after = await today.press(inTwoTabs)
      expect([after.status, new URL(after.url).pathname]).toEqual([200, `/w/${house.slug}/today`])
    }
    expect(await onToday()).toHaveLength(0)
  })
})
