import { beforeAll, describe, expect, it } from 'vitest'
import type { PostOrigin } from '../../db/insights/homes.ts'
import { savePostSnapshots } from '../../db/insights/snapshots.ts'
import type { Numbers } from '../../platforms/measurer.ts'
import { createTestApp, type TestApp } from '../support/app.ts'
import { insertTarget } from '../support/connected.ts'
import { csvRowsOf } from '../support/insights/csv-rows.ts'
import { ago, day } from '../support/insights/measured-rows.ts'
import { connectAll, type PlatformName } from '../support/posts.ts'

let test: TestApp
let channels: Record<PlatformName, string>

/** Posts with the days before today on which they are published, and their growth from reading to reading. */
const posts = [
  { platform: 'instagram', kind: 'reel', made: 'here', daysAgo: 9, grows: 100 },
  { platform: 'instagram', kind: 'reel', made: 'elsewhere', daysAgo: 8, grows: 10 },
  { platform: 'instagram', kind: 'image', made: 'here', daysAgo: 9, grows: 7 },
  { platform: 'facebook', kind: 'reel', made: 'here', daysAgo: 6, grows: 1_000 },
  { platform: 'facebook', kind: 'photo', made: 'elsewhere', daysAgo: 5, grows: 3 },
] as const
/** Each post is read daily, at noon, from the day after it was published until yesterday. */
const readingsOf = (post: (typeof posts)[number]): number => post.daysAgo - 1
const viewsOf = (wanted: (post: (typeof posts)[number]) => boolean): number =>
  posts.filter(wanted).reduce((sum, post) => sum + readingsOf(post) * post.grows, 0)

beforeAll(async () => {
  test = await createTestApp()
  const { northside } = test.workspaces
  channels = await connectAll(test.deps, { workspaceId: northside, userId: test.cast.admin.id })
  await test.sql`insert into measured_channels (channel_id, workspace_id, next_at, days_at, list_at)
    select id, workspace_id, now() + interval '1 day', null, now() + interval '1 day' from channels`
  for (const [index, post] of posts.entries()) await measure(await insertPost(post, index), post)
})

const insertPost = async (
  { platform, kind, made, daysAgo }: (typeof posts)[number],
  index: number,
): Promise<string> => {
  const { northside } = test.workspaces
  const [channelId, publishedAt] = [channels[platform], ago(daysAgo)]
  await test.sql`select ensure_snapshot_months(${publishedAt})`
  if (made === 'elsewhere') {
    const [post] = await test.sql<{ id: string }[]>`
      insert into elsewhere_posts (workspace_id, channel_id, platform_post_id, kind, text, published_at, next_at, predates)
      values (${northside}, ${channelId}, ${`own-${index}`}, ${kind}, ${`Elsewhere ${kind}`}, ${publishedAt}, ${publishedAt}, false) returning id`
    return post!.id
  }
  const place = { workspaceId: northside, channelId, platform, dueAt: publishedAt }
  const { targetId } = await insertTarget(test.deps, place)
  await test.sql`
    update targets set state = 'published', published_at = ${publishedAt}, finished_at = ${publishedAt}, kind = ${kind},
      platform_post_id = ${`post-${index}`}, text = ${`Here ${kind} ${platform}`} where id = ${targetId}`
  await test.sql`
    insert into measured_targets (target_id, workspace_id, channel_id, kind, published_at, next_at)
    select id, workspace_id, channel_id, kind, published_at, published_at from targets where id = ${targetId}`
  return targetId
}

const measure = async (id: string, post: (typeof posts)[number]): Promise<void> => {
  let dueAt = ago(post.daysAgo)
  for (let reading = 1; reading <= readingsOf(post); reading += 1) {
    const takenAt = ago(post.daysAgo - reading)
    // Likes are sometimes not given, and sometimes fewer than before.
    const likes = reading % 3 === 0 ? {} : { likes: 5 + reading * 2 - (reading % 2) * 3 }
    const numbers: Numbers = { views: reading * post.grows, ...likes }
    const snapshot = { id, dueAt, nextAt: takenAt, numbers, more: {} }
    const made: PostOrigin = post.made
    const count = await savePostSnapshots(test.sql, {
      channelId: channels[post.platform],
      made,
      takenAt,
      source: 'test',
      summed: [],
      posts: [snapshot],
    })
    expect(count).toBe(1)
    dueAt = takenAt
  }
}

const words = (html: string): string =>
  html
    .replace(/<(style|script)[\s\S]*?<\/\1>/g, '')
    .replace(/<[^>]+>/g, ' ')
    .replace(/\s+/g, ' ')
const get = (query: string, path = '/w/northside/insights') =>
  test.cast.manager.get(`${path}?range=28d${query}`)
const page = async (query: string, path?: string) => words((await get(query, path)).text)
const table = async (name: string, query: string) =>
  csvRowsOf((await get(`${query}&table=${name}`, '/w/northside/insights.csv')).text)
const sum = (rows: Record<string, string>[], name: string) =>
  rows.reduce((all, row) => all + Number(row[name] || 0), 0)

