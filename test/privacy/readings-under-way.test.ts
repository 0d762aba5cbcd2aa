import { beforeEach, describe, expect, test } from 'vitest'
import { saveOwnPosts } from '../../db/insights/elsewhere-posts.ts'
import { eraseAccountNumbers } from '../../db/insights/measured-channels.ts'
import { saveAccountDay, saveFollowers, savePostSnapshots } from '../../db/insights/snapshots.ts'
import { type Db, tx } from '../../db/postgres/connect.ts'
import {
  eraseChannels,
  eraseTargets,
  listPlatformData,
  lockPlatformData,
} from '../../db/privacy/platform-erasure.ts'
import { createTestApp, type TestApp } from '../support/app.ts'
import { measuredRows } from '../support/insights/measured-rows.ts'
import { connectAll } from '../support/posts.ts'

let app: TestApp
let channelId: string
let workspaceId: string
let targetId: string
let elsewhereId: string
const now = new Date()
const nextAt = new Date(now.getTime() + 86_400_000)
const tables = [
  'account_snapshots',
  'channel_days',
  'elsewhere_posts',
  'measured_channels',
  'measured_targets',
] as const

beforeEach(async () => {
  app = await createTestApp()
  workspaceId = app.workspaces.northside
  const channels = await connectAll(app.deps, { workspaceId, userId: app.cast.admin.id })
  channelId = channels.instagram
  ;({ targetId } = await measuredRows(app, channels).measured('instagram', {
    daysAgo: 2,
    readings: [{ hours: 1, views: 5 }],
  }))
  await app.sql`
    insert into measured_channels (channel_id, workspace_id, next_at, days_at) values (${channelId}, ${workspaceId}, ${now}, ${now})`
  await app.sql`update measured_targets set next_at = ${now} where target_id = ${targetId}`
  await app.sql`update targets set platform_post_id = '71' where id = ${targetId}`
  const [elsewhere] = await app.sql<{ id: string }[]>`
    insert into elsewhere_posts (workspace_id, channel_id, platform_post_id, kind, text, published_at, next_at, predates)
    values (${workspaceId}, ${channelId}, '73', 'image', 'Made before', ${now}, ${now}, false) returning id`
  elsewhereId = elsewhere!.id
})

const due = { dueAt: now, nextAt, takenAt: now, source: 'test', summed: [] }
const ownPost = {
  ...{
    platformPostId: '72',
    otherIds: [],
    kind: 'image',
    text: 'Made on the phone',
    permalink: null,
  },
  publishedAt: new Date(now.getTime() - 3_600_000),
}
const readings: Record<string, (t: Db) => Promise<unknown>> = {
  followers: (t) => saveFollowers(t, { ...due, channelId, followers: 4_711 }),
  'a day of the account': (t) =>
    saveAccountDay(t, { ...due, channelId, day: { date: '2026-01-01', views: 4_711, reach: 1 } }),
  'numbers of a post': (t) =>
    savePostSnapshots(t, {
      ...{ channelId, made: 'here', takenAt: now, source: 'test', summed: [] },
      posts: [{ id: targetId, dueAt: now, nextAt, numbers: { views: 4_711 }, more: {} }],
    }),
  'posts that were not made here': (t) =>
    saveOwnPosts(t, { workspaceId, channelId, posts: [ownPost], beganAt: now, now }),
  'numbers of a post that was not made here': (t) =>
    savePostSnapshots(t, {
      ...{ channelId, made: 'elsewhere', takenAt: now, source: 'test', summed: [] },
      posts: [{ id: elsewhereId, dueAt: now, nextAt, numbers: { views: 4_712 }, more: {} }],
    }),
}

/** Deletes the account's data, as a platform's deletion request does. */
const erase = async (): Promise<void> => {
  const [grant] = await app.sql<
    { id: string }[]
  >`select grant_id as id from channels where id = ${channelId}`
  for (const data of await listPlatformData(app.sql, [grant!.id], now))
    await tx(app.sql, async (t) => {
      await lockPlatformData(t, data)
      await eraseTargets(t, data)
      await eraseChannels(t, data)
    })
}

/** Whether a transaction is waiting for another one's lock. */
const isWaitedFor = async (): Promise<boolean> => {
  const [row] = await app.sql<{ waits: boolean }[]>`
    select exists (select from pg_locks where not granted and database is not distinct from
      (select oid from pg_database where datname = current_database()) or not granted and locktype = 'transactionid') as waits`
  return row!.waits
}

/** Starts `work` while the reading is written but not yet committed. */
const whileWritten = async (
  reading: (t: Db) => Promise<unknown>,
  work: () => Promise<void>,
): Promise<void> => {
  let done: Promise<void> | undefined
  await tx(app.sql, async (t) => {
    await reading(t)
    done = work()
    done.catch(() => undefined) // awaited below
    await expect.poll(isWaitedFor).toBe(true)
  })
  await done
}

const leftIn = async (): Promise<string[]> => {
  const kept = await Promise.all(
    tables.map(async (name) => ({
      name: name as string,
      rows: await app.sql`select from ${app.sql(name)} where channel_id = ${channelId}`,
    })),
  )
  const snapshots =
    await app.sql`select from snapshots where target_id = ${targetId} or elsewhere_id = ${elsewhereId}`
  return [...kept, { name: 'snapshots', rows: snapshots }]
    .filter(({ rows }) => rows.length > 0)
    .map(({ name }) => name)
}

describe('promise E5: a reading in progress while a platform has its data deleted', () => {
  for (const what of Object.keys(readings))
    test(`is deleted: ${what}`, async () => {
      await whileWritten(readings[what]!, erase)
      expect(await leftIn()).toEqual([])
    })

  test('does not come back with a later one, and posts that were published elsewhere are deleted too', async () => {
    await readings['posts that were not made here']!(app.sql)
    expect(await leftIn()).toContain('elsewhere_posts')
    await erase()
    expect(await leftIn()).toEqual([])
    for (const reading of Object.values(readings)) await reading(app.sql)
    expect(await leftIn()).toEqual([])
  })
})

test('promise R2: a reading in progress while the history of an account is erased is deleted with it', async () => {
  const its = [
    'followers',
    'a day of the account',
    'posts that were not made here',
    'numbers of a post that was not made here',
  ]
  for (const what of its.toReversed()) {
    await app.sql`
      insert into measured_channels (channel_id, workspace_id, next_at, days_at)
      values (${channelId}, ${workspaceId}, ${now}, ${now}) on conflict do nothing`
    await whileWritten(readings[what]!, () =>
      tx(app.sql, (t) => eraseAccountNumbers(t, [channelId])),
    )
    const left = (await leftIn()).filter(
      (name) => !['measured_targets', 'snapshots'].includes(name),
    )
    expect(left, what).toEqual([])
  }
})
