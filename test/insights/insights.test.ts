import { beforeAll, describe, expect, it } from 'vitest'
import { createTestApp, type TestApp } from '../support/app.ts'
import { day, measuredRows } from '../support/insights/measured-rows.ts'
import { connectAll, type PlatformName } from '../support/posts.ts'
import { fillTwoAccounts } from './two-accounts.ts'

let test: TestApp
let channels: Record<PlatformName, string>
let gained: ReturnType<typeof measuredRows>['gained']

beforeAll(async () => {
  test = await createTestApp()
  channels = await connectAll(test.deps, {
    workspaceId: test.workspaces.northside,
    userId: test.cast.admin.id,
  })
  gained = measuredRows(test, channels).gained
})

const words = (html: string): string => html.replace(/<[^>]+>/g, ' ').replace(/\s+/g, ' ')

describe('insights without numbers', () => {
  it('explain how to connect an account if there is none', async () => {
    const page = await test.cast.outsider.get('/w/elsewhere/insights')
    expect(page.status).toBe(200)
    expect(page.text).toContain('No accounts are connected yet')
    expect(page.text).toContain('href="/w/elsewhere/channels"')
  })

  it('say when the first numbers of a connected account will arrive', async () => {
    await test.sql`insert into measured_channels (channel_id, workspace_id, next_at) values (${channels.instagram}, ${test.workspaces.northside}, now() + interval '3 hours')`
    const { text } = await test.cast.manager.get('/w/northside/insights')
    expect(words(text)).toMatch(
      /No numbers yet\. The first numbers of .* are due (today|tomorrow) \d\d:\d\d\./,
    )
  })
})

