import { beforeAll, expect, it } from 'vitest'
import { createTestApp, type TestApp } from '../support/app.ts'
import { connectAll, type PlatformName } from '../support/posts.ts'

let test: TestApp
let channels: Record<PlatformName, string>
const count = 450

beforeAll(async () => {
  test = await createTestApp()
  const workspaceId = test.workspaces.northside
  channels = await connectAll(test.deps, { workspaceId, userId: test.cast.admin.id })
  // Ten of them at a time were published at the same instant, and the others within a millisecond.
  await test.sql`
    with p as (insert into posts (workspace_id, state, text, due_at, zone)
      select ${workspaceId}, 'scheduled', 'Crate', now(), 'UTC' from generate_series(1, ${count}::int) returning id),
    n as (select id, row_number() over () as n from p),
    t as (insert into targets (workspace_id, post_id, channel_id, platform, kind, text, due_at, state, published_at, platform_post_id)
      select ${workspaceId}, id, ${channels.instagram}, 'instagram', 'image', 'Crate ' || n, now(), 'published',
        date_trunc('second', now()) - interval '3 days' + (n / 10) * interval '100 microseconds', '179' || n from n
      returning id, workspace_id, channel_id, published_at)
    insert into measured_targets (target_id, workspace_id, channel_id, kind, published_at, taken_at, changed_at, views, likes)
    select id, workspace_id, channel_id, 'image', published_at, date_trunc('second', now()), date_trunc('second', now()), 7, 3 from t`
  await test.sql`
    insert into snapshots (workspace_id, target_id, taken_at, views, likes, source)
    select workspace_id, target_id, taken_at, views, likes, 'Graph API v27.0 insights' from measured_targets`
  await test.sql`delete from unmeasured_targets`
})

const table = async (name: string, role: 'manager' | 'outsider' = 'manager') => {
  const page = await test.cast[role].get(`/w/northside/insights.csv?range=28d&table=${name}`)
  const [names = '', ...rows] = page.text
    .replace(/^\ufeff/, '')
    .trim()
    .split('\r\n')
  return { status: page.status, names: names.split(','), rows: rows.map((row) => row.split(',')) }
}
const column = ({ names, rows }: Awaited<ReturnType<typeof table>>, name: string) =>
  rows.map((row) => row[names.indexOf(name)])

it('the posts table is complete, with ids, handle and time zone, however long it is', async () => {
  const posts = await table('posts')
  expect(posts.rows).toHaveLength(count)
  expect(new Set(column(posts, 'target_id')).size).toBe(count)
  expect(new Set(column(posts, 'platform_post_id')).size).toBe(count)
  expect(new Set(column(posts, 'channel_id'))).toEqual(new Set([channels.instagram]))
  const [zone] = await test.sql`select zone from workspaces where id = ${test.workspaces.northside}`
  expect(new Set(column(posts, 'time_zone'))).toEqual(new Set([zone?.zone]))
  expect(column(posts, 'handle').every(Boolean)).toBe(true)
})

it('the readings table has one row for each reading of each post, and its ids join it to the posts table', async () => {
  const [posts, readings] = [await table('posts'), await table('readings')]
  expect(readings.rows).toHaveLength(count)
  expect(column(readings, 'target_id').toSorted()).toEqual(column(posts, 'target_id').toSorted())
  expect(new Set(column(readings, 'views'))).toEqual(new Set(['7']))
  expect(new Set(column(readings, 'saves')), 'not given is empty, not 0').toEqual(new Set(['']))
  expect(
    column(readings, 'age_hours').every((hours) => Number(hours) > 71 && Number(hours) < 73),
  ).toBe(true)
})

it('the engagement rate is interactions ÷ views where the platform does not provide reach, in the table and, with the formula, on the page', async () => {
  const posts = await table('posts')
  expect(new Set(column(posts, 'engagement_rate'))).toEqual(new Set([(3 / 7).toFixed(5)]))
  expect(new Set(column(posts, 'engagement_rate_of'))).toEqual(new Set(['views']))
  await test.sql`update measured_targets set reach = 6 where target_id = (select min(target_id::text)::uuid from measured_targets)`
  await test.sql`
    insert into channel_days (workspace_id, channel_id, day, likes, taken_at)
    values (${test.workspaces.northside}, ${channels.instagram}, current_date - 2, 3, now())`
  const { text } = await test.cast.manager.get('/w/northside/insights?range=28d')
  const rate = Math.round(((450 * 3) / (449 * 7 + 6)) * 1_000) / 10
  const formula = 'engagement ÷ reach, or ÷ views where reach isn’t reported'
  expect(text).toContain(
    `Engagement rate of the posts published in this period: ${rate}% (${formula}).`,
  )
  expect(text).toContain('(42.9% of views)')
  expect(
    column(await table('posts'), 'engagement_rate_of').filter((of) => of === 'reach'),
  ).toHaveLength(1)
})

it('people outside the workspace get neither table', async () => {
  for (const name of ['posts', 'readings']) expect((await table(name, 'outsider')).status).toBe(404)
})

it('posts without an id at their platform are counted, and the page says that they have no numbers', async () => {
  const workspaceId = test.workspaces.northside
  const [post] = await test.sql`
    insert into posts (workspace_id, state, text, due_at, zone) values (${workspaceId}, 'scheduled', 'Private', now(), 'UTC') returning id`
  await test.sql`
    insert into targets (workspace_id, post_id, channel_id, platform, kind, text, due_at, state, published_at)
    values (${workspaceId}, ${post!.id}, ${channels.tiktok}, 'tiktok', 'video', 'Private', now(), 'published', now() - interval '2 days')`
  const accounts = await table('accounts')
  expect(
    accounts.rows
      .filter((row) => row.includes('tiktok'))
      .map((row) => row[accounts.names.indexOf('posts')]),
  ).toEqual(['1'])
  const { text } = await test.cast.manager.get('/w/northside/insights?range=28d')
  expect(text.replace(/\s+/g, ' ')).toMatch(
    /TikTok doesn’t report numbers for 1 of these posts of .*, because it reports them only for public posts\./,
  )
})
