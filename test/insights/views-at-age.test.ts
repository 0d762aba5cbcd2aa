import { beforeEach, describe, expect, it } from 'vitest'
import { dropAgedViews, savePostSnapshots } from '../../db/insights/snapshots.ts'
import { rules } from '../../db/privacy/retention.ts'
import { createTestApp, type TestApp } from '../support/app.ts'
import { ago, measuredRows } from '../support/insights/measured-rows.ts'
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

describe('views at the same age (N11)', () => {
  it('are kept from the readings after a day and a week; a reading without views leaves the last ones', async () => {
    const { targetId } = await measured('instagram', {
      daysAgo: 9,
      readings: [{ hours: 1, views: 1 }],
    })
    const publishedAt = ago(9)
    for (const [hours, views] of [
      [22, 5],
      [23.5, 20],
      [24, undefined],
      [48, 30],
      [168.2, 70],
      [192, 80],
    ] as const) {
      const takenAt = new Date(publishedAt.getTime() + hours * hourMs)
      await test.sql`update measured_targets set next_at = ${takenAt}, published_at = ${publishedAt} where target_id = ${targetId}`
      await test.sql`select ensure_snapshot_months(${takenAt})`
      const numbers = views === undefined ? { likes: 1 } : { views }
      const posts = [{ id: targetId, dueAt: takenAt, nextAt: null, numbers, more: {} }]
      await savePostSnapshots(test.sql, {
        channelId: channels.instagram,
        made: 'here',
        takenAt,
        source: 'test',
        summed: [],
        posts,
      })
    }
    const [row] =
      await test.sql`select views_at_day::int, views_at_week::int, views::int from measured_targets where target_id = ${targetId}`
    expect(row).toEqual({ viewsAtDay: 20, viewsAtWeek: 70, views: 80 })
  })

  it('promise R3: are deleted 24 months after they were read, while newer numbers of the post stay', async () => {
    const { targetId } = await measured('instagram', {
      daysAgo: 20,
      readings: [
        { hours: 24, views: 7 },
        { hours: 168, views: 9 },
      ],
    })
    const cutoff = (days: number) => new Date(ago(20).getTime() + days * 24 * hourMs)
    expect(await dropAgedViews(test.sql, cutoff(0.5), 10)).toBe(0)
    expect(await dropAgedViews(test.sql, cutoff(1), 10)).toBe(1)
    const [row] =
      await test.sql`select views_at_day, views_at_week, views::int from measured_targets where target_id = ${targetId}`
    expect(row).toEqual({ viewsAtDay: null, viewsAtWeek: null, views: 9 })
    expect(rules.find(({ name }) => name === 'aged_views')).toMatchObject({
      keep: '24 months',
      goes: 'ages',
      promise: 'R3',
    })
  })

  it('rank posts of different ages fairly and compare formats by their median', async () => {
    const readings = (week: number, now: number) => [
      { hours: 168, views: week },
      { hours: 300, views: now },
    ]
    await measured('instagram', {
      daysAgo: 25,
      text: 'Old and slow',
      kind: 'reel',
      readings: readings(100, 9_000),
    })
    await measured('instagram', {
      daysAgo: 14,
      text: 'New and quick',
      kind: 'reel',
      readings: readings(700, 800),
    })
    await measured('instagram', {
      daysAgo: 15,
      text: 'Between',
      kind: 'reel',
      readings: readings(300, 900),
    })
    await measured('instagram', {
      daysAgo: 2,
      text: 'Young',
      kind: 'photos',
      readings: [{ hours: 24, views: 50 }],
    })
    await read('instagram', 30, 1)
    const { text } = await test.cast.manager.get('/w/northside/insights?range=28d&by=viewsAtWeek')
    const titles = [...text.matchAll(/ranked-title"[^>]*>([^<]+)</g)].map(([, title]) => title)
    expect(titles).toEqual(['New and quick', 'Between', 'Old and slow', 'Young'])
    expect(words(text)).toContain('700 in 7 days')
    expect(words(text)).toContain('not 7 days old yet')
    expect(words(text)).toMatch(/Reel on Instagram 300 3 3/)
    expect(words(text)).toMatch(/on Instagram needs 3 posts 1 0/)
    expect(words(text)).toContain('Each post’s numbers so far, since it was published.')
    expect(words(text)).toContain(
      'What all posts gained in this period, whenever they were published.',
    )
  })
})
