import { beforeAll, describe, expect, test } from 'vitest'
import {
  type Connected,
  type MeasuringWorld,
  type Published,
  startMeasuringWorld,
} from '../support/insights/measuring-world.ts'

const hourMs = 3_600_000
const dayMs = 24 * hourMs

let world: MeasuringWorld
let channels: Record<string, Connected>
beforeAll(async () => {
  world = await startMeasuringWorld()
  await world.rig.set({ insightsLagMs: hourMs, insightsCurveMs: 20 * hourMs })
  channels = { ...(await world.connect('meta')), ...(await world.connect('tiktok')) }
}, 60_000)

const kinds = { facebook: 'photo', instagram: 'reel', tiktok: 'video' } as const
const channel = (platform: string): Connected => channels[platform]!

type Row = Record<
  'views' | 'reach' | 'likes' | 'comments' | 'shares' | 'saves',
  string | number | null
> & {
  takenAt: Date
  source: string
}
const snapshotsOf = (post: Published): Promise<Row[]> => world.sql<Row[]>`
  select taken_at, views::int, reach::int, likes, comments, shares, saves, source from snapshots where target_id = ${post.targetId} order by taken_at`
const measuredOf = async (post: Published) => {
  const [row] = await world.sql`
    select next_at, taken_at, views::int, reach::int, likes, ended_metrics, absent_at from measured_targets where target_id = ${post.targetId}`
  return row!
}
const truthOf = ({ platform }: Connected, { platformPostId }: Published) =>
  world.rig.control<Record<string, number>>(
    'GET',
    `/ledger/posts/${platform}/${platformPostId}/numbers`,
  )
const stopClock = (stopped: boolean) => world.rig.control('POST', '/clock', { stopped })
const pass = (ms: number) => world.measureUntil(world.rig.now() + ms)
const callsOf = (endpoint: string) => world.rig.calls({ endpoint })

