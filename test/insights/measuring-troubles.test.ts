import { beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { eraseHistory, takeChannelsOut } from '../../db/channels/disconnecting.ts'
import { recordLimit } from '../../db/channels/limits.ts'
import { tx } from '../../db/postgres/connect.ts'
import { completeReceipt } from '../../db/posts/targets.ts'
import { taskQueue } from '../../workflows/names.ts'
import { publishWithoutReceipt } from '../support/draft.ts'
import { shardOf } from '../support/insights/measure-all.ts'
import {
  type Connected,
  type MeasuringWorld,
  type Published,
  startMeasuringWorld,
} from '../support/insights/measuring-world.ts'

const minuteMs = 60_000
const hourMs = 60 * minuteMs

let world: MeasuringWorld
let channels: Record<string, Connected>
beforeAll(async () => {
  world = await startMeasuringWorld()
  channels = { ...(await world.connect('meta')), ...(await world.connect('tiktok')) }
}, 60_000)
beforeEach(() => world.rig.control('DELETE', '/faults'))

const pass = (ms: number) => world.measureUntil(world.rig.now() + ms)
const place = (platform: string): Connected => channels[platform]!
const restOf = async ({ channelId }: Connected) => {
  const [row] = await world.sql<
    { restUntil: Date | null; problem: string | null; failures: number }[]
  >`
    select rest_until, problem, coalesce((select max((value ->> 'failures')::int) from jsonb_each(rests)), 0) as failures
    from measured_channels where channel_id = ${channelId}`
  return row!
}
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
/** Calls that read numbers, after the call with this id. */
const reads = async (sinceId: number) =>
  (await world.rig.calls({ sinceId: String(sinceId) })).filter(({ endpoint }) =>
    /batch|insights|video\/query|user\/info|account.read|page.read/.test(endpoint),
  )
const lastCall = async () => (await world.rig.calls()).at(-1)?.id ?? 0

describe.sequential('when measuring fails', () => {
  test('an outage loses nothing: no snapshot is written, due readings stay due, and they are made up for afterwards', async () => {
    const tiktok = place('tiktok')
    const post = await world.post(tiktok, 'video')
    await world.rig.fault({
      platform: 'tiktok',
      endpoint: 'video/query',
      when: 'before',
      kind: 'html503',
      times: 2,
    })
    // Due up to ten minutes after the hour, and the schedule runs every 15 minutes.
    await pass(hourMs + 10 * minuteMs + 15 * minuteMs)
    expect(await countOf(post)).toBe(0)
    const rest = await restOf(tiktok)
    expect(rest).toMatchObject({ restUntil: expect.any(Date), problem: expect.any(String) })
    // One or two, depending on the time at which the test began.
    expect(rest.failures).toBeGreaterThan(0)
    await pass(2 * hourMs)
    expect(await countOf(post)).toBe(1)
    expect(await restOf(tiktok)).toEqual({ restUntil: null, problem: null, failures: 0 })
    const [row] =
      await world.sql`select views, likes from snapshots where target_id = ${post.targetId}`
    expect(Number(row?.views)).toBeGreaterThan(0)
  })

  test('reading stops first: while a platform restricts it no numbers are requested, and the page can say until when', async () => {
    const facebook = place('facebook')
    const post = await world.post(facebook, 'photo')
    const until = new Date(world.rig.now() + 3 * hourMs)
    const limit = {
      of: 'account' as const,
      holds: ['reading' as const],
      until,
      words: 'Nearly used up.',
    }
    await recordLimit(world.sql, facebook.channelId, limit)
    const before = await lastCall()
    await pass(2.5 * hourMs)
    expect((await reads(before)).filter((call) => call.platform === 'facebook')).toEqual([])
    const rest = await restOf(facebook)
    expect(rest.problem).toBe('Nearly used up.')
    // The clock is read twice in between.
    const laterMs = rest.restUntil!.getTime() - until.getTime()
    expect(laterMs).toBeGreaterThanOrEqual(0)
    expect(laterMs).toBeLessThan(1_000)
    await pass(hourMs)
    expect(await countOf(post)).toBe(1)
  })

  test('measuring takes at most one batch from a half-used limit, and the rest is read when there is room', {
    timeout: 60_000,
  }, async () => {
    const facebook = place('facebook')
    const posts: Published[] = []
    while (posts.length < 52) posts.push(await world.post(facebook, 'text'))
    const taken = async () =>
      (await Promise.all(posts.map(countOf))).reduce((sum, count) => sum + count, 0)
    const calls = (await world.rig.calls({ platform: 'facebook' })).length
    await world.rig.set({ businessCallsPerDay: 2 * calls })
    await world.measure()
    await world.travelTo(posts.at(-1)!.publishedAt.getTime() + 1.25 * hourMs)
    await world.measure()
    expect(await taken()).toBe(50)
    await world.rig.set({ businessCallsPerDay: 100_000 })
    await pass(15 * minuteMs)
    expect(await taken()).toBe(52)
  })

  test('posts of one account are read together, and one that the platform refuses does not hold up the others', async () => {
    const instagram = place('instagram')
    const posts = [
      await world.post(instagram, 'image'),
      await world.post(instagram, 'reel'),
      await world.post(instagram, 'image'),
    ]
    const before = await lastCall()
    await pass(1.5 * hourMs)
    const made = await reads(before)
    expect(made.filter(({ endpoint }) => endpoint === 'media.insights')).toHaveLength(3)
    expect(
      made.filter(({ endpoint, facts }) => endpoint === 'batch' && facts.operations === 3),
    ).toHaveLength(1)
    expect(await Promise.all(posts.map(countOf))).toEqual([1, 1, 1])
    const firstRead = await Promise.all(posts.map(readAt))
    const isReadAgain = async () =>
      (await Promise.all(posts.map(readAt))).map((at, index) => at > firstRead[index]!)
    const refusal = {
      platform: 'instagram',
      endpoint: 'media.insights',
      when: 'before' as const,
      kind: 'error' as const,
      code: 100,
      subcode: 2108006,
    }
    await world.rig.fault({ ...refusal, times: 1 })
    await pass(5 * hourMs)
    expect(await isReadAgain()).toEqual([true, true, false])
    expect((await restOf(instagram)).problem).toEqual(expect.any(String))
    await pass(20 * hourMs)
    expect(await isReadAgain()).toEqual([true, true, true])
    expect((await restOf(instagram)).problem).toBeNull()
  })

  test('a small Page gets every number that Facebook provides, without a pause or advice to reconnect, and the missing one is named', async () => {
    const facebook = place('facebook')
    const page = (state: object) =>
      world.rig.control('POST', `/accounts/meta/pages/${facebook.account.id}/state`, state)
    await page({ isSmall: true })
    const posts = [await world.post(facebook, 'photo'), await world.post(facebook, 'text')]
    await pass(1.5 * hourMs)
    expect(await Promise.all(posts.map(countOf))).toEqual([1, 1])
    const numbers = await world.sql`
      select views > 0 as has_views, reach from measured_targets where target_id = any(${posts.map(({ targetId }) => targetId)})`
    expect([...numbers]).toEqual(posts.map(() => ({ hasViews: true, reach: null })))
    expect(await restOf(facebook)).toEqual({ restUntil: null, problem: null, failures: 0 })
    const notGiven = async () => {
      const [row] =
        await world.sql`select not_given from measured_channels where channel_id = ${facebook.channelId}`
      return row?.notGiven
    }
    expect(await notGiven()).toEqual(['reach'])
    expect(await world.sql`select name from metric_names where platform = 'facebook'`).toEqual([])
    await page({ isSmall: false })
    await pass(7 * hourMs)
    expect(await notGiven()).toEqual([])
  })

  test("a video without the id of its post is read by its own id until a later reading brings the post's id", async () => {
    const facebook = place('facebook')
    await world.rig.set({ videoPostIdLagMs: 4 * hourMs })
    const video = await world.post(facebook, 'video', publishWithoutReceipt)
    const idOf = async () => {
      const [row] =
        await world.sql`select platform_post_id from targets where id = ${video.targetId}`
      return row?.platformPostId as string
    }
    const bare = await idOf()
    expect(bare).not.toContain('_')
    await pass(1.5 * hourMs)
    expect([await countOf(video), await idOf()]).toEqual([1, bare])
    await pass(7 * hourMs)
    expect(await idOf()).toMatch(new RegExp(`^${facebook.account.id}_\\d+$`))
    expect(await countOf(video)).toBeGreaterThan(1)
    expect((await restOf(facebook)).problem).toBeNull()
    expect(await world.sql`select name from metric_names where platform = 'facebook'`).toEqual([])
    await world.rig.set({ videoPostIdLagMs: 0 })
  })

  test('a receipt with the id of the post replaces the id of the video, and one without an id changes nothing', async () => {
    const { targetId } = await world.post(place('facebook'), 'text')
    const idAfter = async (platformPostId: string | null) => {
      await completeReceipt(world.sql, targetId, { permalink: null, platformPostId, final: false })
      const [row] = await world.sql`select platform_post_id from targets where id = ${targetId}`
      return row?.platformPostId
    }
    expect(await idAfter('1067_424242')).toBe('1067_424242')
    expect(await idAfter(null)).toBe('1067_424242')
  })

  test('an account that needs reconnecting is skipped without a call, and is read again once it is reconnected', async () => {
    const instagram = place('instagram')
    const post = await world.post(instagram, 'image')
    const [person] = Object.values(
      (await world.rig.control<{ people: Record<string, { id: string }> }>('GET', '/accounts/meta'))
        .people,
    )
    await world.rig.control('POST', `/accounts/meta/people/${person!.id}/state`, {
      tokens: 'revoked',
    })
    await pass(1.5 * hourMs)
    expect(await world.sql`select state from channels where id = ${instagram.channelId}`).toEqual([
      { state: 'reconnect' },
    ])
    const before = await lastCall()
    await pass(6 * hourMs)
    expect((await reads(before)).filter((call) => call.platform !== 'tiktok')).toEqual([])
    expect(await countOf(post)).toBe(0)
    await world.rig.control('POST', `/accounts/meta/people/${person!.id}/state`, {
      tokens: 'working',
    })
    await world.connect('meta')
    await pass(hourMs)
    expect(await countOf(post)).toBe(1)
  })

  test('promise R2: a disconnected account is not read and keeps its numbers, which are deleted if that was chosen', async () => {
    const { sql } = world
    const { channelId } = place('facebook')
    const rowsOf = async () => {
      const [row] = await sql`
        select (select count(*)::int from account_snapshots where channel_id = ${channelId}) as followers,
          (select count(*)::int from channel_days where channel_id = ${channelId}) as days,
          (select count(*)::int from measured_targets where channel_id = ${channelId}) as posts,
          (select count(*)::int from snapshots s join targets t on t.id = s.target_id where t.channel_id = ${channelId}) as snapshots`
      return row!
    }
    await takeChannelsOut(sql, { channelId }, new Date(world.rig.now()))
    const kept = await rowsOf()
    expect(Math.min(...Object.values(kept).map(Number))).toBeGreaterThan(0)
    const before = await lastCall()
    await pass(30 * hourMs)
    expect((await reads(before)).filter((call) => call.platform === 'facebook')).toEqual([])
    expect(await rowsOf()).toEqual(kept)
    await tx(sql, (t) => eraseHistory(t, channelId, new Date(world.rig.now())))
    expect(await rowsOf()).toEqual({ followers: 0, days: 0, posts: 0, snapshots: 0 })
  })

  test('two simultaneous runs measure each post once', async () => {
    const tiktok = place('tiktok')
    const posts = [await world.post(tiktok, 'video'), await world.post(tiktok, 'video')]
    await world.measure()
    await world.travelTo(world.rig.now() + 1.25 * hourMs)
    const shard = await shardOf(world.sql, tiktok.channelId)
    const run = (id: string) =>
      world.client.workflow.start('measureShard', {
        workflowId: id,
        taskQueue,
        args: [{ shard, after: null, failed: 0 }],
      })
    const runs = await Promise.all([run('measure-a'), run('measure-b')])
    // One after the other, because waiting for two at once confuses the time skipping.
    for (const one of runs) await one.result()
    expect(await Promise.all(posts.map(countOf))).toEqual([1, 1])
  })
})
