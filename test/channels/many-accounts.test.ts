import { beforeAll, describe, expect, it } from 'vitest'
import { createTestApp, type TestApp } from '../support/app.ts'

let test: TestApp

beforeAll(async () => {
  test = await createTestApp()
  await insertAccounts(test.workspaces.northside, 'Shop', 60)
  await insertAccounts(test.workspaces.elsewhere, 'Coffee', 5)
})

const insertAccounts = async (workspaceId: string, name: string, count: number) => {
  await test.sql`
    with g as (
      insert into grants (workspace_id, issuer, issuer_user_id, user_name, scopes) values (${workspaceId}, 'meta', '1', 'Ada', '{}') returning id)
    insert into channels (workspace_id, grant_id, platform, account_id, name, handle)
    select ${workspaceId}, g.id, 'instagram', 'a-' || n, ${name} || ' ' || lpad(n::text, 2, '0'), lower(${name}) || n
    from g, generate_series(1, ${count}::int) n`
}
const open = async (path: string) => (await test.cast.manager.get(`/w/northside${path}`)).text
const names = (html: string) => [...html.matchAll(/@((?:shop|coffee)\d+)/g)].map(([, name]) => name)
const idOf = async (handle: string): Promise<string> =>
  (await test.sql<{ id: string }[]>`select id from channels where handle = ${handle}`)[0]!.id

describe('the composer with more than twenty accounts', () => {
  it('offers twenty, says how many there are, and has a field to find the others', async () => {
    const page = await open('/posts/new')
    expect(page.match(/name="channel"/g)).toHaveLength(20)
    expect(page).toContain('Showing 20 of 60 accounts')
    expect(page).toContain('name="find"')
    expect(Buffer.byteLength(page)).toBeLessThan(40_000)
  })

  it('finds accounts by name or handle without JavaScript, and keeps the selected ones and everything that was typed', async () => {
    const chosen = await idOf('shop7')
    const fields = new URLSearchParams({
      act: 'refresh',
      version: '0',
      text: 'Typed already',
      find: '@SHOP5',
      channel: chosen,
    })
    const { status, text } = await test.cast.manager.post('/w/northside/posts', fields)
    expect(status).toBe(200)
    expect(text).toContain('Typed already')
    expect(text).toMatch(new RegExp(`value="${chosen}"[^>]*checked`))
    expect(text.match(/name="channel"/g)).toHaveLength(1 + 11) // shop5 and shop50 to shop59
  })

  it('says when no name matches, and never finds the accounts of another workspace', async () => {
    const fields = new URLSearchParams({ version: '0', text: '', find: 'coffee' })
    const { text } = await test.cast.manager.post('/w/northside/posts/check', fields)
    expect(text).toContain('No other accounts match.')
    expect(text).not.toContain('name="channel"')
  })

  it('shows all accounts without a search field when there are few', async () => {
    const page = (await test.cast.outsider.get('/w/elsewhere/posts/new')).text
    expect(page.match(/name="channel"/g)).toHaveLength(5)
    expect(page).not.toContain('name="find"')
  })
})

describe('the check of the composer while a person types', () => {
  const check = (fields: Record<string, string>) =>
    test.cast.manager.post(
      '/w/northside/posts/check',
      new URLSearchParams({ version: '0', ...fields }),
    )
  const marksOf = (html: string) => /name="marks"[^>]*value="([^"]+)"/.exec(html)?.[1] ?? ''
  const keyOf = (html: string) => /name="key" value="([^"]+)"/.exec(html)?.[1] ?? ''
  const partsOf = (html: string) =>
    [...html.matchAll(/<hx-partial hx-target="#([a-z-]+)"/g)].map(([, name]) => name)

  it('returns only the parts that differ from those on the page', async () => {
    const page = await open('/posts/new')
    const channel = await idOf('shop7')
    const first = await check({ key: keyOf(page), marks: marksOf(page), channel, text: 'Typed' })
    expect(partsOf(first.text)).toEqual(
      expect.arrayContaining(['where', 'words', 'preview', 'marks']),
    )
    expect(first.text).not.toContain('id="composer"')
    const second = await check({
      key: keyOf(page),
      marks: marksOf(first.text),
      channel,
      text: 'Typed more',
    })
    expect(partsOf(second.text)).toEqual(['words', 'preview', 'marks'])
    expect(second.text).toContain('Typed more')
    const same = await check({
      key: keyOf(page),
      marks: marksOf(second.text),
      channel,
      text: 'Typed more',
    })
    expect(partsOf(same.text)).toEqual(['marks'])
    expect(Buffer.byteLength(second.text)).toBeLessThan(Buffer.byteLength(page) / 5)
  })

  it.each([
    '',
    'where:x',
    'where:x words',
    '\u0000',
    'constructor:1 __proto__:2',
    'a'.repeat(50_000),
  ])('returns the whole composer when the page has no such parts (%#)', async (marks) => {
    const { status, text } = await check({ marks, text: 'Typed' })
    expect([status, text.includes('id="composer"'), partsOf(text)]).toEqual([200, true, []])
  })

  it('redraws the files when one was added, whether or not it belongs to the post', async () => {
    const page = await open('/posts/new')
    const add = '0193a000-0000-7000-8000-000000000000' // belongs to nobody, so nothing is added
    const { text } = await check({ key: keyOf(page), marks: marksOf(page), text: '', add })
    expect(partsOf(text)).toContain('files')
  })
})

