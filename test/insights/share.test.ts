import { beforeAll, beforeEach, describe, expect, test } from 'vitest'
import type { Page } from '../../local/people/person.ts'
import { compose } from '../../local/people/story.ts'
import { wallTimeOf } from '../../web/time/wall-time.ts'
import { measureAll } from '../support/insights/measure-all.ts'
import { type Installed, install, untilPage } from '../support/installed.ts'

let house: Installed
beforeAll(async () => {
  house = await install()
}, 90_000)
beforeEach(async () => {
  await house.control('DELETE', '/faults')
  await house.sql`delete from limits where true`
  await house.sql`update measured_channels set rests = '{}', problem = null, rest_until = null where true`
})

const limitOfAnHour = 400
const inSeconds = (seconds: number): Date =>
  new Date(Math.ceil(Date.now() / 1_000 + seconds) * 1_000)
const schedule = (text: string, dueAt: Date): Promise<Page> =>
  compose(
    house.admin,
    house.slug,
    { text, channel: [house.channel('Northside Café')], time: wallTimeOf(dueAt, 'Europe/Zurich') },
    'Schedule',
  )
const isOut = (page: Page) =>
  page.document.querySelector('.target .pill')?.textContent?.trim() === 'published'

/** Inserts published posts that are due to be read and that Facebook doesn't show. */
const hidePosts = async (count: number): Promise<void> => {
  const { sql } = house
  const [page] = await sql<{ id: string; workspaceId: string; accountId: string }[]>`
    select id, workspace_id, account_id from channels where id = ${house.channel('Northside Café')}`
  await sql`
    with p as (insert into posts (workspace_id, state, text, due_at, zone)
      select ${page!.workspaceId}, 'scheduled', 'Hidden', now(), 'UTC' from generate_series(1, ${count}::int) returning id),
    t as (insert into targets (workspace_id, post_id, channel_id, platform, kind, text, due_at, state, published_at, platform_post_id)
      select ${page!.workspaceId}, p.id, ${page!.id}, 'facebook', 'text', 'Hidden', now() - interval '2 hours', 'published',
        now() - interval '2 hours', ${`${page!.accountId}_99`} || ${count}::int || '0' || row_number() over () from p returning id)
    select from t`
}

const readings = async () =>
  (await house.ledger.calls()).filter(
    ({ path }) => path.endsWith('/insights') && path.includes('_99'),
  ).length

describe.sequential('measuring leaves room for publishing', () => {
  test('a rate limit error during measuring pauses only measuring, and a post is published on time', {
    timeout: 60_000,
  }, async () => {
    await hidePosts(1)
    await house.control('POST', '/faults', {
      endpoint: 'batch',
      when: 'before',
      kind: 'error',
      code: 4,
    })
    await measureAll(house.sql, house.client)
    expect(await house.sql`select distinct holds from limits`).toEqual([{ holds: ['reading'] }])
    const { url } = await schedule('While measuring is refused', inSeconds(3))
    await untilPage(house.admin, url, isOut)
    const [target] =
      await house.sql`select state, attempt_number, problem from targets where text = 'While measuring is refused'`
    expect(target).toEqual({ state: 'published', attemptNumber: 1, problem: null })
  })

  test('for 300 posts that Facebook hides, measuring uses at most half of the app’s hourly calls, and a post is published on time', {
    timeout: 90_000,
  }, async () => {
    await house.control('PATCH', '/settings', { appCallsPerHour: limitOfAnHour })
    await hidePosts(300)
    for (let look = 0; look < 4; look += 1) await measureAll(house.sql, house.client)
    const made = await readings()
    expect(made).toBeGreaterThanOrEqual(100)
    expect(made).toBeLessThanOrEqual(limitOfAnHour / 2)
    const [waiting] = await house.sql<{ due: number; rests: number }[]>`
      select (select count(*)::int from measured_targets where next_at <= now()) as due,
        (select count(*)::int from measured_channels where rest_until is not null) as rests`
    expect(waiting).toEqual({ due: 301 - made, rests: 0 })

    const { url } = await schedule('While measuring has used its share', inSeconds(3))
    await untilPage(house.admin, url, isOut)
    const [target] = await house.sql`
      select state, attempt_number, problem, not_before from targets where text = 'While measuring has used its share'`
    expect(target).toEqual({ state: 'published', attemptNumber: 1, problem: null, notBefore: null })
    expect(await house.sql`select holds from limits`).toEqual([])
    expect(await readings()).toBe(made)
  })
})
