import { beforeAll, describe, expect, test } from 'vitest'
import { dropOurs } from '../../db/insights/elsewhere-posts.ts'
import {
  type Connected,
  type MeasuringWorld,
  startMeasuringWorld,
} from '../support/insights/measuring-world.ts'

const hourMs = 3_600_000
const dayMs = 24 * hourMs

let world: MeasuringWorld
let channels: Record<string, Connected>
const older: Record<string, string> = {}

beforeAll(async () => {
  world = await startMeasuringWorld()
  await world.rig.set({ insightsLagMs: hourMs, insightsCurveMs: 4 * dayMs })
  channels = { ...(await world.connect('meta')), ...(await world.connect('tiktok')) }
  for (const platform of ['facebook', 'instagram'])
    older[platform] = await addPost(platform, 'Older', 2)
  await world.post(channels.tiktok!, 'video')
  const [ours] = await world.rig.posts({ platform: 'tiktok' })
  const { username } = channels.tiktok!.account.settings
  const video = {
    ...{
      username,
      title: 'Older',
      media: ours!.media[0]!.sha256,
      createdAtMs: world.rig.now() - 6 * hourMs,
    },
    audience: { views: 5_000, likes: 90, comments: 20, shares: 10 },
  }
  const [added] = await world.rig.control<{ id: string }[]>('POST', '/accounts/tiktok/history', [
    video,
  ])
  older.tiktok = added!.id
}, 60_000)

const kinds = { facebook: 'text', instagram: 'image', tiktok: 'video' }
const addPost = async (platform: string, text: string, daysAgo: number): Promise<string> => {
  const post = {
    ...{
      platform,
      account: channels[platform]!.account.id,
      kind: platform === 'facebook' ? 'text' : 'image',
      text,
      media: [],
    },
    ...{ audience: { views: 9_000, likes: 700, comments: 60, saved: 50, shares: 40 } },
    createdAtMs: world.rig.now() - daysAgo * dayMs,
  }
  const [added] = await world.rig.control<{ id: string }[]>('POST', '/accounts/meta/history', [
    post,
  ])
  return added!.id
}

const stopClock = (stopped: boolean) => world.rig.control('POST', '/clock', { stopped })
const truthOf = (platform: string, id: string) =>
  world.rig.control<Record<string, number>>('GET', `/ledger/posts/${platform}/${id}/numbers`)
const idOf = async (platform: string, platformPostId: string): Promise<string> => {
  const [row] = await world.sql<{ id: string }[]>`
    select id from elsewhere_posts where channel_id = ${channels[platform]!.channelId} and platform_post_id = ${platformPostId}`
  return row!.id
}
type Row = { takenAt: Date; views: number | null; likes: number | null }
const readingsOf = async (platform: string, platformPostId: string): Promise<Row[]> => world.sql<
  Row[]
>`
  select taken_at, views::int, reach::int, likes, comments, shares, saves, source from snapshots
  where elsewhere_id = ${await idOf(platform, platformPostId)} order by taken_at`
const grownOn = async (platform: string) => {
  const [row] = await world.sql`
    select coalesce(sum(views), 0)::int as here, coalesce(sum(other_views), 0)::int as other,
      coalesce(sum(other_likes), 0)::int as other_likes
    from channel_days where channel_id = ${channels[platform]!.channelId}`
  return row!
}
type Truth = Record<string, number | null>
/** Reads what is due at this moment. Returns the platforms' own numbers of the older posts then. */
const readWithTruth = async (): Promise<Record<string, Truth>> => {
  await stopClock(true)
  const truths: Record<string, Truth> = {}
  for (const [platform, kind] of Object.entries(kinds)) {
    const { views, reach, likes, comments, shares, saved } = await truthOf(
      platform,
      older[platform]!,
    )
    const given = world.deps.platforms.platforms.get(platform)!.measure.names(kind)
    const all = { views, reach, likes, comments, shares, saves: saved }
    truths[platform] = Object.fromEntries(
      Object.entries(all).map(([name, value]) => [name, name in given ? (value ?? null) : null]),
    )
  }
  await world.measure()
  await stopClock(false)
  return truths
}