const limits: [words: string, query: string, wanted: (post: (typeof posts)[number]) => boolean][] =
  [
    ['everything', '', () => true],
    ['Instagram', '&platform=instagram', ({ platform }) => platform === 'instagram'],
    ['Reel', '&format=reel', ({ kind }) => kind === 'reel'],
    [
      'Instagram · Reel',
      '&platform=instagram&format=reel',
      (post) => post.platform === 'instagram' && post.kind === 'reel',
    ],
    [
      'Facebook · Reel',
      '&platform=facebook&format=reel',
      (post) => post.platform === 'facebook' && post.kind === 'reel',
    ],
    ['Picture', '&format=image', ({ kind }) => kind === 'image'],
  ]

describe('insights limited to a platform or a format', () => {
  it.each(limits)(
    'count only these posts in the tiles, the chart, the list, the accounts and every CSV: %s',
    async (label, query, wanted) => {
      const text = await page(query)
      const views = viewsOf(wanted)
      expect(text).toContain(`Views ${views.toLocaleString('en')} `)
      expect(text).toContain(`${views.toLocaleString('en')} views in total`)
      for (const made of ['', '&made=here'] as const) {
        const counted = (post: (typeof posts)[number]) =>
          wanted(post) && (made === '' || post.made === 'here')
        expect(sum(await table('days', query + made), 'views')).toBe(viewsOf(counted))
        expect(sum(await table('accounts', query + made), 'views')).toBe(viewsOf(counted))
        expect(sum(await table('accounts', query + made), 'posts')).toBe(
          posts.filter(counted).length,
        )
        const kinds = posts
          .filter(counted)
          .map((post) => `${post.platform} ${post.kind} ${post.made}`)
        const listed = (await table('posts', query + made)).map(
          (row) => `${row.platform} ${row.kind} ${row.made_here === 'yes' ? 'here' : 'elsewhere'}`,
        )
        expect(listed.sort()).toEqual(kinds.sort())
        const readings = await table('readings', query + made)
        expect(new Set(readings.map((row) => `${row.platform} ${row.kind}`))).toEqual(
          new Set(posts.filter(counted).map((post) => `${post.platform} ${post.kind}`)),
        )
      }
      if (label !== 'everything') expect(text).toContain(`· ${label}`)
    },
  )

  it('of a label count as if only its posts had been made, and follow a label that changes', async () => {
    const { northside } = test.workspaces
    const [label] = await test.sql<{ id: string }[]>`
      insert into labels (workspace_id, name, name_key, color) values (${northside}, 'Summer', 'summer', 'teal') returning id`
    const query = `&label=${label!.id}`
    expect(await page('')).toContain('All labels Summer')
    expect(await page(query)).toContain('No numbers for Summer in this period.')
    await test.sql`
      insert into post_labels (workspace_id, post_id, label_id) select ${northside}, id, ${label!.id} from posts`
    const here = (post: (typeof posts)[number]) => post.made === 'here'
    const text = await page(query)
    expect(text).toContain(`Views ${viewsOf(here).toLocaleString('en')} `)
    expect(text).toContain('Posts not made here have no labels, so they are left out.')
    for (const name of ['days', 'accounts']) {
      const numbers = (rows: Record<string, string>[]) =>
        rows.map((row) => ['views', 'likes', 'posts', 'followers'].map((column) => row[column]))
      const [labeled, made] = [await table(name, query), await table(name, '&made=here')]
      expect(numbers(labeled), name).toEqual(numbers(made))
    }
    await test.sql`
      delete from post_labels pl using targets t where t.post_id = pl.post_id and t.platform = 'facebook'`
    const left = viewsOf((post) => here(post) && post.platform === 'instagram')
    expect(await page(query)).toContain(`Views ${left} `)
    const reels = viewsOf(
      (post) => here(post) && post.platform === 'instagram' && post.kind === 'reel',
    )
    expect(await page(`${query}&format=reel`)).toContain(`Views ${reels} `)
    expect(await page(query, `/w/northside/insights/${channels.facebook}`)).toContain(
      'No numbers for Summer in this period.',
    )
    expect((await table('posts', query)).length).toBe(2)
    expect((await table('readings', query)).length).toBeGreaterThan(10)
    await test.sql`update labels set name = 'Autumn' where id = ${label!.id}`
    expect(await page(query)).toContain('· Autumn')
    await test.sql`delete from labels`
    expect(await page(query), 'a label that is gone limits nothing').toContain(
      `Views ${viewsOf(() => true).toLocaleString('en')} `,
    )
  })

  it('say in the address, the file name and every link what they are limited to', async () => {
    const { text } = await get('&platform=instagram&format=reel&metric=likes&made=here')
    const links = [...text.matchAll(/<a [^>]*href="([^"]*\/insights[^"]*\?[^"]*)"[^>]*>([^<]*)/g)]
    expect(links.length).toBeGreaterThan(15)
    const forgetful = links.filter(
      ([, href]) => !/platform=instagram&(amp;)?format=reel/.test(href ?? ''),
    )
    expect(forgetful.map(([, , label]) => label)).toEqual(['Clear filters'])
    for (const name of ['range', 'made', 'metric'])
      expect(text).toMatch(new RegExp(`<input type="hidden" name="${name}"`))
    const file = await get('&platform=instagram&format=reel', '/w/northside/insights.csv')
    expect(file.headers.get('content-disposition')).toMatch(/northside-days-instagram-reel-\d{4}-/)
  })

  it('of one account are limited by format, and their followers count every format', async () => {
    await test.sql`update channel_days set followers = 250 where channel_id = ${channels.instagram} and day = ${day(1)}`
    const path = `/w/northside/insights/${channels.instagram}`
    const text = await page('&format=reel', path)
    expect(text).toContain(
      `Views ${viewsOf((post) => post.platform === 'instagram' && post.kind === 'reel')} `,
    )
    expect(text).toMatch(/Followers 250 .*Of the whole account, whatever the format of posts\./)
    expect(text).not.toContain('All platforms')
    expect(await page('&platform=facebook', path)).toContain(
      `Views ${viewsOf(({ platform }) => platform === 'instagram')} `,
    )
  })

  it('that match nothing say so and how to go on', async () => {
    const { text } = await get('&platform=tiktok&format=story')
    expect(words(text)).toContain(
      'No numbers for TikTok · Story in this period. Choose other days, or clear the filters.',
    )
    expect(text).toMatch(/href="[^"]*\?range=28d">Clear filters/)
  })

  it.each([
    ["x' or 1=1", '<b>'],
    ['Instagram', 'REEL'],
    ['__proto__', 'constructor'],
    ['\u0130nstagram', '\ud83d\ude00'],
    ['x'.repeat(10_000), 'reel,image'],
  ])('ignore platforms and formats that do not exist, whatever is typed (%#)', async (...typed) => {
    const [platform, format] = typed.map(encodeURIComponent)
    const { status, text } = await get(`&platform=${platform}&format=${format}`)
    expect(status).toBe(200)
    expect(words(text)).toContain(`Views ${viewsOf(() => true).toLocaleString('en')} `)
    expect(text).not.toMatch(/[?&;](platform|format)=/)
    const file = await get(`&platform=${platform}&format=${format}`, '/w/northside/insights.csv')
    expect(file.headers.get('content-disposition')).toMatch(/"northside-days-\d{4}-[\d-]+\.csv"/)
  })

  it.each(['\u0000', '\u0007', 'reel\u202e'])(
    'are refused with invisible characters (%#)',
    async (typed) => {
      expect((await get(`&format=${encodeURIComponent(typed)}`)).status).toBe(400)
    },
  )

  it('take the first of several values, and none of a name with brackets', async () => {
    const reels = viewsOf(({ kind }) => kind === 'reel').toLocaleString('en')
    expect(await page('&format=reel&format=image')).toContain(`Views ${reels} `)
    const all = viewsOf(() => true).toLocaleString('en')
    expect(await page('&format[]=reel&platform[0]=instagram')).toContain(`Views ${all} `)
  })

  it('add up to everything, by platform and by format', async () => {
    const views = async (query: string) => sum(await table('days', query), 'views')
    const all = await views('')
    const byPlatform = await Promise.all(
      ['instagram', 'facebook', 'tiktok'].map((one) => views(`&platform=${one}`)),
    )
    expect(byPlatform.reduce((total, one) => total + one, 0)).toBe(all)
    const byFormat = await Promise.all(
      ['reel', 'image', 'photo'].map((one) => views(`&format=${one}`)),
    )
    expect(byFormat.reduce((total, one) => total + one, 0)).toBe(all)
  })

  it('are not stored by caches, and show other workspaces nothing', async () => {
    const file = await get('&format=reel', '/w/northside/insights.csv')
    expect(file.headers.get('cache-control')).toBe('no-store')
    const shown = await get('&format=reel')
    expect(shown.headers.get('cache-control')).toMatch(/no-store|private/)
    for (const path of ['/w/northside/insights', '/w/northside/insights.csv']) {
      const { status } = await test.cast.outsider.get(`${path}?platform=instagram&format=reel`)
      expect(status).toBe(404)
    }
  })
})

describe('the growth of a format', () => {
  it('adds up to the growth of the account on each day, whatever was read', async () => {
    const columns = ['views', 'reach', 'likes', 'comments', 'shares', 'saves'].flatMap((name) => [
      name,
      `other_${name}`,
    ])
    const sums = test.sql.unsafe(
      columns.map((name) => `sum(${name})::float8 as ${name}`).join(', '),
    )
    const of = (name: string) => test.sql`
      select channel_id, day::text, ${sums} from ${test.sql(name)} group by 1, 2 order by 1, 2`
    expect(await of('format_days')).toEqual(await of('channel_days'))
    expect((await of('format_days')).length).toBeGreaterThan(8)
  })

  it('equals what the readings of its posts say', async () => {
    const columns = test.sql.unsafe(
      'channel_id, kind, day::text, views, likes, other_views, other_likes',
    )
    const stored = await test.sql`select ${columns} from format_days order by 1, 2, 3`
    expect(
      await test.sql`select ${columns} from format_days_from_readings(null) order by 1, 2, 3`,
    ).toEqual(stored)
  })
})
