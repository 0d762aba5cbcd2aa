import { beforeAll, expect, it } from 'vitest'
import { dropOurs } from '../../../db/insights/elsewhere-posts.ts'
import type { PostOrigin } from '../../../db/insights/homes.ts'
import { savePostSnapshots } from '../../../db/insights/snapshots.ts'
import { createTestApp, type TestApp } from '../../support/app.ts'
import { insertTarget } from '../../support/connected.ts'
import { ago, day } from '../../support/insights/measured-rows.ts'
import { connectAll, type PlatformName } from '../../support/posts.ts'

let test: TestApp
let channels: Record<PlatformName, string>
const minuteMs = 60_000
const summed = ['watch_time', 'clicks', 'link_clicks', 'follows', 'profile_visits']

type Post = {
  platform: PlatformName
  kind: string
  made: PostOrigin
  daysAgo: number
  readings: Record<string, number>[]
}
const watched = (minutes: number, seconds: number) => ({
  watch_time: minutes * minuteMs,
  average_watch_time: seconds * 1000,
})
/** Each is read daily from the day after it was published. */
const posts: Post[] = [
  {
    ...{ platform: 'instagram', kind: 'reel', made: 'here', daysAgo: 5 },
    readings: [watched(10, 9), watched(16, 4)],
  },
  {
    ...{ platform: 'instagram', kind: 'reel', made: 'elsewhere', daysAgo: 4 },
    readings: [watched(3, 8)],
  },
  {
    ...{ platform: 'facebook', kind: 'reel', made: 'here', daysAgo: 4 },
    readings: [watched(2, 12)],
  },
  {
    ...{ platform: 'facebook', kind: 'reel', made: 'here', daysAgo: 12 },
    readings: [watched(14, 6)],
  },
  {
    ...{ platform: 'instagram', kind: 'image', made: 'here', daysAgo: 3 },
    readings: [{ follows: 2, profile_visits: 30 }],
  },
  { platform: 'tiktok', kind: 'video', made: 'here', daysAgo: 3, readings: [{}] },
]

beforeAll(async () => {
  test = await createTestApp()
  const { northside } = test.workspaces
  channels = await connectAll(test.deps, { workspaceId: northside, userId: test.cast.admin.id })
  for (const daysAgo of [20, 12, 5]) await test.sql`select ensure_snapshot_months(${ago(daysAgo)})`
  for (const channelId of Object.values(channels))
    await test.sql`
      insert into channel_days (workspace_id, channel_id, day, views, taken_at)
      values (${northside}, ${channelId}, ${day(20)}, 1, ${ago(20)})`
  for (const [index, post] of posts.entries()) await insertPost(post, index)
})

const insertPost = async (post: Post, index: number): Promise<void> => {
  const { northside } = test.workspaces
  const [channelId, publishedAt] = [channels[post.platform], ago(post.daysAgo)]
  const id =
    post.made === 'here'
      ? await insertHere(post, channelId, publishedAt)
      : (
          await test.sql<{ id: string }[]>`
            insert into elsewhere_posts (workspace_id, channel_id, platform_post_id, kind, text, published_at, next_at, predates)
            values (${northside}, ${channelId}, ${`own-${index}`}, ${post.kind}, '', ${publishedAt}, ${publishedAt}, false)
            returning id`
        )[0]!.id
  let dueAt = publishedAt
  for (const [step, more] of post.readings.entries()) {
    const takenAt = ago(post.daysAgo - step - 1)
    const snapshot = { id, dueAt, nextAt: takenAt, numbers: { views: 10 * (step + 1) }, more }
    await savePostSnapshots(test.sql, {
      ...{ channelId, made: post.made, takenAt, source: 'test', summed },
      posts: [snapshot],
    })
    dueAt = takenAt
  }
}

const insertHere = async (post: Post, channelId: string, publishedAt: Date): Promise<string> => {
  const { northside: workspaceId } = test.workspaces
  const place = { workspaceId, channelId, platform: post.platform, dueAt: publishedAt }
  const { targetId } = await insertTarget(test.deps, place)
  await test.sql`
    update targets set state = 'published', published_at = ${publishedAt}, finished_at = ${publishedAt}, kind = ${post.kind},
      platform_post_id = ${`post-${targetId}`} where id = ${targetId}`
  await test.sql`
    insert into measured_targets (target_id, workspace_id, channel_id, kind, published_at, next_at)
    select id, workspace_id, channel_id, kind, published_at, published_at from targets where id = ${targetId}`
  return targetId
}

const words = (html: string): string => html.replace(/<[^>]+>/g, ' ').replace(/\s+/g, ' ')
const get = async (query: string, channelId?: string) =>
  (
    await test.cast.manager.get(
      `/w/northside/insights${channelId ? `/${channelId}` : ''}?range=7d${query}`,
    )
  ).text
const chartOf = (html: string): string =>
  words(html.split('id="h-main"')[1]?.split('</section>')[0] ?? '')
const switchesOf = (html: string): string =>
  words(html.split('aria-label="Number in the chart"')[1]?.split('</nav>')[0] ?? '')
const table = async (name: string, query = '') => {
  const { text } = await test.cast.manager.get(
    `/w/northside/insights.csv?range=7d&table=${name}${query}`,
  )
  const [names = '', ...rows] = text
    .replace(/^\ufeff/, '')
    .trim()
    .split('\r\n')
  const columns = names.split(',')
  return rows.map((row) =>
    Object.fromEntries(row.split(',').map((cell, index) => [columns[index] ?? '', cell])),
  )
}
const sum = (rows: Record<string, string>[], name: string) =>
  rows.reduce((all, row) => all + Number(row[name] || 0), 0)

