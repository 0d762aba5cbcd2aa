import { expect, it } from 'vitest'
import { dropOurs } from '../../db/insights/elsewhere-posts.ts'
import { eraseAccountNumbers } from '../../db/insights/measured-channels.ts'
import { enrollPosts } from '../../db/insights/measured-posts.ts'
import { savePostSnapshots } from '../../db/insights/snapshots.ts'
import { tx } from '../../db/postgres/connect.ts'
import { recordOutcome } from '../../db/posts/attempts.ts'
import { lockPost } from '../../db/posts/post-locks.ts'
import { cancelPost } from '../../db/posts/target-moves.ts'
import { markPublished } from '../../db/posts/target-progress.ts'
import { createTestApp } from '../support/app.ts'
import { insertChannel, insertTarget } from '../support/connected.ts'
import { createTestDatabase } from '../support/database.ts'

it('a cancel that waits for the outcome of a send does not prevent the outcome from being written', async () => {
  const { deps, sql, workspaces, cast } = await createTestApp()
  const workspaceId = workspaces.northside
  const { channelId } = await insertChannel(deps, {
    workspaceId,
    userId: cast.admin.id,
    platform: 'facebook',
  })
  const { postId, targetId } = await insertTarget(deps, {
    workspaceId,
    channelId,
    platform: 'facebook',
  })
  await sql`update targets set state = 'sending', attempt_number = 1 where id = ${targetId}`
  const [attempt] = await sql<{ id: string }[]>`
    insert into attempts (workspace_id, target_id, number, revision, fingerprint, claimed_at)
    values (${workspaceId}, ${targetId}, 1, 1, '', now()) returning id`

  let canceling: Promise<unknown> = Promise.resolve()
  await tx(sql, async (t) => {
    await recordOutcome(t, attempt!.id, { outcome: 'accepted', sentAt: new Date(), problem: null })
    canceling = tx(sql, async (other) =>
      cancelPost(other, (await lockPost(other, { workspaceId, postId }))!),
    )
    const waits = () =>
      sql`select from pg_stat_activity where wait_event_type = 'Lock' and datname = current_database()`
    await expect.poll(waits).toHaveLength(1)
    // A transaction's second write to the row checks its reference to the post, which the other
    // transaction has locked.
    expect(
      await markPublished(
        t,
        { id: targetId, attemptNumber: 1 },
        { platformPostId: '1_2', confirmedBy: 'its answer' },
      ),
    ).toBe(true)
  })
  expect(await canceling).toMatchObject([{ changed: false, after: 'published' }])
  const [row] = await sql<
    { deadlocks: number }[]
  >`select deadlocks::int from pg_stat_database where datname = current_database()`
  expect(row?.deadlocks).toBe(0)
})

it('a transaction that Postgres aborts because of a deadlock is run once more, and both complete', async () => {
  const { sql } = await createTestDatabase()
  await sql`create table pairs (id int primary key, count int not null default 0)`
  await sql`insert into pairs (id) values (1), (2)`
  let waiting = 0
  let open = (): void => undefined
  const both = new Promise<void>((resolve) => {
    open = resolve
  })
  let runs = 0
  const add = (first: number, second: number) =>
    tx(sql, async (t) => {
      runs += 1
      await t`update pairs set count = count + 1 where id = ${first}`
      waiting += 1
      if (waiting === 2) open()
      await both
      await t`update pairs set count = count + 1 where id = ${second}`
    })
  await Promise.all([add(1, 2), add(2, 1)])
  expect(runs).toBe(3)
  expect(await sql`select count from pairs order by id`).toEqual([{ count: 2 }, { count: 2 }])
})

