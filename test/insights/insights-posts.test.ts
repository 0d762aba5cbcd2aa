import { beforeAll, describe, expect, it } from 'vitest'
import { createTestApp, type TestApp } from '../support/app.ts'
import { day, measuredRows } from '../support/insights/measured-rows.ts'
import { connectAll, type PlatformName } from '../support/posts.ts'
import { fillTwoAccounts } from './two-accounts.ts'

let test: TestApp
let channels: Record<PlatformName, string>
let measured: ReturnType<typeof measuredRows>['measured']

beforeAll(async () => {
  test = await createTestApp()
  channels = await connectAll(test.deps, {
    workspaceId: test.workspaces.northside,
    userId: test.cast.admin.id,
  })
  const rows = measuredRows(test, channels)
  measured = rows.measured
  await fillTwoAccounts(rows.gained, channels)
})

const words = (html: string): string => html.replace(/<[^>]+>/g, ' ').replace(/\s+/g, ' ')

describe('posts', () => {
  let insta: { postId: string; targetId: string }
  beforeAll(async () => {
    insta = await measured('instagram', {
      daysAgo: 4,
      text: '=cmd() <b>Pressing plant</b>',
      readings: [
        { hours: 1, views: 120, reach: 90, likes: 0 },
        { hours: 24, views: 11_204, reach: 9_310, likes: 801 },
      ],
    })
    await measured('tiktok', {
      daysAgo: 5,
      text: 'Crate of the week',
      kind: 'video',
      readings: [{ hours: 24, views: 18_930, likes: 640 }],
    })
    await measured('facebook', {
      daysAgo: 6,
      text: 'Opening',
      kind: 'photo',
      ended: ['reach'],
      readings: [{ hours: 24, views: 6_118, reach: 4_870, likes: 402 }],
    })
  })

  it('are ranked by the requested metric; those without it come last and say so', async () => {
    const order = async (by: string) => {
      const { text } = await test.cast.manager.get(`/w/northside/insights?range=28d&by=${by}`)
      return [
        ...text
          .split('class="ranked"')[1]!
          .split('</ol>')[0]!
          .matchAll(/ranked-title"[^>]*>([^<]+)</g),
      ].map(([, title]) => title)
    }
    expect(await order('views')).toEqual([
      'Crate of the week',
      expect.stringContaining('Pressing plant'),
      'Opening',
    ])
    expect(await order('reach')).toEqual([
      expect.stringContaining('Pressing plant'),
      'Opening',
      'Crate of the week',
    ])
    expect(words((await test.cast.manager.get('/w/northside/insights?range=28d')).text)).toContain(
      'reach not reported by TikTok',
    )
  })

  it('have a page with their exact numbers, when they were read, and every reading', async () => {
    const { text } = await test.cast.manager.get(`/w/northside/posts/${insta.postId}`)
    const shown = words(text.split(`id="target-${insta.targetId}"`)[1]!.split('</article>')[0]!)
    expect(shown).toContain('Views 11,204 Reach 9,310 Likes 801')
    expect(shown).toMatch(/Taken .*\d\d:\d\d from Graph API v25.0 insights/)
    expect(shown).toContain('120 90 0')
    expect(text).toContain('Views since publishing')
  })

  it('show a retired metric with its last value and a label', async () => {
    const { text } = await test.cast.manager.get('/w/northside/insights?range=28d&by=reach')
    expect(words(text)).toContain('4,870 reached no longer provided')
  })

  it('of one account and format get best hours once there are seven, for an hour that does better than chance', async () => {
    expect((await test.cast.manager.get('/w/northside/insights')).text).toContain(
      'Not enough posts yet',
    )
    // Two posts on the weekday that does well, so that one hour still has enough posts after a
    // change of the clocks.
    for (const daysAgo of Array.from({ length: 56 }, (_, day) => day + 5).flatMap((day) =>
      day % 7 === 3 ? [day, day] : [day],
    ))
      await measured('instagram', {
        daysAgo,
        readings: [{ hours: 24, views: daysAgo % 7 === 3 ? 4_000 : 480 + daysAgo }],
      })
    const { text } = await test.cast.manager.get(`/w/northside/insights/${channels.instagram}`)
    expect(text).toContain('<svg class="chart heat"')
    expect(words(text)).toMatch(
      /Best: \w+day \d\d:00, about \d+% more views than usual \(\d+% to \d+%\), \d+ posts/,
    )
  })

  it('are exported with all other tables as CSV, with empty cells for missing numbers and formulas made harmless', async () => {
    const get = async (path: string) => {
      const page = await test.cast.manager.get(path)
      expect([path, page.status, page.headers.get('Content-Type')]).toEqual([
        path,
        200,
        'text/csv; charset=utf-8',
      ])
      expect(page.headers.get('Content-Disposition')).toContain('attachment')
      return page.text
        .replace(/^\ufeff/, '')
        .trim()
        .split('\r\n')
    }
    const days = await get('/w/northside/insights.csv?range=7d')
    expect(days[0]).toBe(
      'day,views,reach,likes,comments,shares,saves,followers,taken_at,note,' +
        'average_watch_time_ms_of_posts_published,watch_time_ms,clicks,link_clicks,follows,profile_visits',
    )
    expect(days).toHaveLength(8)
    expect(days.at(-1)).toMatch(new RegExp(`^${day(1)},1301,700,70,6,6,9,5799,2`))
    const posts = await get('/w/northside/insights.csv?range=28d&table=posts')
    expect(posts.find((line) => line.includes('tiktok'))).toContain(',18930,,640,,,,,')
    expect(posts.find((line) => line.includes('cmd()'))).toContain("'=cmd()")
    expect((await get('/w/northside/insights.csv?table=accounts'))[0]).toContain(
      'channel_id,platform,account,handle,posts,posts_not_made_here,views',
    )
    expect((await get('/w/northside/insights.csv?table=hours')).length).toBeGreaterThan(1)
    expect(await get(`/w/northside/insights/${channels.instagram}.csv?table=account`)).toHaveLength(
      1,
    )
    expect(await get(`/w/northside/posts/${insta.postId}/numbers.csv`)).toHaveLength(3)
    for (const ending of ['.csv.bak', '.csv.csv', '.bak', '.'])
      expect([
        ending,
        (await test.cast.manager.get(`/w/northside/insights/${channels.instagram}${ending}`))
          .status,
      ]).toEqual([ending, 404])
    expect((await test.cast.manager.get('/w/northside/insights.csv?table=users')).status).toBe(404)
    expect(
      (await test.cast.outsider.get(`/w/elsewhere/posts/${insta.postId}/numbers.csv`)).status,
    ).toBe(404)
  })

  it('promise E3: lose their numbers when their account is deleted', async () => {
    const { northside } = test.workspaces
    await test.sql`delete from channels where id = ${channels.facebook}`
    const [left] =
      await test.sql`select count(*)::int as n from snapshots s where workspace_id = ${northside} and not exists (select from targets t where t.id = s.target_id)`
    expect(left!.n).toBe(0)
    expect((await test.cast.manager.get('/w/northside/insights?range=28d')).text).not.toContain(
      'Opening',
    )
  })
})
