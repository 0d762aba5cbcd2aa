import { beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { listAccountDays } from '../../db/insights/insights.ts'
import {
  type Connected,
  type MeasuringWorld,
  type Published,
  startMeasuringWorld,
} from '../support/insights/measuring-world.ts'

const hourMs = 3_600_000

let world: MeasuringWorld
let channels: Record<string, Connected>
beforeAll(async () => {
  world = await startMeasuringWorld()
  channels = await world.connect('meta')
}, 60_000)
beforeEach(() => world.rig.control('DELETE', '/faults'))

const pass = (ms: number) => world.measureUntil(world.rig.now() + ms)
const place = (platform: string): Connected => channels[platform]!
const countOf = async ({ targetId }: Published): Promise<number> => {
  const [row] = await world.sql<
    { count: number }[]
  >`select count(*)::int as count from snapshots where target_id = ${targetId}`
  return row!.count
}
/** When its numbers were last read, whether or not they had changed. */
const readAt = async ({ targetId }: Published): Promise<number> => {
  const [row] = await world.sql<
    { takenAt: Date }[]
  >`select taken_at from measured_targets where target_id = ${targetId}`
  return row!.takenAt.getTime()
}

describe.sequential('the parts of an account', () => {
  test('pause separately: if posts, followers or days are refused, the others are still read, and earlier numbers stay', {
    timeout: 60_000,
  }, async () => {
    const facebook = place('facebook')
    const post = await world.post(facebook, 'photo')
    const counts = async () => {
      const [row] = await world.sql`
        select count(followers)::int as followers, count(day)::int as days from account_snapshots
        where channel_id = ${facebook.channelId}`
      return row as { followers: number; days: number }
    }
    const restsOf = async () => {
      const [row] =
        await world.sql`select rests from measured_channels where channel_id = ${facebook.channelId}`
      return Object.keys(row!.rests).sort()
    }
    const before = await counts()
    const down = {
      platform: 'facebook',
      when: 'before' as const,
      kind: 'html503' as const,
      times: 1_000,
    }
    await world.rig.fault({ ...down, endpoint: 'page.insights' })
    await pass(26 * hourMs)
    const without = await counts()
    expect(without.followers).toBeGreaterThan(before.followers)
    expect(without.days).toBe(before.days)
    expect(await countOf(post)).toBeGreaterThan(0)
    expect(await restsOf()).toEqual(['days'])

    await world.rig.control('DELETE', '/faults')
    const readBefore = await readAt(post)
    await world.rig.fault({ ...down, endpoint: 'post.insights' })
    await pass(26 * hourMs)
    expect((await counts()).days).toBeGreaterThan(before.days)
    expect((await counts()).followers).toBeGreaterThan(without.followers)
    expect(await readAt(post)).toBe(readBefore)
    expect(await restsOf()).toEqual(['posts'])
    await world.rig.control('DELETE', '/faults')
    await pass(7 * hourMs)
    expect(await readAt(post)).toBeGreaterThan(readBefore)
    expect(await restsOf()).toEqual([])
  })

  test('keep the posts that were read before an outage in the middle of a batch, and the rest is read later', async () => {
    const facebook = place('facebook')
    const posts = [
      await world.post(facebook, 'text'),
      await world.post(facebook, 'text'),
      await world.post(facebook, 'text'),
    ]
    const down = {
      platform: 'facebook',
      endpoint: 'post.insights',
      when: 'before' as const,
      kind: 'error' as const,
    }
    await world.rig.fault({ ...down, code: 2, nth: 2, times: 1 })
    await world.measure()
    await world.travelTo(posts.at(-1)!.publishedAt.getTime() + 1.25 * hourMs)
    await world.measure()
    expect((await Promise.all(posts.map(countOf))).toSorted()).toEqual([0, 1, 1])
    await pass(hourMs)
    expect(await Promise.all(posts.map(countOf))).toEqual([1, 1, 1])
  })

  test('include days that are read again if they came without numbers', async () => {
    const instagram = place('instagram')
    const newest = async () => {
      const [row] = await world.sql`
        select distinct on (day) day::text as day, views, taken_at from account_snapshots
        where channel_id = ${instagram.channelId} and day is not null order by day desc, taken_at desc limit 1`
      return row!
    }
    await pass(26 * hourMs)
    const { day } = await newest()
    await world.sql`
      update account_snapshots set views = null, reach = null where channel_id = ${instagram.channelId} and day = ${day}`
    await pass(2 * 24 * hourMs)
    const [again] = await world.sql`
      select count(*)::int as looks, max(views) > 0 as has_views from account_snapshots
      where channel_id = ${instagram.channelId} and day = ${day}`
    expect(again).toEqual({ looks: 2, hasViews: true })
    const shown = () =>
      listAccountDays(world.sql, world.workspaceId, instagram.channelId, { from: day, to: day })
    const [known] = await shown()
    await world.sql`
      insert into account_snapshots (workspace_id, channel_id, taken_at, day, source)
      values (${world.workspaceId}, ${instagram.channelId}, ${new Date(world.rig.now())}, ${day}, 'test')`
    expect(await shown(), 'a later look without numbers hides nothing').toEqual([known])
  })
})
