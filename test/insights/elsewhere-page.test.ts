import { beforeAll, expect, it } from 'vitest'
import { dropOurs } from '../../db/insights/elsewhere-posts.ts'
import { createTestApp, type TestApp } from '../support/app.ts'
import { ago, measuredRows } from '../support/insights/measured-rows.ts'
import { connectAll, type PlatformName } from '../support/posts.ts'

let test: TestApp
let channels: Record<PlatformName, string>

beforeAll(async () => {
  test = await createTestApp()
  const workspaceId = test.workspaces.northside
  channels = await connectAll(test.deps, { workspaceId, userId: test.cast.admin.id })
  const { gained, measured } = measuredRows(test, channels)
  for (const days of [40, 20, 4, 2])
    await gained(channels.instagram, days, { views: 3, otherViews: 1_000, likes: 1, otherLikes: 7 })
  await gained(channels.facebook, 4, { views: 5 })
  await measured('instagram', {
    daysAgo: 3,
    text: 'Made with it',
    readings: [{ hours: 24, views: 10, reach: 8, likes: 2 }],
  })
  await test.sql`
    insert into elsewhere_posts (workspace_id, channel_id, platform_post_id, kind, text, permalink, published_at, taken_at, changed_at,
      views, reach, likes, views_at_day)
    values (${workspaceId}, ${channels.instagram}, '1790001', 'image', '<b>Made in the app</b>', 'https://www.instagram.com/p/x/',
      ${ago(3)}, ${ago(1)}, ${ago(1)}, 4321, 1000, 50, 4000),
    (${workspaceId}, ${channels.instagram}, '1790002', 'image', 'Not read yet', null, ${ago(3)}, null, null, null, null, null, null)`
  await test.sql`update elsewhere_posts set next_at = now() where platform_post_id = '1790002'`
  await test.sql`
    insert into snapshots (workspace_id, elsewhere_id, taken_at, views, reach, likes, source)
    select workspace_id, id, t.at, t.views, 1000, 50, 'Graph API v25.0 insights' from elsewhere_posts,
      (values (${ago(2)}::timestamptz, 4000), (${ago(1)}::timestamptz, 4321)) t(at, views)
    where platform_post_id = '1790001'`
})

const words = (html: string): string => html.replace(/<[^>]+>/g, ' ').replace(/\s+/g, ' ')
const page = async (query = 'range=28d', path = '/w/northside/insights') =>
  (await test.cast.manager.get(`${path}?${query}`)).text
const section = (text: string, id: string): string =>
  text.split(`id="${id}"`)[1]?.split('</section>')[0] ?? ''
const table = async (name: string, query = 'range=28d') => {
  const { text } = await test.cast.manager.get(`/w/northside/insights.csv?${query}&table=${name}`)
  const [names = '', ...rows] = text
    .replace(/^\ufeff/, '')
    .trim()
    .split('\r\n')
  return rows.map((row) =>
    Object.fromEntries(row.split(',').map((cell, index) => [names.split(',')[index] ?? '', cell])),
  )
}

it('posts that were published elsewhere are ranked with the others, with a label, and link to the platform', async () => {
  const text = await page()
  const posts = section(text, 'posts')
  expect(words(posts)).toMatch(
    /Made in the app.* · not made here 4,321 views 1,000 reached.*50 reactions \(5% of reach\).*Made with it/,
  )
  expect(words(posts)).toContain('posts made here and elsewhere')
  expect(posts).toContain('href="https://www.instagram.com/p/x/" rel="noreferrer noopener"')
  expect(posts).toContain('&lt;b&gt;Made in the app')
  expect(posts).not.toContain('Not read yet')
  expect(words(text)).toContain('1 post not made here has not been read yet.')
})

it('they count in the sums, the chart and the accounts, and a filter leaves them out', async () => {
  const all = await page()
  // Three days of 3 and 1,000 on Instagram, and a day of 5 on Facebook.
  expect(words(all)).toMatch(/Views 3,014/)
  expect(words(all)).toContain('whenever they were published and wherever they were made')
  const here = await page('range=28d&made=here')
  expect(words(here)).toMatch(/Views 14/)
  expect(words(here)).toContain('Posts not made here are left out.')
  expect(words(here)).toContain('only posts made here')
  expect(section(here, 'posts')).not.toContain('Made in the app')
  expect(section(here, 'posts')).toContain('Made with it')
  expect(words(here)).not.toContain('not been read yet')
  const channel = `/w/northside/insights/${channels.instagram}`
  expect(words(await page('range=28d', channel))).toMatch(/Views 3,009/)
  expect(words(await page('range=28d&made=here', channel))).toMatch(/Views 9/)
  const links = [...here.matchAll(/<a [^>]*href="([^"]*\/insights[^"]*\?[^"]*)"[^>]*>([^<]*)/g)]
  expect(links.length).toBeGreaterThan(20)
  const forgetful = links
    .filter(([, href]) => !href?.includes('made=here'))
    .map(([, , label]) => label)
  expect(forgetful, 'every other link keeps the choice').toEqual(['All posts'])
})

