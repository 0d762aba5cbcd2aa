import { beforeAll, expect, it } from 'vitest'
import { createTestApp, type TestApp } from '../support/app.ts'
import { ago, day, measuredRows } from '../support/insights/measured-rows.ts'
import { connectAll, type PlatformName } from '../support/posts.ts'

let test: TestApp
let channels: Record<PlatformName, string>
beforeAll(async () => {
  test = await createTestApp()
  channels = await connectAll(test.deps, {
    workspaceId: test.workspaces.northside,
    userId: test.cast.admin.id,
  })
  const { gained } = measuredRows(test, channels)
  for (let days = 300; days >= 1; days -= 1)
    await gained(channels.instagram, days, { views: 40, followers: 500 })
  for (let days = 30; days >= 3; days -= 1) {
    await test.sql`
      insert into account_snapshots (workspace_id, channel_id, taken_at, views, reach, day, source)
      values (${test.workspaces.northside}, ${channels.instagram}, ${ago(days - 2)}, ${100 + days}, 60, ${day(days)}, 'test')`
  }
})

const words = (html: string): string => html.replace(/<[^>]+>/g, ' ').replace(/\s+/g, ' ')

it('the views of the whole account are drawn beside those of its posts, day by day, with gaps for unknown days', async () => {
  const { text } = await test.cast.manager.get(
    `/w/northside/insights/${channels.instagram}?range=28d`,
  )
  const drawn =
    text.split('aria-labelledby="chart-whole-t chart-whole-d"')[1]?.split('<h3')[0] ?? ''
  const tips = [...drawn.matchAll(/data-words="([^"]*)"/g)].map(([, tip]) => tip ?? '')
  expect(tips).toHaveLength(28)
  expect(tips[0]).toMatch(/: whole account 128 · all its posts 40$/)
  expect(tips.slice(-2).map((tip) => tip.replace(/^.*?: /, ''))).toEqual(
    Array(2).fill('whole account no number · all its posts 40'),
  )
  // The sum of 103 to 128.
  expect(words(drawn)).toContain(
    '3,003 views of the whole account on 26 of 28 days, 1,120 of all its posts.',
  )
  expect(words(drawn)).toContain('Whole account All its posts')
})

it('the reach of the whole account has a chart of its own, which never adds days up, and the gaps are explained', async () => {
  const { text } = await test.cast.manager.get(
    `/w/northside/insights/${channels.instagram}?range=28d`,
  )
  const drawn =
    text.split('aria-labelledby="chart-whole-reach-t chart-whole-reach-d"')[1]?.split('<h3')[0] ??
    ''
  const tips = [...drawn.matchAll(/data-words="([^"]*)"/g)].map(([, tip]) => tip ?? '')
  expect(tips).toHaveLength(28)
  expect(tips[0]).toMatch(/: reach 60$/)
  expect(tips.at(-1)).toMatch(/: reach no number$/)
  expect(words(drawn)).toMatch(
    /The most people were reached on \d+ \w+( \d{4})?: 60 on 26 of 28 days\./,
  )
  expect(words(text)).toContain('Instagram reported numbers for 26 of these 28 days.')
})

it('weeks are averages of the known days, and without account views there is only the table', async () => {
  const { text } = await test.cast.manager.get(
    `/w/northside/insights/${channels.instagram}?range=12m`,
  )
  expect(text).toContain(
    'Views per day of the whole account and of all its posts, average of each week',
  )
  expect(text).toMatch(/data-words="[^"]*: whole account 10\d · all its posts 40"/)
  await test.sql`update account_snapshots set views = null, reach = null`
  const page = await test.cast.manager.get(`/w/northside/insights/${channels.instagram}?range=28d`)
  expect(page.text).not.toMatch(/chart-whole(-reach)?-t/)
  expect(page.text).toContain('The whole account, as Instagram counts it')
})

it('followers of a platform without numbers of whole accounts are charted, too', async () => {
  const { gained } = measuredRows(test, channels)
  const path = `/w/northside/insights/${channels.tiktok}?range=28d`
  await gained(channels.tiktok, 20, { views: 5, followers: 700 })
  await gained(channels.tiktok, 2, { views: 5, followers: 720 })
  const { text } = await test.cast.manager.get(path)
  const section = words(text.split('aria-labelledby="h-whole"')[1]?.split('</section>')[0] ?? '')
  expect(section).toContain('From 700 to 720 followers.')
  expect(section).toContain('Followers as they were read each day')
  expect(section).not.toMatch(/counts it|Taken|As CSV/)
  expect(section).toContain('TikTok doesn’t report views and reach of the whole account')
  expect(section.match(/ 720 /g)?.length).toBeGreaterThanOrEqual(2)
  const all = await test.cast.manager.get('/w/northside/insights?range=28d')
  expect(all.text).not.toContain('h-whole')
  // Instagram reports both, but its numbers begin later.
  const early = await test.cast.manager.get(
    `/w/northside/insights/${channels.instagram}?from=${day(60)}&to=${day(50)}`,
  )
  expect(words(early.text)).toContain(
    'Instagram has no views and reach of the whole account for this period.',
  )
})

it('followers are a line of their own, and catch-ups, notes and connections are marked in every chart of the account', async () => {
  const { northside } = test.workspaces
  await test.sql`update account_snapshots set views = 100, reach = 60`
  await test.sql`update channel_days set followers = 480 where day <= ${day(10)}`
  await test.sql`update channel_days set grown_since = ${day(9)} where day = ${day(5)}`
  await test.sql`delete from channel_days where day < ${day(5)} and day > ${day(9)}`
  await test.sql`
    insert into annotations (workspace_id, channel_id, day, text, created_by)
    values (${northside}, ${channels.instagram}, ${day(12)}, 'Autumn sale', ${test.cast.admin.id})`
  const path = `/w/northside/insights/${channels.instagram}?range=28d`
  const { text } = await test.cast.manager.get(path)
  for (const id of ['chart-whole', 'chart-whole-reach', 'chart-whole-followers']) {
    const drawn = text.split(`aria-labelledby="${id}-t ${id}-d"`)[1]?.split('</svg></svg>')[0] ?? ''
    const chart = drawn.split('<h3')[0] ?? ''
    expect([...chart.matchAll(/<line class="mark"/g)], id).toHaveLength(2)
    expect(chart, id).toMatch(/data-words="[^"]* · Note: Autumn sale"/)
    expect(chart, id).toMatch(/data-words="[^"]* · No readings [^"]*holds four days\."/)
  }
  const followers = text.split('aria-labelledby="chart-whole-followers-t')[1] ?? ''
  expect(words(followers)).toMatch(/Followers at the end of each day From 480 to 500 followers\./)
  const joined = await test.cast.manager.get(path.replace('28d', '12m'))
  expect(joined.text).toMatch(/<desc id="chart-whole-d">[^<]*first numbers on/)
})
