import { beforeAll, describe, expect, it } from 'vitest'
import { insertSession } from '../../db/people/sessions.ts'
import { createTestApp, type TestApp } from '../support/app.ts'
import { connectAll } from '../support/posts.ts'

let test: TestApp
let facebook: string

beforeAll(async () => {
  test = await createTestApp()
  const channels = await connectAll(test.deps, {
    workspaceId: test.workspaces.northside,
    userId: test.cast.admin.id,
  })
  facebook = channels.facebook
})

/**
 * Inserts `count` posts, one minute apart, starting after `from`. Their texts are numbered from 1.
 */
const insert = async (words: string, count: number, from: Date) => {
  await test.sql`
    with made as (
      insert into posts (workspace_id, state, text, due_at)
      select ${test.workspaces.northside}, 'scheduled', ${words} || ' ' || n || '.', ${from}::timestamptz + interval '1 minute' * n
      from generate_series(1, ${count}::int) n returning id, text, due_at)
    insert into targets (workspace_id, post_id, channel_id, platform, kind, text, due_at)
    select ${test.workspaces.northside}, id, ${facebook}, 'facebook', 'text', text, due_at from made`
}
const open = async (path: string) =>
  (await test.cast.manager.get(`/w/northside${path}`)).text.replaceAll('&amp;', '&')
const entries = (html: string) => html.match(/<li class="(?:entry|chip [^"]+)"/g)?.length ?? 0
const linkTo = (html: string, words: RegExp) =>
  html.match(new RegExp(`href="/w/northside([^"]+)"[^>]*>${words.source}`))?.[1] ?? ''

describe('the list of the calendar', () => {
  it('ends with the day that fills it and continues with the next day', async () => {
    for (const day of [1, 2, 3])
      await insert(`June ${day}:`, 40, new Date(`2098-06-0${day}T08:00:00Z`))
    const first = await open('/calendar?view=list&at=2098-06-01')
    expect(entries(first)).toBe(80)
    expect(first).toContain('1 Jun – 2 Jun 2098')
    const second = await open(linkTo(first, /Show later days/))
    expect(second).toContain('June 3: 1.')
    expect(second).not.toContain('June 2: 40.')
    expect(second).not.toContain('Show later days')
  })

  it('splits a day that has too many posts, with links to earlier and later ones', async () => {
    await insert('July:', 130, new Date('2098-07-01T08:00:00Z'))
    const first = await open('/calendar?view=list&at=2098-07-01')
    expect(entries(first)).toBe(60)
    const second = await open(linkTo(first, /70 more/))
    expect(second).toContain('July: 61.')
    const third = await open(linkTo(second, /10 more/))
    expect([entries(third), third.includes('July: 130.')]).toEqual([10, true])
    expect(await open(linkTo(third, /120 earlier/))).toContain('July: 61.')
  })

  it('shows thirty days when there is room, and moves by as many days as it shows', async () => {
    const page = await open('/calendar?view=list&at=2097-03-01')
    expect(page).toContain('1 Mar – 30 Mar 2097')
    expect(page).toContain('at=2097-01-30')
    expect(page).toContain('at=2097-03-31')
  })
})

describe('Today', () => {
  it('starts a full day an hour ago, with links to earlier and later posts', async () => {
    const noon = new Date('2096-05-10T10:00:05Z')
    test.clock.moveBy(noon.getTime() - test.deps.now())
    test.cast.manager.setCookie(
      `__Host-session=${await insertSession(test.sql, test.cast.manager.id, noon)}`,
    )
    await insert('May:', 200, new Date('2096-05-10T08:00:00Z'))
    const page = await open('/today')
    const [today = ''] = page.split('Tomorrow</h3>')
    expect(entries(today)).toBe(12)
    expect(today).not.toContain('May: 60.')
    expect(today).toContain('May: 61.')
    expect(linkTo(today, /60 earlier/)).toContain('/calendar?view=list&at=2096-05-10')
    expect(await open(linkTo(today, /128 more/))).toContain('May: 73.')
  })
})
