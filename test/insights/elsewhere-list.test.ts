import { beforeAll, describe, expect, test } from 'vitest'
import { createShares, type Use } from '../../activities/insights/share.ts'
import {
  type Connected,
  type MeasuringWorld,
  startMeasuringWorld,
} from '../support/insights/measuring-world.ts'

const hourMs = 3_600_000
const dayMs = 24 * hourMs
const count = 1_620

let world: MeasuringWorld
let facebook: Connected
beforeAll(async () => {
  world = await startMeasuringWorld()
  facebook = (await world.connect('meta')).facebook!
  // From 89 days ago to an hour ago, and ten that are too old.
  const posts = Array.from({ length: count + 10 }, (_, index) => ({
    ...{
      platform: 'facebook',
      account: facebook.account.id,
      kind: 'text',
      text: `Older ${index}`,
      media: [],
    },
    ...{ audience: { views: 100, likes: 1, comments: 1, saved: 1, shares: 1 } },
    createdAtMs:
      world.rig.now() -
      (index < count ? hourMs + (index * 88 * dayMs) / count : 91 * dayMs + index),
  }))
  await world.rig.control('POST', '/accounts/meta/history', posts)
}, 60_000)

const lists = async (status = 200) =>
  (await world.rig.calls({ platform: 'facebook' })).filter(
    ({ endpoint, status: of }) => endpoint === 'published_posts.list' && of === status,
  ).length
const listed = async () =>
  Number(
    (
      await world.sql`select count(*)::int as n from elsewhere_posts where channel_id = ${facebook.channelId}`
    )[0]?.n,
  )
const listOf = async () => {
  const [row] = await world.sql<{ next: string | null; listedAt: Date | null }[]>`
    select list_next as next, listed_at from measured_channels where channel_id = ${facebook.channelId}`
  return row
}
/** Calls of earlier runs don't count, as if the limit were high. */
const nextRun = async () => {
  await world.sql`delete from reading_calls`
  await world.travelTo(world.rig.now() + 15 * 60_000)
  await world.measure()
}

describe.sequential('promise U3: more posts than one run reads', () => {
  test('a run reads some pages, and the next run continues after them, even after an outage', {
    timeout: 120_000,
  }, async () => {
    await world.measure()
    expect(await listed()).toBe(500)
    expect(await lists()).toBe(10)
    expect(await listOf()).toMatchObject({ next: expect.any(String), listedAt: null })
    const fault = {
      platform: 'facebook',
      endpoint: 'published_posts.list',
      when: 'before',
    } as const
    await world.rig.fault({ ...fault, kind: 'html503', times: 1 })
    await nextRun()
    expect(await listed()).toBe(500)
    await nextRun()
    expect(await listed()).toBe(1_000)
    expect(await lists(), 'no page twice').toBe(20)
  })

  test('the runs continue until all 90 days are read: each post once, and no older ones', {
    timeout: 120_000,
  }, async () => {
    await nextRun()
    expect(await listed()).toBe(1_500)
    expect(await listOf()).toMatchObject({ listedAt: null })
    await nextRun()
    expect(await listed()).toBe(count)
    expect(await lists()).toBe(Math.ceil(count / 50))
    expect(await listOf()).toMatchObject({ next: null, listedAt: expect.any(Date) })
    const [row] = await world.sql`
      select count(distinct platform_post_id)::int as posts, count(*) filter (where not predates)::int as since
      from elsewhere_posts where channel_id = ${facebook.channelId}`
    expect(row).toEqual({ posts: count, since: 0 })
  })

  test('the list starts again when the platform refuses the cursor', {
    timeout: 60_000,
  }, async () => {
    await world.sql`
      update measured_channels set list_at = ${new Date(world.rig.now())}, list_from = ${new Date(world.rig.now() - dayMs)},
        list_began_at = ${new Date(world.rig.now())}, list_next = 'published_posts Z29uZQ' where channel_id = ${facebook.channelId}`
    await nextRun()
    expect(await listOf()).toMatchObject({ next: null })
    await world.travelTo(world.rig.now() + hourMs)
    const before = await lists()
    await nextRun()
    expect(await lists()).toBeGreaterThan(before)
    expect(await listed()).toBe(count)
  })

  test('their readings leave room for our own posts, and all readings leave half of the limit', async () => {
    await world.sql`delete from reading_calls`
    const { open } = createShares(world.deps)
    const taken = async (use: Use) => {
      const share = open(facebook, use)
      for (let calls = 0; ; calls += 1) {
        try {
          await share.take(1)
        } catch {
          return calls
        }
      }
    }
    expect(await taken('others')).toBe(60)
    expect(await taken('list')).toBe(20)
    expect(await taken('own')).toBe(20)
    for (const use of ['others', 'list', 'own'] as const) expect(await taken(use)).toBe(0)
  })
})
