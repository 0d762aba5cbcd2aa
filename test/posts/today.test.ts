import { beforeAll, describe, expect, it } from 'vitest'
import { addDays } from '../../web/time/days.ts'
import { dateOf } from '../../web/time/wall-time.ts'
import { createTestApp, type TestApp } from '../support/app.ts'
import { insertTarget } from '../support/connected.ts'
import { day, measuredRows } from '../support/insights/measured-rows.ts'
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

const open = async () => (await test.cast.manager.get('/w/northside/today')).text
const part = (html: string, name: string): string =>
  (html.split(`<section class="${name}"`)[1]?.split('</section>\n</div>')[0] ?? '')
    .replace(/<[^>]+>/g, ' ')
    .replace(/\s+/g, ' ')
/** How many days ago a date was. */
const daysSince = (date: string): number =>
  Math.round((Date.parse(day(0)) - Date.parse(date)) / 86_400_000)

describe('last week', () => {
  it('is not there before there are numbers', async () => {
    expect(await open()).not.toContain('Last week')
  })

  it('compares whole weeks in words, and says what a platform doesn’t report', async () => {
    const { gained, measured } = measuredRows(test, channels)
    const today = dateOf(new Date(), 'Europe/Zurich')
    const weekday = (new Date(`${today}T00:00Z`).getUTCDay() + 6) % 7
    const monday = addDays(today, -weekday - 7)
    for (let days = 0; days < 14; days += 1) {
      const ahead = daysSince(addDays(monday, days - 7))
      const numbers = { views: days < 7 ? 100 : 150, likes: days < 7 ? 10 : 5 }
      await gained(channels.tiktok, ahead, { ...numbers, followers: 1_000 + days })
    }
    for (const days of [1, 2, -3])
      await measured('tiktok', { daysAgo: daysSince(addDays(monday, days)), readings: [] })
    const week = part(await open(), 'week')
    expect(week).toContain('Posts published 2 1 more than the week before')
    expect(week).toContain('Views 1,050 50% more than the week before')
    expect(week).toContain('Likes, comments, shares, saves 35 50% fewer than the week before')
    expect(week).toContain('Saves: not reported by Facebook and TikTok.')
    expect(week).toContain('New followers +7 1,013 in all')
    expect(week).toContain('Open insights')
  })

  it('is only of the own workspace', async () => {
    expect((await test.cast.outsider.get('/w/elsewhere/today')).text).not.toContain('Last week')
  })
})

describe('going out next', () => {
  it('has what is still to come, and counts what is over', async () => {
    const insert = (dueAt: Date) =>
      insertTarget(test.deps, {
        ...{ workspaceId: test.workspaces.northside, channelId: channels.facebook, dueAt },
        platform: 'facebook',
      })
    const over = await insert(new Date(Date.now() - 1_000))
    await test.sql`update targets set state = 'published' where id = ${over.targetId}`
    const ahead = await insert(new Date(Date.now() + 36 * 3_600_000))
    const html = await open()
    expect(html).toContain(`id="post-${ahead.postId}"`)
    expect(html).not.toContain(`id="post-${over.postId}"`)
    expect(html).toMatch(/The next post goes out [^<]+\d\d:\d\d\./)
  })

  it('lists five drafts, and says that there are more', async () => {
    const drafts = async () => (await open()).split('Drafts to finish')[1] ?? ''
    const add = (count: number) =>
      test.sql`insert into posts (workspace_id, state, text)
        select ${test.workspaces.northside}, 'draft', 'Idea ' || n from generate_series(1, ${count}::int) n`
    await add(5)
    expect((await drafts()).match(/<li class="entry"/g)).toHaveLength(5)
    expect(await drafts()).not.toContain('See more')
    await add(1)
    expect((await drafts()).match(/<li class="entry"/g)).toHaveLength(5)
    expect(await drafts()).toContain('See more')
  })
})