describe('the list of connected accounts', () => {
  it('shows twenty on a page, and each account on exactly one page', async () => {
    const pages = await Promise.all(
      ['', '?page=2', '?page=3'].map((query) => open(`/channels${query}`)),
    )
    expect(pages.map((page) => names(page).length)).toEqual([20, 20, 20])
    expect(new Set(pages.flatMap(names)).size).toBe(60)
    expect(
      pages.map((page) => [page.includes('Previous accounts'), page.includes('More accounts</a>')]),
    ).toEqual([
      [false, true],
      [true, true],
      [true, false],
    ])
  })

  it('finds accounts by a part of their name, and says when none matches', async () => {
    expect(names(await open('/channels?find=shop%2042'))).toEqual(['shop42'])
    expect(await open('/channels?find=%25')).toContain('No accounts match.')
    expect(await open('/channels?find=coffee')).toContain('No accounts match.')
  })

  it('lists those that need attention first', async () => {
    await test.sql`update channels set state = 'reconnect' where handle = 'shop60'`
    expect(names(await open('/channels'))[0]).toBe('shop60')
  })

  it.each(['0', '-1', 'x', '99999999'])('answers page %s with a page that exists', async (page) => {
    expect((await test.cast.manager.get(`/w/northside/channels?page=${page}`)).status).toBe(200)
  })
})

describe('insights of a workspace with many accounts', () => {
  it('lists twenty-five accounts, says how many there are, and shows the others behind a link', async () => {
    const rows = (html: string) =>
      html.match(/<th scope="row"><a href="\/w\/northside\/insights\//g)
    await test.sql`
      insert into channel_days (workspace_id, channel_id, day, followers, taken_at)
      select workspace_id, id, current_date - 1, 100, now() from channels where workspace_id = ${test.workspaces.northside}`
    const first = await open('/insights')
    expect(rows(first)).toHaveLength(25)
    const link = /<a href="([^"]+)">Show all 60 accounts<\/a>/.exec(first)?.[1]
    const all = await open(link?.replace('/w/northside', '').replaceAll('&amp;', '&') ?? '')
    expect(rows(all)).toHaveLength(60)
    expect(all).not.toContain('Show all')
  })

  it('shows the share of each platform in the views of all accounts, also of those behind the link', async () => {
    await test.sql`update channels set platform = 'facebook' where handle in ('shop59', 'shop60')`
    await test.sql`
      update channel_days d set views = case c.platform when 'facebook' then 30 when 'instagram' then 2 end
      from channels c where c.id = d.channel_id and c.handle <> 'shop60'`
    const page = await open('/insights')
    const shares = page.split('id="h-shares"')[1]?.split('</ul>')[0] ?? ''
    expect(shares.replace(/<[^>]+>/g, ' ').replace(/\s+/g, ' ')).toMatch(
      /Instagram 116 79% .*Facebook 30 21%/,
    )
    await test.sql`update channels set platform = 'instagram' where platform = 'facebook'`
  })

  it('keeps the days, the chart and the order of posts when it shows all accounts', async () => {
    const page = await open('/insights?range=7d&made=here&metric=likes&by=shares')
    const link = /<a href="[^"]+\?([^"]+)">Show all 60 accounts/.exec(page)?.[1] ?? ''
    const kept = new URLSearchParams(link.replaceAll('&amp;', '&').replace('#accounts', ''))
    expect(Object.fromEntries(kept)).toEqual({
      ...{ range: '7d', made: 'here', metric: 'likes', by: 'shares', accounts: 'all' },
    })
  })
})
