import { beforeEach, describe, expect, it } from 'vitest'
import { savePostSnapshots } from '../../db/insights/snapshots.ts'
import { createTestApp, type TestApp } from '../support/app.ts'
import { ago, day, measuredRows } from '../support/insights/measured-rows.ts'
import { connectAll, type PlatformName } from '../support/posts.ts'

let test: TestApp
let channels: Record<PlatformName, string>
let gained: ReturnType<typeof measuredRows>['gained']
let measured: ReturnType<typeof measuredRows>['measured']
const platforms: PlatformName[] = ['facebook', 'instagram', 'tiktok']
const hourMs = 3_600_000

beforeEach(async () => {
  test = await createTestApp()
  channels = await connectAll(test.deps, {
    workspaceId: test.workspaces.northside,
    userId: test.cast.admin.id,
  })
  ;({ gained, measured } = measuredRows(test, channels))
  for (const platform of platforms)
    await test.sql`
      insert into measured_channels (channel_id, workspace_id, next_at)
      values (${channels[platform]}, ${test.workspaces.northside}, now() + interval '9 hours')`
})

/** Adds a reading for each day from `first` to `last` days ago, with one more follower each day. */
const read = async (platform: PlatformName, first: number, last: number, levels = 1_000) => {
  for (let days = first; days >= last; days -= 1)
    await gained(channels[platform], days, { views: 100, likes: 1, followers: levels - days })
}

const words = (html: string): string => html.replace(/<[^>]+>/g, ' ').replace(/\s+/g, ' ')
const page = async (range: string, channel?: string): Promise<string> =>
  words(
    (
      await test.cast.manager.get(
        `/w/northside/insights${channel ? `/${channel}` : ''}?range=${range}`,
      )
    ).text,
  )
/** `17 Dec`, as the page writes it. */
const written = (days: number): string => {
  const date = new Date(`${day(days)}T12:00Z`)
  const isNow = day(days).slice(0, 4) === day(0).slice(0, 4)
  return date.toLocaleDateString('en-GB', {
    timeZone: 'UTC',
    day: 'numeric',
    ...(isNow ? { month: 'short' as const } : { month: 'long' as const, year: 'numeric' as const }),
  })
}
const notRead = (platform: PlatformName, days: number) =>
  test.sql`update measured_channels set next_at = ${ago(days)} where channel_id = ${channels[platform]}`

