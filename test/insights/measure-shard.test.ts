import { beforeAll, expect, test } from 'vitest'
import { nextAccountAt, nextMeasureAt } from '../../activities/insights/times.ts'
import { saveChannel } from '../../db/channels/channels.ts'
import { saveGrant } from '../../db/channels/grants.ts'
import { listReadings } from '../../db/insights/post-numbers.ts'
import type { Sql } from '../../db/postgres/connect.ts'
import { taskQueue } from '../../workflows/names.ts'
import { type MeasuringWorld, startMeasuringWorld } from '../support/insights/measuring-world.ts'

const minuteMs = 60_000
const hourMs = 60 * minuteMs
const dayMs = 24 * hourMs

let world: MeasuringWorld
beforeAll(async () => {
  world = await startMeasuringWorld()
}, 60_000)

/**
 * Whether a reading was taken when the schedule would: in the first run after it is due, which is
 * every 15 minutes.
 */
const isWithin = (taken: Date, dueMs: number) =>
  taken.getTime() >= dueMs && taken.getTime() < dueMs + 16 * minuteMs

test('promise U3, R3: 24 months of one account and its post: each number is read at its age, once, and none after that', {
  timeout: 600_000,
}, async () => {
  const { sql, rig } = world
  const { tiktok } = await world.connect('tiktok')
  const post = await world.post(tiktok!, 'video')
  const { channelId } = tiktok!
  await recordReadings(sql)
  const startedAt = new Date(rig.now())
  const endMs = post.publishedAt.getTime() + 731 * dayMs
  for (const day of [360, 720]) {
    await world.measureUntil(startedAt.getTime() + day * dayMs)
    await world.connect('tiktok') // TikTok requires the person to reconnect once in 365 days
  }
  await world.measureUntil(endMs)

  const taken = await sql<{ takenAt: Date; views: string }[]>`
    select taken_at, views from every_reading where target_id = ${post.targetId} order by taken_at`
  const due: number[] = []
  const times = { channelId, publishedAt: post.publishedAt, toldForMs: null }
  for (
    let at = nextMeasureAt(times, post.publishedAt.getTime());
    at;
    at = nextMeasureAt(times, at.getTime())
  )
    due.push(at.getTime())
  expect(due).toHaveLength(132)
  const days = (atMs: number) => (atMs - post.publishedAt.getTime()) / dayMs
  const missed = due.filter((dueMs) => !taken.some((row) => isWithin(row.takenAt, dueMs))).map(days)
  const extra = taken
    .filter((row) => !due.some((dueMs) => isWithin(row.takenAt, dueMs)))
    .map((row) => days(row.takenAt.getTime()))
  expect({ missed, extra, taken: taken.length }).toEqual({ missed: [], extra: [], taken: 132 })
  expect(
    taken.every(
      (row, index) => index === 0 || BigInt(row.views) >= BigInt(taken[index - 1]!.views),
    ),
  ).toBe(true)
  const [row] =
    await sql`select next_at, views from measured_targets where target_id = ${post.targetId}`
  expect(row).toEqual({ nextAt: null, views: taken.at(-1)?.views })

  const rows = await sql<{ takenAt: Date; lastSeenAt: Date | null; views: string }[]>`
    select taken_at, last_seen_at, views from snapshots where target_id = ${post.targetId} order by taken_at`
  // Most readings in two years change nothing, so they store no row.
  expect(rows.length).toBeLessThan(taken.length / 4)
  const rebuilt = taken.map(({ takenAt }) => rows.findLast((one) => one.takenAt <= takenAt)?.views)
  expect(rebuilt).toEqual(taken.map((one) => one.views))
  const readings = await listReadings(sql, world.workspaceId, 'here', [post.targetId])
  const shown = readings.map((one) => [one.takenAt.toISOString(), String(one.views)])
  const known = taken.map((one) => [one.takenAt.toISOString(), one.views])
  expect(known).toEqual(expect.arrayContaining(shown))
  expect([shown.at(0), shown.at(-1)]).toEqual([known.at(0), known.at(-1)])

  const followers = await sql<{ takenAt: Date; followers: number }[]>`
    select taken_at, followers from account_snapshots where channel_id = ${channelId} order by taken_at`
  const [channel] = await sql<
    { connectedAt: Date }[]
  >`select connected_at from channels where id = ${channelId}`
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

/** Records every reading, whether or not it stores a row. */
const recordReadings = async (sql: Sql) => {
  await sql`create table every_reading as select target_id, taken_at, views from measured_targets where false`
  await sql`create function record_reading() returns trigger language plpgsql as $$
    begin insert into every_reading values (new.target_id, new.taken_at, new.views); return null; end $$`
  await sql`create trigger recorded after update of taken_at on measured_targets for each row
    when (new.taken_at is distinct from old.taken_at) execute function record_reading()`
}

/** Connects the same account in many workspaces, each with its own channel. */
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

test('however many accounts are due, no history exceeds 2,000 events, and each account is read once', {
  timeout: 240_000,
}, async () => {
  const { sql, client } = world
  const ids = await connectEverywhere(420)
  // Moves all into shard 0.
  await sql`update channels set id = (left(id::text, 34) || 'a0')::uuid where id = any(${ids})`
  const args = [{ shard: 0, after: null, failed: 0 }]
  const first = await client.workflow.start('measureShard', {
    workflowId: 'measure-many',
    taskQueue,
    args,
  })
  await first.result()
  const lengths: number[] = []
  for (let runId: string | undefined = first.firstExecutionRunId; runId; ) {
    const { events } = await client.workflow.getHandle('measure-many', runId).fetchHistory()
    lengths.push(events?.length ?? 0)
    runId =
      events?.at(-1)?.workflowExecutionContinuedAsNewEventAttributes?.newExecutionRunId ?? undefined
  }
  expect(lengths.length).toBeGreaterThan(1)
  expect(Math.max(...lengths)).toBeLessThan(2_000)
  const asked = await sql<{ count: number }[]>`
    select count(*)::int as count from account_snapshots s join channels c on c.id = s.channel_id
      join workspaces w on w.id = c.workspace_id where w.slug like 'house-%' group by channel_id`
  expect(asked.map((row) => row.count)).toEqual(ids.map(() => 1))
})
