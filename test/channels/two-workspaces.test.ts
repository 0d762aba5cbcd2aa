import { beforeAll, describe, expect, test } from 'vitest'
import { createPerson, type Page, type Person } from '../../local/people/person.ts'
import { acceptInvitation, compose, invite, makeWorkspace } from '../../local/people/story.ts'
import { wallTimeOf } from '../../web/time/wall-time.ts'
import { type Installed, install, untilPage } from '../support/installed.ts'

let house: Installed
let ben: Person
const records = '106700000000001'
const cafe = '106700000000002'

beforeAll(async () => {
  house = await install()
  await makeWorkspace(house.admin, 'Southside')
  ben = createPerson(house.url)
  await acceptInvitation(
    ben,
    await invite(house.admin, 'southside', 'admin'),
    'Ben',
    'ben@example.com',
  )
}, 90_000)

/** The same Facebook person gives consent in another workspace and selects only these Pages. */
const consentIn = async (who: Person, slug: string, pages: string[]): Promise<Page> => {
  const consent = await (await who.open(`/w/${slug}/connect/meta`)).press('Ada Northside')
  return consent.press('Continue', { page: pages, instagram: null })
}
const stateOf = async (accountId: string): Promise<string> => {
  const [row] = await house.sql<{ state: string }[]>`
    select c.state from channels c join workspaces w on w.id = c.workspace_id
    where w.slug = ${house.slug} and c.account_id = ${accountId}`
  return row!.state
}
const inSeconds = (seconds: number): Date =>
  new Date(Math.ceil(Date.now() / 1_000 + seconds) * 1_000)
const schedule = (text: string, dueAt: Date): Promise<Page> => {
  const channel = house.channel('FacebookNorthside Records')
  return compose(
    house.admin,
    house.slug,
    { text, channel, time: wallTimeOf(dueAt, 'Europe/Zurich') },
    'Schedule',
  )
}
const pill = (page: Page): string =>
  (page.document.querySelector('.target .pill')?.textContent ?? '').trim()
const published = async (text: string) =>
  (await house.ledger.posts()).filter((post) => post.text === text)
const attemptsOf = async (text: string) =>
  house.sql`
    select a.outcome from attempts a join targets t on t.id = a.target_id join posts p on p.id = t.post_id
    where t.text = ${text} order by a.number`

describe.sequential('one Facebook person in two workspaces', () => {
  test('a consent for the second one says how many accounts elsewhere lose access, without naming any to a stranger', {
    timeout: 60_000,
  }, async () => {
    const choice = await consentIn(ben, 'southside', [cafe])
    expect(choice.text).toMatch(/\d accounts in other workspaces lost access/)
    expect(choice.text).not.toContain('Northside Records')
    expect(choice.text).not.toMatch(/in Northside\b/)
    await expect.poll(() => stateOf(records), { timeout: 15_000 }).toBe('reconnect')
    expect(await stateOf(cafe)).toBe('connected')
  })

  test('a member of the other workspace sees their names', { timeout: 60_000 }, async () => {
    const restored = await (
      await (await house.admin.open(`/w/${house.slug}/connect/meta`)).press('Ada Northside')
    ).press('Continue')
    await restored.press('Connect')
    await expect.poll(() => stateOf(records), { timeout: 15_000 }).toBe('connected')
    const choice = await consentIn(house.admin, 'southside', [cafe])
    expect(choice.text).toContain('Northside Records (Facebook) in Northside')
    await expect.poll(() => stateOf(records), { timeout: 15_000 }).toBe('reconnect')
    const back = await (await (await choice.follow('Back to Meta')).press('Ada Northside')).press(
      'Continue',
    )
    expect(back.text).not.toContain('lost access')
    await expect.poll(() => stateOf(records), { timeout: 15_000 }).toBe('connected')
    await back.press('Cancel')
  })

  test('a post whose Page loses access unnoticed waits past its time, and is published once after the Page is reconnected', {
    timeout: 120_000,
  }, async () => {
    const text = 'It waits for its Page'
    const { url } = await schedule(text, inSeconds(8))
    // As if the consent was given to another installation of the same app, so nobody here is
    // informed.
    const meta = (await house.control('GET', '/accounts/meta')) as {
      people: Record<string, { grant: { pageIds: string[] } | null }>
    }
    expect(
      Object.values(meta.people).some((person) => person.grant?.pageIds.includes(records)),
    ).toBe(true)
    await house.control('POST', `/accounts/meta/pages/${records}/state`, {
      personId: '10200000000000001',
      shared: false,
    })
    const waiting = await untilPage(
      house.admin,
      url,
      (page) => page.text.includes('to be connected again'),
      60_000,
    )
    expect(pill(waiting)).not.toBe('failed')
    expect(await published(text)).toEqual([])
    expect((await attemptsOf(text)).map((attempt) => attempt.outcome)).toEqual(['refused'])
    await house.control('POST', `/accounts/meta/pages/${records}/state`, {
      personId: '10200000000000001',
      shared: true,
    })
    const restored = await (
      await (await house.admin.open(`/w/${house.slug}/connect/meta`)).press('Ada Northside')
    ).press('Continue')
    await restored.press('Connect')
    await untilPage(house.admin, url, (page) => pill(page) === 'published', 60_000)
    expect(await published(text)).toHaveLength(1)
    expect((await attemptsOf(text)).map((attempt) => attempt.outcome)).toEqual([
      'refused',
      'accepted',
    ])
  })

  test('after two consents at the same moment, each workspace shows what Facebook holds, and the last consent counts', {
    timeout: 60_000,
  }, async () => {
    const both = await Promise.all([
      consentIn(house.admin, house.slug, [records]),
      consentIn(ben, 'southside', [cafe]),
    ])
    await Promise.all(
      both.map((choice) =>
        choice
          .press('Connect', { account: [`facebook:${records}`, `facebook:${cafe}`] })
          .catch(() => choice),
      ),
    )
    const { people } = (await house.control('GET', '/accounts/meta')) as {
      people: Record<string, { grant: { pageIds: string[] } | null }>
    }
    const held = Object.values(people).flatMap((person) => person.grant?.pageIds ?? [])
    expect(held).toHaveLength(1)
    const shown = async () =>
      (
        await house.sql<{ accountId: string }[]>`
          select distinct account_id from channels where state = 'connected' and platform = 'facebook' and account_id in (${records}, ${cafe})`
      ).map((row) => row.accountId)
    await expect.poll(shown, { timeout: 20_000 }).toEqual(held)
    const restored = await (
      await (await house.admin.open(`/w/${house.slug}/connect/meta`)).press('Ada Northside')
    ).press('Continue')
    await restored.press('Connect')
    await expect.poll(() => stateOf(records), { timeout: 15_000 }).toBe('connected')
  })

  test('a post that Facebook refuses for another reason while the Page is fine fails immediately', {
    timeout: 60_000,
  }, async () => {
    const text = 'It is not allowed'
    await house.control('POST', '/faults', {
      endpoint: 'feed',
      kind: 'error',
      code: 200,
      when: 'before',
      times: 5,
    })
    const { url } = await schedule(text, inSeconds(6))
    await untilPage(house.admin, url, (page) => pill(page) === 'failed', 45_000)
    expect(await stateOf(records)).toBe('connected')
    await house.control('DELETE', '/faults')
  })
})