it('the CSV files contain them with a label and all their readings, and the filter leaves them out', async () => {
  const posts = await table('posts')
  expect(posts.map((row) => [row.platform_post_id, row.made_here, row.views])).toEqual(
    expect.arrayContaining([['1790001', 'no', '4321'], expect.arrayContaining(['yes', '10'])]),
  )
  expect(posts.find((row) => row.made_here === 'no')).toMatchObject({ post_id: '', target_id: '' })
  const readings = await table('readings')
  expect(readings.filter((row) => row.made_here === 'no').map((row) => row.views)).toEqual([
    '4000',
    '4321',
  ])
  expect(readings.filter((row) => row.made_here === 'yes').map((row) => row.views)).toEqual(['10'])
  const sum = (rows: Record<string, string>[], name: string) =>
    rows.reduce((all, row) => all + Number(row[name] || 0), 0)
  expect(sum(await table('days'), 'views')).toBe(3_014)
  expect(sum(await table('accounts'), 'views')).toBe(3_014)
  expect(sum(await table('accounts'), 'posts_not_made_here')).toBe(2)
  const only = 'range=28d&made=here'
  expect((await table('posts', only)).map((row) => row.made_here)).toEqual(['yes'])
  expect((await table('readings', only)).map((row) => row.made_here)).toEqual(['yes'])
  expect(sum(await table('days', only), 'views')).toBe(14)
  expect(sum(await table('accounts', only), 'views')).toBe(14)
})

it('stored sums of whole months contain them too', async () => {
  const query = 'range=12m'
  const sum = (rows: Record<string, string>[]) =>
    rows.reduce((all, row) => all + Number(row.views || 0), 0)
  expect(sum(await table('accounts', query))).toBe(4_017)
  expect(sum(await table('accounts', `${query}&made=here`))).toBe(17)
})

it('other workspaces do not see them, and each account shows only its own', async () => {
  expect((await test.cast.outsider.get('/w/elsewhere/insights?range=28d')).text).not.toContain(
    'Made in the app',
  )
  expect(await page('range=28d', `/w/northside/insights/${channels.tiktok}`)).not.toContain(
    'Made in the app',
  )
  expect(await page('range=28d', `/w/northside/insights/${channels.instagram}`)).toContain(
    'Made in the app',
  )
})

it('a post that the platform no longer shows is not listed until it is shown again', async () => {
  await test.sql`update elsewhere_posts set absent_at = now() where platform_post_id = '1790001'`
  expect(await page()).not.toContain('Made in the app')
  await test.sql`update elsewhere_posts set absent_at = null where platform_post_id = '1790001'`
  expect(await page()).toContain('Made in the app')
})

it('they are listed even if nothing else of the account has been read yet', async () => {
  const days = await test.sql`delete from channel_days returning *`
  const { status, text } = await test.cast.manager.get('/w/northside/insights?range=28d')
  expect(status).toBe(200)
  expect(text).toContain('Made in the app')
  expect(text).not.toContain('No numbers yet')
  await test.sql`insert into channel_days ${test.sql(days)}`
})

it('a post from here whose id becomes known later is removed from the list, by any of its ids and only for its account', async () => {
  const { northside } = test.workspaces
  const { targetId } = await measuredRows(test, channels).measured('facebook', {
    daysAgo: 2,
    readings: [{ hours: 1, views: 1 }],
  })
  const listed = async () =>
    (
      await test.sql`select platform_post_id as id from elsewhere_posts where platform_post_id like '88%' order by 1`
    ).map(({ id }) => id)
  await test.sql`
    insert into elsewhere_posts (workspace_id, channel_id, platform_post_id, other_ids, kind, text, published_at)
    values (${northside}, ${channels.facebook}, '881', '{}', 'text', '', now()),
      (${northside}, ${channels.facebook}, '882', '{881}', 'text', '', now()),
      (${northside}, ${channels.facebook}, '883', '{884}', 'text', '', now()),
      (${northside}, ${channels.tiktok}, '881', '{}', 'text', '', now())`
  await dropOurs(test.sql, channels.facebook)
  expect(await listed()).toEqual(['881', '881', '882', '883'])
  await test.sql`update targets set platform_post_id = '881' where id = ${targetId}`
  await dropOurs(test.sql, channels.facebook)
  expect(await listed()).toEqual(['881', '883'])
})