it('two runs that start measuring the same posts in different orders both complete', async () => {
  const { deps, sql, workspaces, cast } = await createTestApp()
  const workspaceId = workspaces.northside
  const { channelId } = await insertChannel(deps, {
    ...{ workspaceId, userId: cast.admin.id, platform: 'facebook' },
  })
  const ids: string[] = []
  for (const id of ['71', '72', '73']) {
    const { targetId } = await insertTarget(deps, { workspaceId, channelId, platform: 'facebook' })
    await sql`
      update targets set state = 'published', published_at = now(), platform_post_id = ${id}
      where id = ${targetId}`
    ids.push(targetId)
  }
  const posts = ids.sort().map((targetId) => ({ targetId, nextAt: new Date() }))
  const waiting = (count: number) => {
    const locks = () => sql`
      select from pg_stat_activity where wait_event_type = 'Lock' and datname = current_database()`
    return expect.poll(locks).toHaveLength(count)
  }

  // Both wait for the post in the middle. Whoever began with the last post would now hold it.
  let runs: Promise<unknown>[] = []
  await tx(sql, async (t) => {
    await t`
      insert into measured_targets (target_id, workspace_id, channel_id, kind, published_at)
      select id, workspace_id, channel_id, kind, published_at from targets where id = ${ids[1]!}`
    for (const order of [posts, posts.toReversed()]) {
      runs = [...runs, tx(sql, (other) => enrollPosts(other, order))]
      await waiting(runs.length)
    }
    await t`delete from measured_targets where target_id = ${ids[1]!}`
  })
  await Promise.all(runs)
  expect(await sql`select from measured_targets`).toHaveLength(3)
  expect(await sql`select from unmeasured_targets`).toHaveLength(0)
  const [row] = await sql<{ deadlocks: number }[]>`
    select deadlocks::int from pg_stat_database where datname = current_database()`
  expect(row?.deadlocks).toBe(0)
})

it('a reading, a post that turns out to be ours and an erased account write days in the same order', async () => {
  const { deps, sql, workspaces, cast } = await createTestApp()
  const workspaceId = workspaces.northside
  const place = { workspaceId, userId: cast.admin.id, platform: 'facebook' } as const
  const { channelId } = await insertChannel(deps, place)
  const publish = async (platformPostId: string, kind: string) => {
    const { targetId } = await insertTarget(deps, { workspaceId, channelId, platform: 'facebook' })
    await sql`
      update targets set state = 'published', published_at = now(), kind = ${kind}, platform_post_id = ${platformPostId}
      where id = ${targetId}`
    return targetId
  }
  const dueAt = new Date()
  const kinds = ['photo', 'text']
  const ids = [await publish('81', 'photo'), await publish('82', 'text')]
  await enrollPosts(
    sql,
    ids.map((targetId) => ({ targetId, nextAt: dueAt })),
  )
  await sql`insert into measured_channels (channel_id, workspace_id, next_at) values (${channelId}, ${workspaceId}, now())`
  const [other] = await sql<{ id: string }[]>`
    insert into elsewhere_posts (workspace_id, channel_id, platform_post_id, kind, text, published_at, next_at, predates)
    values (${workspaceId}, ${channelId}, '83', 'photo', '', now(), ${dueAt}, false) returning id`
  const read = (made: 'here' | 'elsewhere', posts: string[], views: number) =>
    savePostSnapshots(sql, {
      ...{
        channelId,
        made,
        source: 'test',
        summed: [],
        takenAt: new Date(dueAt.getTime() + views),
      },
      posts: posts.map((id) => ({ id, dueAt, nextAt: dueAt, numbers: { views }, more: {} })),
    })
  await read('here', ids, 1)
  await read('elsewhere', [other!.id], 2)
  await publish('83', 'photo')
  const waiting = (count: number) => {
    const locks = () => sql`
      select from pg_stat_activity where wait_event_type = 'Lock' and datname = current_database()`
    return expect.poll(locks).toHaveLength(count)
  }

  // The reading has written its first format and waits for the second.
  let runs: Promise<unknown>[] = []
  await tx(sql, async (t) => {
    await t`select from format_days where channel_id = ${channelId} and kind = ${kinds[1]!} for update`
    runs = [read('here', ids, 3)]
    await waiting(1)
    runs.push(dropOurs(sql, channelId))
    await waiting(2)
    runs.push(tx(sql, (erasing) => eraseAccountNumbers(erasing, [channelId])))
    await waiting(3)
  })
  await Promise.all(runs)
  for (const table of ['channel_days', 'format_days', 'elsewhere_posts'])
    expect(await sql`select from ${sql(table)}`).toHaveLength(0)
  const [row] = await sql<{ deadlocks: number }[]>`
    select deadlocks::int from pg_stat_database where datname = current_database()`
  expect(row?.deadlocks).toBe(0)
})
