import { beforeAll, expect, test } from 'vitest'
import { nextAccountAt, nextMeasureAt } from '../../activities/measuring-times.ts'
import { saveChannel } from '../../db/channels.ts'
import { saveGrant } from '../../db/grants.ts'
import { taskQueue } from '../../workflows/names.ts'
import { type MeasuringWorld, startMeasuringWorld } from '../support/measuring-world.ts'

const minuteMs = 60_000
const hourMs = 60 * minuteMs
const dayMs = 24 * hourMs

let world: MeasuringWorld
beforeAll(async () => {
  world = await startMeasuringWorld()
}, 60_000)

/** Moments of rows as the schedule makes them: each at the first quarter of an hour after it is due. */
const isWithin = (taken: Date, dueMs: number) => taken.getTime() >= dueMs && taken.getTime() < dueMs + 16 * minuteMs

test('promise U3, R3: 24 months of one account and its post: each number at its age, once, and nothing after', {
  timeout: 600_000,
}, async () => {
  const { sql, rig } = world
  const { tiktok } = await world.connect('tiktok')
  const post = await world.post(tiktok!, 'video')
  const { channelId } = tiktok!
  const startedAt = new Date(rig.now())
  const endMs = post.publishedAt.getTime() + 731 * dayMs
  for (const day of [360, 720]) {
    await world.measureUntil(startedAt.getTime() + day * dayMs)
    await world.connect('tiktok') // TikTok wants the person once in 365 days
  }
  await world.measureUntil(endMs)

  const taken = await sql<{ takenAt: Date; views: string }[]>`
    select taken_at, views from snapshots where target_id = ${post.targetId} order by taken_at`
  const due: number[] = []
  const times = { channelId, publishedAt: post.publishedAt, toldForMs: null }
  for (let at = nextMeasureAt(times, post.publishedAt.getTime()); at; at = nextMeasureAt(times, at.getTime()))
    due.push(at.getTime())
  expect(due).toHaveLength(132)
  const days = (atMs: number) => (atMs - post.publishedAt.getTime()) / dayMs
  const missed = due.filter((dueMs) => !taken.some((row) => isWithin(row.takenAt, dueMs))).map(days)
  const extra = taken
    .filter((row) => !due.some((dueMs) => isWithin(row.takenAt, dueMs)))
    .map((row) => days(row.takenAt.getTime()))
  expect({ missed, extra, taken: taken.length }).toEqual({ missed: [], extra: [], taken: 132 })
  expect(taken.every((row, index) => index === 0 || BigInt(row.views) >= BigInt(taken[index - 1]!.views))).toBe(true)
  const [row] = await sql`select next_at, views from measured_targets where target_id = ${post.targetId}`
  expect(row).toEqual({ nextAt: null, views: taken.at(-1)?.views })

  const followers = await sql<{ takenAt: Date; followers: number }[]>`
    select taken_at, followers from account_snapshots where channel_id = ${channelId} order by taken_at`
  const [channel] = await sql<{ connectedAt: Date }[]>`select connected_at from channels where id = ${channelId}`
  let dueMs = followers[0]!.takenAt.getTime()
  expect(isWithin(followers[0]!.takenAt, channel!.connectedAt.getTime())).toBe(true)
  for (const { takenAt } of followers.slice(1)) {
    dueMs = nextAccountAt(channelId, channel!.connectedAt, dueMs).getTime()
    expect(isWithin(takenAt, dueMs)).toBe(true)
  }
  expect(followers).toHaveLength(1 + Math.round((dueMs - channel!.connectedAt.getTime()) / dayMs))
  expect(endMs - followers.at(-1)!.takenAt.getTime()).toBeLessThan(dayMs + 30 * minuteMs)
  const [sums] = await sql`
    select (select sum(views)::text from channel_days where channel_id = ${channelId}) as gained, count(*)::int as days
    from channel_days where channel_id = ${channelId}`
  expect(sums).toEqual({ gained: taken.at(-1)?.views, days: followers.length })
})

/** The same account, connected in many workspaces: each a channel of its own. */
const connectEverywhere = async (count: number) => {
  const { rig, sql, deps, adminId: userId } = world
  const { tokens, offers } = await rig.connect('tiktok')
  const lifeMs = rig.now() + dayMs
  const offer = offers.find(({ name }) => name === 'Northside Records')!
  const ids: string[] = []
  for (let index = 0; index < count; index += 1) {
    const [workspace] = await sql<{ id: string }[]>`
      insert into workspaces (slug, name, zone) values (${`house-${index}`}, 'House', 'UTC') returning id`
    const workspaceId = workspace!.id
    const grantId = await saveGrant(sql, deps.vault, {
      workspaceId,
      issuer: 'tiktok',
      userId,
      tokens: { ...tokens, expiresAtMs: lifeMs },
    })
    ids.push((await saveChannel(sql, deps.vault, { workspaceId, grantId, offer })).id)
  }
  return ids
}

test('however many accounts are due, no history passes 2,000 events, and each account is asked once', {
  timeout: 240_000,
}, async () => {
  const { sql, client } = world
  const ids = await connectEverywhere(420)
  const first = await client.workflow.start('measureDue', { workflowId: 'measure-many', taskQueue, args: [] })
  await first.result()
  const lengths: number[] = []
  for (let runId: string | undefined = first.firstExecutionRunId; runId; ) {
    const { events } = await client.workflow.getHandle('measure-many', runId).fetchHistory()
    lengths.push(events?.length ?? 0)
    runId = events?.at(-1)?.workflowExecutionContinuedAsNewEventAttributes?.newExecutionRunId ?? undefined
  }
  expect(lengths.length).toBeGreaterThan(1)
  expect(Math.max(...lengths)).toBeLessThan(2_000)
  const asked = await sql<{ count: number }[]>`
    select count(*)::int as count from account_snapshots where channel_id = any(${ids}) group by channel_id`
  expect(asked.map((row) => row.count)).toEqual(ids.map(() => 1))
})