describe('promise U3: insights', () => {
  beforeAll(async () => {
    await fillTwoAccounts(gained, channels)
  })

  it('add up the numbers of the days and compare them with the same number of days before', async () => {
    const { text } = await test.cast.manager.get('/w/northside/insights?range=7d')
    // 1001 + 1002 + 1003 + 3 × 300, compared with 1008 + 1009 + 2 × 300
    expect(words(text)).toContain('Views 3,906 up 49% from 2,617')
    expect(words(text)).toContain('Reach of posts 2,100 up 50% from 1,400')
    expect(words(text)).toContain('Engagement 273 up 50% from 182')
    expect(words(text)).toContain('Followers 5,799 up 7 in 7 days')
    expect(
      text.split('class="tiles"')[1]!.split('</ul>')[0],
      'color means state, and a change is none',
    ).not.toContain('pill')
  })

  it('have tiles that select the line of the chart, like the switch above it', async () => {
    const { text } = await test.cast.manager.get('/w/northside/insights?range=7d&metric=followers')
    expect(words(text.split('id="h-main"')[1]!)).toMatch(/^[^>]*>?Followers/)
    expect(text).toContain(
      'class="card tile" href="/w/northside/insights?range=7d&amp;metric=followers#chart" aria-current="true"',
    )
    expect(text).toContain('href="/w/northside/insights?range=7d&amp;metric=saves#chart"')
    expect(text).toContain('href="/w/northside/insights?range=28d&amp;metric=followers"')
    expect((await test.cast.manager.get('/w/northside/insights?metric=nonsense')).text).toContain(
      'Views per day',
    )
  })

  it('of one account include only its own numbers', async () => {
    const page = await test.cast.manager.get(`/w/northside/insights/${channels.tiktok}?range=7d`)
    expect(page.status).toBe(200)
    expect(words(page.text)).toContain('Views 900')
    expect(words(page.text)).not.toContain('3,906')
  })

  it('say what a platform does not provide and never show it as 0', async () => {
    const own = words(
      (await test.cast.manager.get(`/w/northside/insights/${channels.tiktok}?range=7d`)).text,
    )
    expect(own).toContain('Reach of posts Not reported by TikTok.')
    const all = words((await test.cast.manager.get('/w/northside/insights?range=7d')).text)
    expect(all).toContain(
      'Reach of posts, added up: people who saw two posts count twice. Not reported by TikTok.',
    )
    expect(all).toContain('not reported by TikTok')
  })

  it('have charts, each with a title, its main finding and a table', async () => {
    const { text } = await test.cast.manager.get('/w/northside/insights?range=7d')
    expect(text).toMatch(
      /<svg class="chart lines"[^>]*role="img" aria-labelledby="chart-main-t chart-main-d">/,
    )
    expect(text).toContain(
      '3,906 views in total, 49% more than in the 7 days before. Highest: 1,303,',
    )
    expect(words(text.split('id="h-main"')[1]!.split('</details>')[0]!)).toContain('1,303')
    expect(text).not.toMatch(/style="/)
  })

  it('show no number for a day on which nothing was read, in the table and in the line', async () => {
    const { text } = await test.cast.manager.get('/w/northside/insights?range=7d')
    const table = text.split('id="h-main"')[1]!.split('</details>')[0]!
    expect([...table.matchAll(/no number/g)].length).toBeGreaterThanOrEqual(4)
  })

  it('say of a retired metric since when it is no longer provided', async () => {
    const instagram = test.deps.platforms.platforms.get('instagram')!
    const { version, names } = instagram.measure
    const kinds = instagram.kinds.map((kind) => kind.name).filter((kind) => names(kind).saves)
    await test.sql`
      insert into metric_names (platform, version, kind, name, witness, suspected_at, refused_at)
      select 'instagram', ${version}, kind, 'saved', '', now(), now() - interval '5 days' from unnest(${kinds}::text[]) as kind`
    const { text } = await test.cast.manager.get(
      `/w/northside/insights/${channels.instagram}?range=7d&metric=saves`,
    )
    await test.sql`delete from metric_names`
    expect(words(text)).toMatch(
      /Instagram stopped providing this on \d+ \w+ \d{4}\. The numbers shown are from before\./,
    )
  })

  it('include nothing from another workspace', async () => {
    expect((await test.cast.outsider.get('/w/northside/insights')).status).toBe(404)
    expect((await test.cast.outsider.get('/w/northside/insights.csv')).status).toBe(404)
    expect(
      (await test.cast.outsider.get(`/w/elsewhere/insights/${channels.instagram}`)).status,
    ).toBe(404)
    expect(
      (await test.cast.outsider.get(`/w/elsewhere/insights/${channels.instagram}.csv`)).status,
    ).toBe(404)
    expect((await test.cast.outsider.get('/w/elsewhere/insights')).text).not.toContain('Northside')
  })
})

describe('the date range', () => {
  it.each(['7d', '28d', '90d', '12m', '24m', 'nonsense'])('%s gets a page', async (range) => {
    const page = await test.cast.manager.get(`/w/northside/insights?range=${range}`)
    expect(page.status).toBe(200)
    expect(page.text).toContain(
      `range=${range === 'nonsense' ? '28d' : range}" aria-current="true"`,
    )
  })

  it('can be custom, and its days are included in the sums', async () => {
    const page = await test.cast.manager.get(`/w/northside/insights?from=${day(9)}&to=${day(8)}`)
    expect(page.status).toBe(200)
    expect(words(page.text)).toContain('Views 2,617')
  })

  it.each([
    ['from=2026-13-01&to=2026-11-02', 'Enter a first day'],
    ['from=2026-11-01&to=', 'Enter a last day'],
    ['from=2026-11-09&to=2026-11-01', 'The last day is before the first day. Choose a later one.'],
    ['from=2001-01-01&to=2001-02-01', 'Numbers are kept for 24 months. Choose a later day.'],
    ['from=2099-01-01&to=2099-02-01', 'This day is in the future. Choose an earlier one.'],
  ])('%s is refused with a message that keeps what was typed', async (query, fault) => {
    const page = await test.cast.manager.get(`/w/northside/insights?${query}`)
    expect(page.status).toBe(422)
    expect(page.text).toContain(fault)
    expect(page.text).toContain(`value="${new URLSearchParams(query).get('from')}"`)
    expect((await test.cast.manager.get(`/w/northside/insights.csv?${query}`)).status).toBe(422)
  })

  it('of 24 months has no earlier data to compare with', async () => {
    const { text } = await test.cast.manager.get('/w/northside/insights?range=24m')
    expect(text).toContain(
      'Numbers are kept for 24 months, so there is nothing before to compare with.',
    )
    expect(words(text)).toMatch(
      /Views [\d,]+ Reach of posts [\d,]+ Reach of posts, added up[^.]*\. Not reported by TikTok\. Engagement/,
    )
  })
})
