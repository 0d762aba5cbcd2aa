import { beforeAll, expect, it } from 'vitest'
import { dropOurs } from '../../db/insights/elsewhere-posts.ts'
import { createTestApp, type TestApp } from '../support/app.ts'
import { measuredRows } from '../support/insights/measured-rows.ts'
import { connectAll, type PlatformName } from '../support/posts.ts'

let test: TestApp
let channels: Record<PlatformName, string>

beforeAll(async () => {
  test = await createTestApp()
  const workspaceId = test.workspaces.northside
  channels = await connectAll(test.deps, { workspaceId, userId: test.cast.admin.id })
  await test.sql`
    insert into channel_days (workspace_id, channel_id, day, views, taken_at)
    values (${workspaceId}, ${channels.instagram}, current_date - 2, 3, now())`
  await test.sql`
    insert into elsewhere_posts (workspace_id, channel_id, platform_post_id, kind, text, permalink, published_at, taken_at, views, reach, likes)
    values (${workspaceId}, ${channels.instagram}, '1790001', 'image', '<b>Made in the app</b>', 'https://www.instagram.com/p/x/',
      now() - interval '3 days', now(), 4321, 1000, 50),
    (${workspaceId}, ${channels.instagram}, '1790002', 'image', 'Not read yet', null, now() - interval '3 days', null, null, null, null)`
})

const words = (html: string): string => html.replace(/<[^>]+>/g, ' ').replace(/\s+/g, ' ')

it('posts that were published elsewhere are listed with a label and their numbers, and link to the platform', async () => {
  const { text } = await test.cast.manager.get('/w/northside/insights?range=28d')
  const section = text.split('id="elsewhere"')[1]?.split('</section>')[0] ?? ''
  expect(words(section)).toMatch(/Not made here · Instagram.*4,321 views.*1,000 reached.*50 reactions \(5% of reach\)/)
  expect(section).toContain('href="https://www.instagram.com/p/x/" rel="noreferrer noopener"')
  expect(section).toContain('&lt;b&gt;Made in the app')
  expect(section).not.toContain('Not read yet')
  expect(words(text), 'they have no part in the sums').not.toContain('Views 4,32')
})

it('other workspaces do not see them, and each account shows only its own', async () => {
  expect((await test.cast.outsider.get('/w/elsewhere/insights?range=28d')).text).not.toContain('Made in the app')
  expect((await test.cast.manager.get(`/w/northside/insights/${channels.tiktok}?range=28d`)).text).not.toContain(
    'Made in the app',
  )
  expect((await test.cast.manager.get(`/w/northside/insights/${channels.instagram}?range=28d`)).text).toContain('Made in the app')
})

it('a post that the platform no longer shows is not listed until it is shown again', async () => {
  const page = async () => (await test.cast.manager.get('/w/northside/insights?range=28d')).text
  await test.sql`update elsewhere_posts set absent_at = now() where platform_post_id = '1790001'`
  expect(await page()).not.toContain('Made in the app')
  await test.sql`update elsewhere_posts set absent_at = null where platform_post_id = '1790001'`
  expect(await page()).toContain('Made in the app')
})

it('they are listed even if nothing else of the account has been read yet', async () => {
  const days = await test.sql`delete from channel_days where channel_id = ${channels.instagram} returning *`
  const { status, text } = await test.cast.manager.get('/w/northside/insights?range=28d')
  expect(status).toBe(200)
  expect(text).toContain('Made in the app')
  expect(text).not.toContain('No numbers yet')
  await test.sql`insert into channel_days ${test.sql(days)}`
})

it('a post from here whose id becomes known later is removed from the list, by any of its ids and only for its account', async () => {
  const { northside } = test.workspaces
  const { targetId } = await measuredRows(test, channels).measured('facebook', { daysAgo: 2, readings: [{ hours: 1, views: 1 }] })
  const listed = async () =>
    (await test.sql`select platform_post_id as id from elsewhere_posts where platform_post_id like '88%' order by 1`).map(
      ({ id }) => id,
    )
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