it('watch time is added up by day, compared with the period before, and named as not reported where it is not', async () => {
  const html = await get('&metric=watch_time')
  const chart = chartOf(html)
  expect(chart).toContain('Total watch time per day, in minutes')
  expect(chart).toContain('Total watch time: 21 min, 50% more than in the 7 days before.')
  expect(chart).toMatch(/Highest: 11 min, /)
  expect(chart).toContain('Not reported by TikTok.')
  expect(html).toMatch(/data-words="[^"]*: 10 min[" ]/)
  expect(await get('&metric=watch_time&made=here')).toContain('Total watch time: 18 min')
})

it.each([
  ['platform=instagram', 19],
  ['platform=facebook', 2],
  ['format=reel', 21],
  ['platform=instagram&format=reel', 19],
])(
  'watch time with %s is that of these posts, on the page and in the CSV',
  async (filter, minutes) => {
    const html = await get(`&metric=watch_time&${filter}`)
    expect(chartOf(html)).toContain(`Total watch time: ${minutes} min`)
    expect(chartOf(html)).not.toContain('Not reported by TikTok. Not')
    expect(sum(await table('days', `&${filter}`), 'watch_time_ms')).toBe(minutes * minuteMs)
    expect(sum(await table('accounts', `&${filter}`), 'watch_time_ms')).toBe(minutes * minuteMs)
  },
)

it('watch time of one account is its own', async () => {
  expect(chartOf(await get('&metric=watch_time', channels.facebook))).toContain(
    'Total watch time: 2 min',
  )
})

it('an average is over the posts published in the days, each once and with its newest number, never a sum', async () => {
  const chart = chartOf(await get('&metric=average_watch_time'))
  expect(chart).toContain('Average watch time of posts published each day, in seconds')
  // Of 4, 8 and 12 seconds, and 6 in the period before.
  expect(chart).toContain('Average watch time: 8 s, 33% more than in the 7 days before.')
  expect(chart).toMatch(/Highest: 10 s, /)
  expect(chart).toContain('averages can’t be added up')
  expect(chart).not.toContain('gained in this period')
  const days = await table('days')
  expect(days.map((row) => row.average_watch_time_ms_of_posts_published).filter(Boolean)).toEqual([
    '4000',
    '10000',
  ])
  expect(Object.keys((await table('accounts'))[0] ?? {})).not.toContain('average_watch_time_ms')
})

it('only metrics that the chosen accounts and format have can be chosen; others lead to views', async () => {
  expect(switchesOf(await get(''))).toMatch(/Total watch time.*Follows.*Profile visits/)
  const images = switchesOf(await get('&format=image'))
  expect(images).toContain('Profile visits')
  expect(images).not.toContain('watch time')
  expect(switchesOf(await get('&platform=tiktok'))).not.toMatch(/watch time|Follows/)
  expect(chartOf(await get('&platform=tiktok&metric=watch_time'))).toContain('Views per day')
  expect(chartOf(await get('&metric=__proto__'))).toContain('Views per day')
})

it('posts are ranked by what only some platforms give, and accounts show what they gained of it', async () => {
  const html = await get('&by=watch_time')
  const list = html.split('class="ranked"')[1]?.split('</ol>')[0] ?? ''
  const found = [
    ...words(list).matchAll(/(\d+ min) total watch time|total watch time (not reported)/g),
  ]
  expect(found.map(([, given, absent]) => given ?? absent)).toEqual([
    ...['16 min', '3 min', '2 min'],
    ...['not reported', 'not reported'],
  ])
  expect(words(html)).toMatch(/Most .* average watch time/)
  const rows = words(
    html.split('More numbers of accounts, as a table')[1]?.split('</table>')[0] ?? '',
  )
  expect(rows).toMatch(/Total watch time .*Follows .*Profile visits/)
  expect(rows).toMatch(
    /Facebook Northside Records 2 min .*Instagram Northside Records 19 min 2 30 /,
  )
  expect(rows).toContain('not reported by TikTok')
  const unknown = await get('&by=__proto__')
  expect(words(unknown)).toContain('Most views')
  expect(await get('&platform=tiktok')).not.toContain('More numbers of accounts')
})

it('accounts that joined in these days are not part of the comparison', async () => {
  await test.sql`delete from channel_days where channel_id = ${channels.instagram} and day = ${day(20)}`
  const chart = chartOf(await get('&metric=watch_time'))
  // Only Facebook's 2 and 14 minutes are compared.
  expect(chart).toContain('Total watch time: 21 min, 86% less than in the 7 days before.')
  expect(chartOf(await get('&metric=average_watch_time'))).toContain(
    'Average watch time: 8 s, 100% more than in the 7 days before.',
  )
})

it('a post that turns out to be ours takes its watch time out of the days', async () => {
  const [other] = await test.sql`select platform_post_id from elsewhere_posts`
  const { targetId } = await insertTarget(test.deps, {
    ...{ workspaceId: test.workspaces.northside, channelId: channels.instagram },
    platform: 'instagram',
  })
  await test.sql`
    update targets set state = 'published', published_at = ${ago(4)}, finished_at = ${ago(4)}, kind = 'reel',
      platform_post_id = ${other!.platformPostId} where id = ${targetId}`
  await dropOurs(test.sql, channels.instagram)
  for (const filter of ['', '&format=reel'])
    expect(chartOf(await get(`&metric=watch_time${filter}`))).toContain('Total watch time: 18 min')
})