describe.sequential('the numbers of posts', () => {
  test.each(Object.entries(kinds))(
    "promise U3: %s: stored numbers exactly match the platform's at that moment, and numbers that it does not provide are empty",
    { timeout: 60_000 },
    async (platform, kind) => {
      const place = channel(platform)
      const post = await world.post(place, kind)
      await world.measure()
      expect(await snapshotsOf(post)).toEqual([])
      for (const ageMs of [6.5 * hourMs, 26 * hourMs, 5 * dayMs]) {
        await world.travelTo(post.publishedAt.getTime() + ageMs)
        await stopClock(true)
        const { views, reach, likes, comments, shares, saved } = await truthOf(place, post)
        await world.measure()
        await stopClock(false)
        const given = world.deps.platforms.platforms.get(platform)!.measure.names(kind)
        const all = { views, reach, likes, comments, shares, saves: saved }
        const expected = Object.fromEntries(
          Object.entries(all).map(([name, value]) => [name, name in given ? value : null]),
        )
        expect((await snapshotsOf(post)).at(-1)).toMatchObject(expected)
        expect(views).toBeGreaterThan(0)
        expect((await snapshotsOf(post)).at(-1)?.source).toMatch(/v\d+/)
      }
      const [avatar] = await world.sql<
        { fetchedAt: Date }[]
      >`select fetched_at from avatars where channel_id = ${place.channelId}`
      expect(
        avatar!.fetchedAt.getTime(),
        'the profile picture comes with the numbers',
      ).toBeGreaterThan(world.rig.now() - 2 * dayMs)
      const days =
        await world.sql`select coalesce(sum(views), 0)::int as views from channel_days where channel_id = ${place.channelId}`
      expect(days[0]).toEqual({ views: (await snapshotsOf(post)).at(-1)?.views })
    },
  )

  test('are empty, not 0, until the platform has them', async () => {
    await world.rig.set({ insightsLagMs: 3 * hourMs })
    const post = await world.post(channel('instagram'), 'image')
    await pass(1.5 * hourMs)
    expect(await snapshotsOf(post)).toMatchObject([
      { views: null, reach: null, likes: null, comments: null, shares: null, saves: null },
    ])
    expect(await measuredOf(post)).toMatchObject({ views: null, endedMetrics: [], absentAt: null })
    await pass(5 * hourMs)
    expect((await snapshotsOf(post)).at(-1)?.views).toBeGreaterThan(0)
    await world.rig.set({ insightsLagMs: hourMs })
  })

  test('of a story are read hourly during its day and not afterwards', {
    timeout: 60_000,
  }, async () => {
    const post = await world.post(channel('instagram'), 'story')
    await pass(2 * dayMs)
    const taken = await snapshotsOf(post)
    expect(taken).toHaveLength(24)
    const last = taken.at(-1)!
    expect(last.takenAt.getTime() - post.publishedAt.getTime()).toBeLessThan(dayMs)
    expect(last.views).toBeGreaterThan(0)
    expect(last.likes).toBeNull()
    expect((await measuredOf(post)).nextAt).toBeNull()
  })

  test('omit a metric that two posts of a kind refuse, for that kind only; the other metrics still arrive, and the last known number stays', {
    timeout: 120_000,
  }, async () => {
    const place = channel('instagram')
    const post = await world.post(place, 'image')
    await world.post(place, 'image')
    await pass(7 * hourMs)
    const known = (await snapshotsOf(post)).at(-1)!
    expect(known.reach).toBeGreaterThan(0)
    await world.rig.set({ retiredMetrics: { reach: '2026-01-01' } })
    await pass(20 * hourMs)
    const after = (await snapshotsOf(post)).at(-1)!
    expect([after.reach, Number(after.views) > Number(known.views)]).toEqual([null, true])
    expect(await measuredOf(post)).toMatchObject({ reach: known.reach, endedMetrics: ['reach'] })
    const names =
      await world.sql`select kind, name, refused_at is not null as is_retired from metric_names order by kind`
    expect(names).toEqual([
      // One account and one reel don't prove anything about others.
      { kind: 'account', name: 'reach', isRetired: false },
      { kind: 'image', name: 'reach', isRetired: true },
      { kind: 'reel', name: 'reach', isRetired: false },
    ])
    const before = (await callsOf('media.insights')).length
    await pass(dayMs)
    const later = (await callsOf('media.insights')).slice(before)
    const refused = later.filter((call) => call.status !== 200)
    expect(later.length).toBeGreaterThan(refused.length)
    // For the reel: all names together, then the retired one alone.
    expect(refused.length).toBeLessThanOrEqual(2)
    await world.rig.set({ retiredMetrics: {} })
    await pass(40 * dayMs)
    await world.connect('meta') // its tokens last sixty days
    expect(await world.sql`select name from metric_names`).toEqual([])
    expect(await measuredOf(post)).toMatchObject({ endedMetrics: [] })
  })

  test.each(['facebook', 'tiktok'])(
    '%s: of a post that the platform does not show are requested daily, weekly after three days, and immediately after a reconnect, and the last numbers stay',
    { timeout: 120_000 },
    async (platform) => {
      const place = channel(platform)
      const [gone, stays] = [
        await world.post(place, kinds[platform as 'facebook']),
        await world.post(place, kinds[platform as 'facebook']),
      ]
      await pass(7 * hourMs)
      const known = await measuredOf(gone)
      await removeAtPlatform(place, gone)
      await pass(20 * hourMs)
      const taken = await snapshotsOf(gone)
      expect((await measuredOf(gone)).absentAt).toBeInstanceOf(Date)
      await pass(5 * dayMs)
      const later = await measuredOf(gone)
      expect(later.views).toBe(known.views)
      const daysAhead = (later.nextAt!.getTime() - world.rig.now()) / dayMs
      expect(daysAhead).toBeGreaterThan(1)
      expect(daysAhead).toBeLessThanOrEqual(7)
      await world.connect(platform === 'tiktok' ? 'tiktok' : 'meta')
      expect((await measuredOf(gone)).nextAt!.getTime()).toBeLessThanOrEqual(world.rig.now())
      expect(await snapshotsOf(gone)).toEqual(taken)
      expect(await measuredOf(stays)).toMatchObject({ absentAt: null, nextAt: expect.any(Date) })
    },
  )
})

const removeAtPlatform = async (
  { platform, account }: Connected,
  { platformPostId }: Published,
): Promise<void> => {
  const { rig } = world
  if (platform === 'tiktok')
    return void (await rig.control('DELETE', `/tiktok/posts/${platformPostId}`))
  await rig.set({ requireAppSecretProof: false })
  const token = account.accountToken ?? account.grantToken
  const url = `${rig.sandbox.url}/graph/v25.0/${platformPostId}?access_token=${token}`
  expect((await fetch(url, { method: 'DELETE' })).status).toBe(200)
  await rig.set({ requireAppSecretProof: true })
}