describe('an account without recent readings (N2)', () => {
  it('keeps its last followers with their date, and sums with a missing part are not compared', async () => {
    for (const platform of platforms) await read(platform, 40, platform === 'instagram' ? 9 : 1)
    await notRead('instagram', 8)
    const text = await page('7d')
    expect(text).toMatch(
      new RegExp(
        `2 of 3 accounts are up to date\\. No readings of [^.]*Instagram since ${written(9)}\\.`,
      ),
    )
    // Facebook and TikTok have 999 at the end and 992 before. Instagram has 991 at both, from its
    // last reading.
    expect(text).toContain('Followers 2,989 up 14 in 7 days')
    expect(text).toMatch(new RegExp(`on Instagram as of ${written(9)}\\.`))
    expect(text).toMatch(/Views 1,400 (?!up|down)/)
    expect(text).toContain('Periods are not compared: readings are missing')
    expect(text).toContain(`not since ${written(9)}`)
    expect(await page('7d', channels.instagram)).toContain(`No readings since ${written(9)}.`)
    expect(await page('7d', channels.tiktok), 'an account that was read is compared').toContain(
      'Views 700 no change from 700',
    )
  })

  it('says so if it needs to be reconnected', async () => {
    for (const platform of platforms) await read(platform, 40, platform === 'tiktok' ? 5 : 1)
    await notRead('tiktok', 4)
    await test.sql`update channels set state = 'reconnect' where id = ${channels.tiktok}`
    expect(await page('28d')).toMatch(/on TikTok since [^.:]*: it needs to be reconnected\./)
  })

  it('shows the growth of all missed days on the day it is read again, which is marked and not treated as growth', async () => {
    for (const platform of platforms) await read(platform, 80, platform === 'instagram' ? 10 : 1)
    await gained(channels.instagram, 1, { views: 900, followers: 999, grownSince: day(10) })
    const text = await page('7d')
    expect(text).toMatch(
      new RegExp(
        `on Instagram: no readings ${written(9)} to ${written(2)}; ${written(1)} holds nine days\\.`,
      ),
    )
    expect(text).toContain('Periods are not compared')
    expect(text).toMatch(/Views 2,300 (?!up|down)/)
    const { text: html } = await test.cast.manager.get('/w/northside/insights?range=7d')
    expect(html.match(/<line class="mark"/g), 'the day is marked in the chart').toHaveLength(1)
    expect(html).toMatch(/data-words="[^"]*: 1,100 [^"]*holds nine days/)
    expect(await page('28d'), 'the gap lies within this period, so their sum is whole').toContain(
      'Views 8,400 no change from 8,400',
    )
  })
})

describe('a newly connected account (N3)', () => {
  it('does not count as growth: its followers and views are shown separately, and the chart has a mark', async () => {
    for (const platform of platforms)
      await read(platform, platform === 'tiktok' ? 5 : 80, 1, platform === 'tiktok' ? 4_926 : 1_000)
    const text = await page('28d')
    expect(text).toContain('Followers 6,923 up 56 in 28 days')
    expect(text).toMatch(/4,925 of them with [^.]*TikTok, new in this period\./)
    expect(text).toContain(
      'Views 6,100 no change from 5,600 500 of it from a new account, not compared.',
    )
    expect(text).toMatch(
      new RegExp(
        `New in this period, not part of the comparison: [^.]*TikTok \\(${written(5)}\\)\\.`,
      ),
    )
    expect(text).toMatch(new RegExp(`TikTok: first numbers on ${written(5)}\\.`))
    expect(await page('28d', channels.tiktok)).toContain(
      `Followers 4,925 up 4 since ${written(5)}, the first reading`,
    )
  })

  it('does not count as growth, and a disconnected one does not count as a loss', async () => {
    for (const platform of platforms) await read(platform, 80, platform === 'tiktok' ? 6 : 1)
    await test.sql`
      update channels set state = 'disconnected', token_sealed = null, disconnected_at = ${ago(5)} where id = ${channels.tiktok}`
    await test.sql`delete from measured_channels where channel_id = ${channels.tiktok}`
    const text = await page('28d')
    expect(text).toContain('Followers 1,998 up 56 in 28 days')
    expect(text).toContain('Views 7,900 no change from 5,600')
    expect(text).toContain('Disconnected accounts are not compared.')
    expect(text).not.toContain('up to date')
  })
})

describe('days without any readings (N10)', () => {
  it('are named on the page, with the day that contains their growth', async () => {
    for (const platform of platforms) {
      await read(platform, 40, 9)
      await gained(channels[platform], 2, { views: 700, followers: 998, grownSince: day(9) })
      await gained(channels[platform], 1, { views: 100, followers: 999 })
    }
    const text = await page('7d')
    expect(text).toContain(
      `No readings ${written(8)} to ${written(3)}; ${written(2)} holds seven days.`,
    )
    expect(text, 'six days without readings are no fall').not.toMatch(/Views [\d,]+ (up|down)/)
    expect(await page('7d', channels.facebook)).toContain(
      `No readings ${written(8)} to ${written(3)}; ${written(2)} holds seven days.`,
    )
    const before = `from=${day(8)}&to=${day(5)}`
    const gap = words((await test.cast.manager.get(`/w/northside/insights?${before}`)).text)
    expect(gap, 'days in the gap say where their growth is').toContain(
      `${written(2)}, after this period, holds seven days.`,
    )
  })

  it.each([
    [30, 24, false],
    [30, 37, true],
    [800, 178, false],
    [800, 192, true],
  ])(
    'make a reading of a post of %i hours, %d hours after the last, late: %s',
    async (ageHours, hours, isLate) => {
      const daysAgo = Math.ceil((ageHours + hours) / 24) + 1
      const { targetId } = await measured('instagram', {
        daysAgo,
        readings: [{ hours: ageHours, views: 10 }],
      })
      const takenAt = new Date(ago(daysAgo).getTime() + (ageHours + hours) * hourMs)
      const dueAt = new Date(takenAt.getTime() - hourMs)
      await test.sql`update measured_targets set next_at = ${dueAt} where target_id = ${targetId}`
      const posts = [{ id: targetId, dueAt, nextAt: null, numbers: { views: 50 }, more: {} }]
      await test.sql`select ensure_snapshot_months(${takenAt})`
      await savePostSnapshots(test.sql, {
        channelId: channels.instagram,
        made: 'here',
        takenAt,
        source: 'test',
        summed: [],
        posts,
      })
      const [row] = await test.sql<{ views: number; holds: number | null }[]>`
      select views::int, day - grown_since as holds from channel_days where channel_id = ${channels.instagram} and views is not null`
      expect(row?.views).toBe(40)
      expect(row?.holds === null, `it holds ${row?.holds} days`).toBe(!isLate)
    },
  )
})

describe('followers after days without readings', () => {
  it('are not compared with the time before the range if their first reading is within it', async () => {
    await read('tiktok', 5, 1)
    await read('facebook', 40, 1)
    expect(await page('28d&metric=followers', channels.facebook)).toContain(
      'more than before these 28 days',
    )
    const text = await page('28d&metric=followers', channels.tiktok)
    expect(text).toContain('999 at the end.')
    expect(text).toContain(`up 4 since ${written(5)}, the first reading`)
    expect(text).not.toContain('before these 28 days')
  })

  it('are compared with the last reading before the range, with its date if it is older than the day before', async () => {
    for (const platform of platforms) await read(platform, 40, platform === 'tiktok' ? 12 : 1)
    await gained(channels.tiktok, 1, { views: 100, followers: 1_100 })
    expect(await page('7d', channels.tiktok)).toContain(
      `up 112 in 7 days The change is since ${written(12)}, the last reading before this period.`,
    )
    expect(await page('7d')).toMatch(
      new RegExp(
        `The change of [^.]*TikTok is since ${written(12)}, its last reading before this period\\.`,
      ),
    )
    expect(await page('7d', channels.facebook)).not.toContain('The change is since')
  })
})

describe('a changed time zone (N12)', () => {
  it('that was changed back applies to the days in between and not to the days before', async () => {
    for (const platform of platforms) await read(platform, 40, 1)
    const zones = [
      { zone: 'Europe/Zurich', until: ago(12) },
      { zone: 'Asia/Tokyo', until: ago(6) },
    ]
    await test.sql`update workspaces set earlier_zones = ${test.sql.json(zones.map((one) => ({ ...one, until: one.until.toISOString() })))}`
    const text = await page('28d')
    expect(text).toContain(
      `From ${written(12)} until ${written(6)}, days are those of Asia/Tokyo, the time zone of this workspace then.`,
    )
    expect(text).not.toContain('days are those of Europe/Zurich')
    expect(text).toContain(`Time zone changed from Europe/Zurich on ${written(12)}.`)
    expect(text).toContain(`Time zone changed from Asia/Tokyo on ${written(6)}.`)
  })

  it('is dated on the page, and the days before it are those of the time zone they were counted in', async () => {
    for (const platform of platforms) await read(platform, 40, 1)
    expect(await page('28d')).not.toContain('the time zone of this workspace then')
    const settings = { name: 'Northside Records', zone: 'Pacific/Auckland', missedAfterHours: '6' }
    expect((await test.cast.admin.post('/w/northside/settings', settings)).status).toBe(303)
    // The range doesn't include today yet, but it will in the next days.
    await test.sql`
      update workspaces set earlier_zones = jsonb_set(earlier_zones, '{0,until}', to_jsonb(${ago(12).toISOString()}::text))`
    const text = await page('28d')
    expect(text).toContain(
      `Until ${written(12)}, days are those of Europe/Zurich, the time zone of this workspace then.`,
    )
    expect(text).toContain(`Time zone changed from Europe/Zurich on ${written(12)}.`)
    expect(text).toContain('· Pacific/Auckland')
    expect(
      (await test.cast.admin.post('/w/northside/settings', settings)).status,
      'saved again without a change',
    ).toBe(303)
    const [row] =
      await test.sql`select jsonb_array_length(earlier_zones) as n from workspaces where slug = 'northside'`
    expect(row?.n).toBe(1)
  })
})
