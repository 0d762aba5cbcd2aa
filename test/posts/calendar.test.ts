import { beforeAll, describe, expect, it } from 'vitest'
import { createTestApp, type TestApp } from '../support/app.ts'
import { connectAll, type PlatformName } from '../support/posts.ts'

let test: TestApp
let channels: Record<PlatformName, string>

beforeAll(async () => {
  test = await createTestApp()
  channels = await connectAll(test.deps, {
    workspaceId: test.workspaces.northside,
    userId: test.cast.admin.id,
  })
})

const insert = async (post: {
  text: string
  at: string | null
  states?: Partial<Record<PlatformName, string>>
  workspaceId?: string
}) => {
  const workspaceId = post.workspaceId ?? test.workspaces.northside
  const states = Object.entries(post.states ?? {}) as [PlatformName, string][]
  const [row] = await test.sql<{ id: string }[]>`
    insert into posts (workspace_id, state, text, due_at) values (${workspaceId}, ${states.length ? 'scheduled' : 'draft'}, ${post.text}, ${post.at}) returning id`
  for (const [platform, state] of states)
    await test.sql`
      insert into targets (workspace_id, post_id, channel_id, platform, kind, text, due_at, state)
      values (${workspaceId}, ${row!.id}, ${channels[platform]}, ${platform}, 'text', ${post.text}, ${post.at}, ${state})`
  return row!.id
}
const cell = (html: string, date: string): string =>
  html.split(`data-slot="${date}"`)[1]?.split('</td>')[0] ?? ''
const chip = (html: string, id: string): string =>
  html.split(`id="post-${id}"`)[0]!.slice(-90) +
  (html.split(`id="post-${id}"`)[1]?.split('</li>')[0] ?? '')

