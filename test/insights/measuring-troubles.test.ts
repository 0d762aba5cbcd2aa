import { beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { tx } from '../../db/connect.ts'
import { eraseHistory, takeChannelOut } from '../../db/disconnections.ts'
import { recordLimit } from '../../db/limits.ts'
import { taskQueue } from '../../workflows/names.ts'
import { type Connected, type MeasuringWorld, type Published, startMeasuringWorld } from '../support/measuring-world.ts'

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
  const [row] = await world.sql<{ restUntil: Date | null; problem: string | null; failures: number }[]>`
    select rest_until, problem, failures from measured_channels where channel_id = ${channelId}`
  return row!
}
const countOf = async ({ targetId }: Published): Promise<number> => {
  const [row] = await world.sql<{ count: number }[]>`select count(*)::int as count from snapshots where target_id = ${targetId}`
  return row!.count
}
/** Calls that read numbers, since the one with this id. */
const reads = async (sinceId: number) =>
  (await world.rig.calls({ sinceId: String(sinceId) })).filter(({ endpoint }) =>
    /insights|video\/query|user\/info|account.read|page.read/.test(endpoint),
  )
const lastCall = async () => (await world.rig.calls()).at(-1)?.id ?? 0

describe.sequential('when measuring does not get through', () => {
  test('an outage loses nothing: no snapshot is written, what was due stays due, and is made up for when it is over', async () => {
    const tiktok = place('tiktok')
    const post = await world.post(tiktok, 'video')
    await world.rig.fault({ platform: 'tiktok', endpoint: 'video/query', when: 'before', kind: 'html503', times: 2 })
    await pass(hourMs + 10 * minuteMs + 15 * minuteMs) // due up to ten minutes after the hour; there is a look each quarter
    expect(await countOf(post)).toBe(0)
    const rest = await restOf(tiktok)
    expect(rest).toMatchObject({ restUntil: expect.any(Date), problem: expect.any(String) })
    expect(rest.failures).toBeGreaterThan(0) // one or two: it depends on the quarter of the hour at which the test began
    await pass(2 * hourMs)
    expect(await countOf(post)).toBe(1)
    expect(await restOf(tiktok)).toEqual({ restUntil: null, problem: null, failures: 0 })
    const [row] = await world.sql`select views, likes from snapshots where target_id = ${post.targetId}`
    expect(Number(row?.views)).toBeGreaterThan(0)
  })

  test('reading stops first: while a platform holds it back no number is asked, and the page can say until when', async () => {
    const facebook = place('facebook')
    const post = await world.post(facebook, 'photo')
    const until = new Date(world.rig.now() + 3 * hourMs)
    const limit = { of: 'account' as const, holds: ['reading' as const], until, words: 'Nearly used up.' }
    await recordLimit(world.sql, facebook.channelId, limit)
    const before = await lastCall()
    await pass(2.5 * hourMs)
    expect((await reads(before)).filter((call) => call.platform === 'facebook')).toEqual([])
    const rest = await restOf(facebook)
    expect(rest.problem).toBe('Nearly used up.')
    const laterMs = rest.restUntil!.getTime() - until.getTime() // two looks at the clock lie between
    expect(laterMs).toBeGreaterThanOrEqual(0)
    expect(laterMs).toBeLessThan(1_000)
    await pass(hourMs)
    expect(await countOf(post)).toBe(1)
  })

  test('of a limit that is half used measuring takes no more than one batch; the rest is read when there is room', {
    timeout: 60_000,
  }, async () => {
    const facebook = place('facebook')
    const posts: Published[] = []
    while (posts.length < 52) posts.push(await world.post(facebook, 'text'))
    const taken = async () => (await Promise.all(posts.map(countOf))).reduce((sum, count) => sum + count, 0)
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

  test('posts of one account are asked together; one that the platform refuses to speak of does not hold up the others', async () => {
    const instagram = place('instagram')
    const posts = [
      await world.post(instagram, 'image'),
      await world.post(instagram, 'reel'),
      await world.post(instagram, 'image'),
    ]
    const [first, second, youngest] = posts as [Published, Published, Published]
    const before = await lastCall()
    await pass(1.5 * hourMs)
    expect((await reads(before)).filter((call) => call.endpoint === 'media.insights')).toHaveLength(1)
    expect(await Promise.all(posts.map(countOf))).toEqual([1, 1, 1])
    const refusal = {
      platform: 'instagram',
      endpoint: 'media.insights',
      when: 'before' as const,
      kind: 'error' as const,
      code: 100,
      subcode: 2108006,
    }
    await world.rig.fault({ ...refusal, times: 2 })
    await pass(5 * hourMs)
    expect(await Promise.all([first, second, youngest].map(countOf))).toEqual([2, 2, 1])
    expect((await restOf(instagram)).problem).toEqual(expect.any(String))
    await pass(20 * hourMs)
    expect(await countOf(youngest)).toBe(2)
    expect((await restOf(instagram)).problem).toBeNull()
  })

  test('a connection that needs a person is passed over without a call, and goes on when it is connected again', async () => {
    const instagram = place('instagram')
    const post = await world.post(instagram, 'image')
    const [person] = Object.values(
      (await world.rig.control<{ people: Record<string, { id: string }> }>('GET', '/accounts/meta')).people,
    )
    await world.rig.control('POST', `/accounts/meta/people/${person!.id}/state`, { tokens: 'revoked' })
    await pass(1.5 * hourMs)
    expect(await world.sql`select state from channels where id = ${instagram.channelId}`).toEqual([{ state: 'reconnect' }])
    const before = await lastCall()
    await pass(6 * hourMs)
    expect((await reads(before)).filter((call) => call.platform !== 'tiktok')).toEqual([])
    expect(await countOf(post)).toBe(0)
    await world.rig.control('POST', `/accounts/meta/people/${person!.id}/state`, { tokens: 'working' })
    await world.connect('meta')
    await pass(hourMs)
    expect(await countOf(post)).toBe(1)
  })

  test('promise R2: of a disconnected account nothing is asked and the numbers stay; they go where that is chosen', async () => {
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
    await takeChannelOut(sql, channelId, new Date(world.rig.now()))
    const kept = await rowsOf()
    expect(Math.min(...Object.values(kept).map(Number))).toBeGreaterThan(0)
    const before = await lastCall()
    await pass(30 * hourMs)
    expect((await reads(before)).filter((call) => call.platform === 'facebook')).toEqual([])
    expect(await rowsOf()).toEqual(kept)
    await tx(sql, (t) => eraseHistory(t, channelId, new Date(world.rig.now())))
    expect(await rowsOf()).toEqual({ followers: 0, days: 0, posts: 0, snapshots: 0 })
  })

  test('two runs at once measure each post once', async () => {
    const tiktok = place('tiktok')
    const posts = [await world.post(tiktok, 'video'), await world.post(tiktok, 'video')]
    await world.measure()
    await world.travelTo(world.rig.now() + 1.25 * hourMs)
    const run = (id: string) => world.client.workflow.start('measureDue', { workflowId: id, taskQueue, args: [] })
    const runs = await Promise.all([run('measure-a'), run('measure-b')])
    for (const one of runs) await one.result() // one after the other: two that wait at once confuse the skipping of time
    expect(await Promise.all(posts.map(countOf))).toEqual([1, 1])
  })
})