describe.sequential('readings of posts that were not made here', () => {
  test("promise U3: are stored and equal the platform's numbers at that moment", {
    timeout: 120_000,
  }, async () => {
    const first = await readWithTruth()
    for (const platform of Object.keys(kinds)) {
      const [reading, ...more] = await readingsOf(platform, older[platform]!)
      expect(more, platform).toEqual([])
      expect(reading, platform).toMatchObject(first[platform]!)
      expect(Number(reading?.views)).toBeGreaterThan(0)
      // What they had before the account was connected is the growth of no day.
      expect(await grownOn(platform), platform).toMatchObject({ other: 0, otherLikes: 0 })
    }
    await world.travelTo(world.rig.now() + dayMs + 30 * 60_000)
    const next = await readWithTruth()
    for (const platform of Object.keys(kinds)) {
      const readings = await readingsOf(platform, older[platform]!)
      expect(readings, platform).toHaveLength(2)
      expect(readings.at(-1), platform).toMatchObject(next[platform]!)
      const grown = (metric: string) =>
        Number(next[platform]?.[metric]) - Number(first[platform]?.[metric])
      expect(grown('views')).toBeGreaterThan(0)
      expect(await grownOn(platform)).toMatchObject({
        other: grown('views'),
        otherLikes: grown('likes'),
      })
    }
    expect(await grownOn('facebook')).toMatchObject({ here: 0 })
  })

  test('are taken at the same ages as those of our own posts; posts published after connecting count from the start', {
    timeout: 120_000,
  }, async () => {
    const before = await grownOn('instagram')
    const known = (await readingsOf('instagram', older.instagram!)).at(-1)
    const id = await addPost('instagram', 'Made since', 0)
    const publishedMs = world.rig.now()
    await world.measureUntil(publishedMs + 8 * dayMs)
    const readings = await readingsOf('instagram', id)
    const agesH = readings.map(({ takenAt }) => (takenAt.getTime() - publishedMs) / hourMs)
    expect(agesH[0]).toBeLessThan(25)
    for (const days of [2, 3, 4, 5, 6, 7])
      expect(
        agesH.some((age) => age >= 24 * days - 0.1 && age < 24 * days + 0.5),
        `day ${days} of ${agesH}`,
      ).toBe(true)
    const after = await grownOn('instagram')
    const ofOlder =
      Number((await readingsOf('instagram', older.instagram!)).at(-1)?.views) - Number(known?.views)
    expect(after.other - before.other).toBe(ofOlder + Number(readings.at(-1)?.views))
    const [aged] = await world.sql`
      select views_at_day::int as day, views_at_week::int as week, predates from elsewhere_posts where id = ${await idOf('instagram', id)}`
    const viewsAt = (from: number, to: number) =>
      readings.filter(({ takenAt }) => {
        const ageH = (takenAt.getTime() - publishedMs) / hourMs
        return ageH >= from && ageH <= to
      })
    expect(aged).toEqual({
      day: viewsAt(23, 30).at(-1)?.views,
      week: viewsAt(162, 180).at(-1)?.views,
      predates: false,
    })
  })

  test('are removed from the daily sums when a post turns out to be ours', {
    timeout: 120_000,
  }, async () => {
    const before = await grownOn('facebook')
    const id = await addPost('facebook', 'Ours, as it turns out', 0)
    await world.measureUntil(world.rig.now() + 3 * dayMs)
    const counted = await grownOn('facebook')
    const gained = Number((await readingsOf('facebook', id)).at(-1)?.views)
    expect(gained).toBeGreaterThan(0)
    const { targetId } = await world.post(channels.facebook!, 'text')
    await world.sql`update targets set platform_post_id = ${id} where id = ${targetId}`
    const elsewhereId = await idOf('facebook', id)
    await dropOurs(world.sql, channels.facebook!.channelId)
    const after = await grownOn('facebook')
    expect(counted.other - after.other).toBe(gained)
    expect(after.other).toBeGreaterThanOrEqual(before.other)
    expect(await world.sql`select from snapshots where elsewhere_id = ${elsewhereId}`).toHaveLength(
      0,
    )
  })

  test("stop for a post that the platform doesn't show, which is looked for daily, then weekly", {
    timeout: 120_000,
  }, async () => {
    const id = await addPost('facebook', 'Deleted soon', 0)
    await world.measureUntil(world.rig.now() + 2 * dayMs)
    const elsewhereId = await idOf('facebook', id)
    const known = await readingsOf('facebook', id)
    expect(known.length).toBeGreaterThan(0)
    await world.rig.set({ requireAppSecretProof: false })
    const { accountToken } = channels.facebook!.account
    const url = `${world.rig.sandbox.url}/graph/v25.0/${id}?access_token=${accountToken}`
    expect((await fetch(url, { method: 'DELETE' })).status).toBe(200)
    await world.rig.set({ requireAppSecretProof: true })
    await world.measureUntil(world.rig.now() + 6 * dayMs)
    const [row] = await world.sql<{ absent: boolean; waitH: number }[]>`
      select absent_at is not null as absent, extract(epoch from next_at - ${new Date(world.rig.now())}::timestamptz)::float8 / 3600 as wait_h
      from elsewhere_posts where id = ${elsewhereId}`
    expect(row?.absent).toBe(true)
    expect(row?.waitH).toBeGreaterThan(24)
    expect(await readingsOf('facebook', id)).toEqual(known)
  })
})