describe('the month', () => {
  let days = 0

  it.each([
    [
      ['tiktok'],
      'In the TikTok inbox: finish it in the TikTok app by Wed 14 Oct 2099 12:00',
      'is-wait',
    ],
    [
      ['tiktok', 'facebook'],
      'In the TikTok inbox: finish it in the TikTok app by Wed 14 Oct 2099 12:00',
      'is-wait',
    ],
  ])(
    'says of a post that is a draft in an inbox what to do there: %j',
    async (platforms, words, tone) => {
      const states = Object.fromEntries(
        platforms.map((name) => [name, name === 'tiktok' ? 'processing' : 'published']),
      )
      const id = await insert({ text: 'A draft there', at: '2099-10-07T10:00:00Z', states })
      await test.sql`update targets set inbox_until = '2099-10-14T10:00Z' where post_id = ${id} and platform = 'tiktok'`
      const drawn = chip((await test.cast.manager.get('/w/northside/calendar?at=2099-10')).text, id)
      expect(drawn).toContain(`, </span>${words}<`)
      expect(drawn).toContain(tone)
      const { text: list } = await test.cast.manager.get(
        '/w/northside/calendar?view=list&at=2099-10-07',
      )
      expect(list).toContain(words)
      expect(list).toContain(platforms.length === 1 ? '>in the inbox<' : '>1 of 2 in the inbox<')
      expect(list).not.toContain('>publishing<')
    },
  )

  it('shows a post on its day in the workspace’s time zone, not in UTC', async () => {
    const id = await insert({
      text: 'After midnight in Zurich',
      at: '2099-11-25T23:30:00Z',
      states: { facebook: 'scheduled' },
    })
    const { text } = await test.cast.manager.get('/w/northside/calendar?at=2099-11')
    expect(cell(text, '2099-11-26')).toContain(id)
    expect(cell(text, '2099-11-26')).toContain('00:30')
    expect(cell(text, '2099-11-25')).not.toContain(id)
  })

  it.each([
    [{ facebook: 'published', instagram: 'published' }, 'published', 'is-out'],
    [{ facebook: 'published', instagram: 'failed' }, '1 of 2 failed', 'is-need'],
    [{ facebook: 'published', instagram: 'unconfirmed' }, 'unconfirmed', 'is-wait'],
    [{ facebook: 'published', instagram: 'ready' }, 'publishing', 'is-way'],
    [{ facebook: 'missed' }, 'missed', 'is-need'],
    [{ facebook: 'canceled', instagram: 'canceled' }, 'canceled', 'is-idle'],
    [{}, 'draft', 'draft'],
  ])('shows %j as %s', async (states, words, tone) => {
    days += 1 // one day each, because a cell shows two posts
    const at = `2099-10-${10 + days}T10:00:00Z`
    const id = await insert({ text: 'Any', at, states })
    const drawn = chip((await test.cast.manager.get('/w/northside/calendar?at=2099-10')).text, id)
    expect(drawn).toContain(`, </span>${words}<`)
    expect(drawn).toContain(tone)
  })

  it('shows the first posts of a full day, and how many more the list has', async () => {
    for (let hour = 6; hour < 14; hour += 1)
      await insert({ text: `At ${hour}`, at: `2099-08-10T${String(hour).padStart(2, '0')}:00:00Z` })
    const day = cell(
      (await test.cast.manager.get('/w/northside/calendar?at=2099-08')).text,
      '2099-08-10',
    )
    expect(day).toContain('At 7')
    expect(day).not.toContain('At 8')
    expect(day).toMatch(/view=list&amp;at=2099-08-10[^>]*>\+ 6 more/)
    const list = (await test.cast.manager.get('/w/northside/calendar?view=list&at=2099-08-10')).text
    expect(list).toContain('At 13')
  })

  it('names the account whose connection a post is waiting for', async () => {
    const id = await insert({
      text: 'Waits',
      at: '2099-09-10T10:00:00Z',
      states: { tiktok: 'scheduled' },
    })
    await test.sql`update channels set state = 'reconnect' where id = ${channels.tiktok}`
    const drawn = chip((await test.cast.manager.get('/w/northside/calendar?at=2099-09')).text, id)
    await test.sql`update channels set state = 'connected' where id = ${channels.tiktok}`
    expect(drawn).toContain('on hold: Northside Records')
  })

  it('lets only posts that have not been sent be dragged, and offers a Move page for the keyboard', async () => {
    const free = await insert({
      text: 'Free',
      at: '2099-06-10T10:00:00Z',
      states: { facebook: 'scheduled' },
    })
    const out = await insert({
      text: 'Out',
      at: '2099-06-11T10:00:00Z',
      states: { facebook: 'published' },
    })
    const { text } = await test.cast.manager.get('/w/northside/calendar?at=2099-06')
    expect(chip(text, free)).toContain('draggable="true"')
    expect(chip(text, free)).toContain(`/posts/${free}/move?back=`)
    expect(chip(text, out)).not.toContain('draggable="true"')
  })

  it('accepts no posts on past days', async () => {
    const { text } = await test.cast.manager.get('/w/northside/calendar?at=2020-05')
    expect(text).not.toContain('data-slot')
  })

  it('can be filtered to one account', async () => {
    const id = await insert({
      text: 'Facebook only',
      at: '2099-07-10T10:00:00Z',
      states: { facebook: 'scheduled' },
    })
    const shown = async (channel: string) =>
      (await test.cast.manager.get(`/w/northside/calendar?at=2099-07&channel=${channel}`)).text
    expect(await shown(channels.facebook)).toContain(id)
    expect(await shown(channels.instagram)).not.toContain(id)
  })

  it('shows nothing of another workspace', async () => {
    const id = await insert({
      text: 'Elsewhere',
      at: '2099-06-10T10:00:00Z',
      workspaceId: test.workspaces.elsewhere,
    })
    expect((await test.cast.manager.get('/w/northside/calendar?at=2099-06')).text).not.toContain(id)
    expect((await test.cast.outsider.get('/w/elsewhere/calendar?at=2099-06')).text).toContain(id)
  })
})

describe('filters', () => {
  let found: string
  let other: string
  beforeAll(async () => {
    found = await insert({
      text: 'Crate of the week: Dub, “Sleeves”, 🔥Überall,¿shop.example.com/new?',
      at: '2098-03-10T10:00:00Z',
      states: { facebook: 'scheduled', instagram: 'failed' },
    })
    other = await insert({ text: 'A plan', at: '2098-03-11T10:00:00Z' })
    const { manager } = test.cast
    await test.sql`update posts set created_by = ${manager.id}, variants = '{"tiktok": "Vinyl only"}' where id = ${found}`
  })
  const page = async (query: string) =>
    (await test.cast.manager.get(`/w/northside/calendar?at=2098-03&${query}`)).text
  const shown = (html: string) => [found, other].map((id) => html.includes(`id="post-${id}"`))

  it.each([
    ['state=upcoming', [true, false]],
    ['state=rejected', [true, false]],
    ['state=published', [false, false]],
    ['state=published&state=draft', [false, true]],
    ['state=upcoming&q=plan', [false, false]],
    ['state=upcoming&state=draft&q=plan', [false, true]],
    ['q=dub+CRATE', [true, false]],
    ['q=sleev', [true, false]],
    ['q=vinyl', [true, false]],
    ['q=leeves', [false, false]],
    ['q=“sleeves”', [true, false]],
    ['q=überall', [true, false]],
    ['q=example', [true, false]],
    ['q=tiktok', [false, false]],
    ['q=%27%3A*%7C%21%28%5C', [true, true]],
    ['author=not-an-id&state=anything', [true, true]],
  ])('%s', async (query, expected) => {
    expect(shown(await page(query))).toEqual(expected)
  })

  it('by account and author apply together, stay in every address and can be cleared', async () => {
    const query = `channel=${channels.facebook}&author=${test.cast.manager.id}&q=dub`
    const html = await page(query)
    expect(shown(html)).toEqual([true, false])
    expect(html).toContain(
      `view=week&amp;at=2098-03-01&amp;channel=${channels.facebook}&amp;author=${test.cast.manager.id}&amp;q=dub`,
    )
    expect(shown(await page(`channel=${channels.tiktok}`))).toEqual([false, false])
    expect(shown(await page(`author=${test.cast.admin.id}&state=upcoming`))).toEqual([false, false])
    expect(await page(`author=${test.cast.admin.id}`)).toMatch(/No posts match\. <a\s+href="[^"]+"/)
    expect(html).not.toContain('No posts match')
  })
})

describe('the week', () => {
  it('places a post at its minute, pushes a close neighbor down and opens earlier hours', async () => {
    for (const time of ['06:30', '18:00', '18:10'])
      await insert({ text: `At ${time}`, at: `2098-04-09T${time}:00Z` }) // Zurich is two hours ahead
    const { text } = await test.cast.manager.get('/w/northside/calendar?view=week&at=2098-04-09')
    const day = text.split('data-slot="2098-04-09"')[1]!.split('</section>')[0]!
    const gaps = [...day.matchAll(/<li class="gap"[^>]*><svg width="1" height="(\d+)"/g)]
    // 8:30 is 30 minutes below 8:00; 20:00 is 720 below it; 20:10 begins right under that card.
    expect(gaps.map(([, height]) => Number(height))).toEqual([30, 720 - 30 - 57])
    expect(day).toContain('href="/w/northside/posts/new?at=2098-04-09T17:00"')
    await insert({ text: 'Early', at: '2098-04-10T01:15:00Z' })
    const early = (await test.cast.manager.get('/w/northside/calendar?view=week&at=2098-04-09'))
      .text
    expect([text, early].map((html) => html.match(/data-first-hour="(\d+)"/)?.[1])).toEqual([
      '8',
      '3',
    ])
  })
})

describe('the quick view', () => {
  it('has the post’s accounts and acts, and leads back to the calendar', async () => {
    const id = await insert({
      text: 'Looked into',
      at: '2098-05-09T10:00:00Z',
      states: { facebook: 'scheduled' },
    })
    const back = '/w/northside/calendar?view=month&at=2098-05-01'
    const { text } = await test.cast.manager.get(
      `/w/northside/posts/${id}?part=quick&back=${encodeURIComponent(back)}`,
    )
    for (const words of ['Looked into', '>Edit<', '>Move<', 'Duplicate', 'Cancel post'])
      expect(text).toContain(words)
    expect(text).toContain(`name="back" value="${back.replaceAll('&', '&amp;')}"`)
    expect((await test.cast.outsider.get(`/w/northside/posts/${id}?part=quick`)).status).toBe(404)
  })
})

describe('other views', () => {
  it.each(['week', 'list'])('%s shows the same post', async (view) => {
    const id = await insert({
      text: 'In every view',
      at: '2099-11-26T09:00:00Z',
      states: { facebook: 'scheduled' },
    })
    expect(
      (await test.cast.manager.get(`/w/northside/calendar?view=${view}&at=2099-11-26`)).text,
    ).toContain(id)
  })

  it('return only the grid for an htmx refresh', async () => {
    const part = await test.cast.manager.get('/w/northside/calendar?part=grid', {
      'HX-Request': 'true',
      'HX-Request-Type': 'partial',
    })
    expect(part.text).toMatch(/^\s*<section id="calendar"/)
  })

  it('list drafts without a time below the calendar', async () => {
    const id = await insert({ text: 'Some day', at: null })
    expect((await test.cast.manager.get('/w/northside/calendar')).text).toContain(`id="post-${id}"`)
  })
})

describe('today', () => {
  it('lists today and tomorrow in the workspace’s time zone, and what needs attention with its consequences', async () => {
    const inAnHour = new Date(Date.now() + 3_600_000).toISOString()
    const id = await insert({ text: 'Soon', at: inAnHour, states: { instagram: 'scheduled' } })
    await test.sql`update channels set state = 'reconnect' where id = ${channels.instagram}`
    const { text } = await test.cast.manager.get('/w/northside/today')
    await test.sql`update channels set state = 'connected' where id = ${channels.instagram}`
    expect(text).toContain(`id="post-${id}"`)
    expect(text).toContain('Tomorrow')
    expect(text).toMatch(/scheduled posts? (is|are) on hold/)
    expect(text).toContain('href="/w/northside/channels"')
  })
})
