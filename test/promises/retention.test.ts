import { randomBytes } from 'node:crypto'
import { Readable } from 'node:stream'
import { beforeAll, describe, expect, it } from 'vitest'
import { sweep } from '../../activities/retention.ts'
import { rules, standing } from '../../db/retention.ts'
import { listLatestSweeps } from '../../db/sweeps.ts'
import { createTestApp, type TestApp } from '../support/app.ts'
import { insertChannel, insertTarget } from '../support/connected.ts'
import { addMedia } from '../support/posts.ts'

const dayMs = 86_400_000
let test: TestApp
beforeAll(async () => {
  test = await createTestApp()
})

const rule = (name: string) => rules.find((one) => one.name === name)!
/** The sweep as it would run so many days from now. */
const sweepIn = (name: string, days: number) => {
  const { sql, deps } = test
  return sweep({ sql, mediaStore: deps.mediaStore, now: () => Date.now() + days * dayMs }, rule(name))
}

/** A stored file with a public address, in a post that was published just now when `state` says so. */
const publish = async (state: string) => {
  const { sql, deps, cast, workspaces } = test
  const mediaId = await addMedia(deps, workspaces.northside, cast.admin.id)
  const key = randomBytes(24).toString('base64url')
  await deps.mediaStore.put(key, Readable.from([Buffer.alloc(240_000, 1)]))
  await sql`update media set store_key = ${key} where id = ${mediaId}`
  const place = { workspaceId: workspaces.northside, platform: 'facebook' as const }
  const { channelId } = await insertChannel(deps, { ...place, userId: cast.admin.id })
  const { targetId, postId } = await insertTarget(deps, { ...place, channelId, mediaIds: [mediaId] })
  await sql`update targets set state = ${state}, state_at = now(), published_at = case when ${state} = 'published' then now() end where id = ${targetId}`
  const name = `${randomBytes(24).toString('base64url')}.jpg`
  await sql`insert into media_links (name, media_id, workspace_id) values (${name}, ${mediaId}, ${workspaces.northside})`
  const status = async () => (await test.browser().request(`/media/${name}`, {})).status
  return { mediaId, postId, key, status, onDisk: () => deps.mediaStore.size(key) }
}

describe('what is kept, and for how long', () => {
  it('promise R4: a file is there 89 days after its post was published, and gone from its address and the disk after 91', async () => {
    const file = await publish('published')
    await sweepIn('media', 89)
    expect([await file.status(), await file.onDisk()]).toEqual([200, 240_000])
    expect(await sweepIn('media', 91)).toEqual({ removed: 1 })
    expect([await file.status(), await file.onDisk()]).toEqual([410, null])
  })

  it('promise R4: a file of a post that is still to go out stays, however long it takes', async () => {
    const file = await publish('scheduled')
    await sweepIn('media', 400)
    expect(await file.status()).toBe(200)
    await test.sql`update targets set state = 'canceled', state_at = now() + interval '400 days' where post_id = ${file.postId}`
    await sweepIn('media', 489)
    expect(await file.status()).toBe(200)
    await sweepIn('media', 491)
    expect(await file.status()).toBe(410)
  })

  it('promise R4: a sweep that died between the address and the bytes is finished by the next', async () => {
    const file = await publish('published')
    await test.sql`update media set purged_at = now() where id = ${file.mediaId}`
    expect(await file.onDisk()).toBe(240_000)
    await sweepIn('media', 1)
    expect(await file.onDisk()).toBeNull()
  })

  it('promise R4: a file that no post ever used goes 90 days after its upload', async () => {
    const id = await addMedia(test.deps, test.workspaces.northside, test.cast.admin.id)
    await test.sql`update media set store_key = ${randomBytes(24).toString('base64url')} where id = ${id}`
    const purged = async () => (await test.sql`select from media where id = ${id} and purged_at is not null`).length
    await sweepIn('media', 89)
    expect(await purged()).toBe(0)
    await sweepIn('media', 91)
    expect(await purged()).toBe(1)
  })

  it('promise R1: an account is kept 29 days after its deactivation, and its erasure begins after 31', async () => {
    const person = await test.addPerson('Dora Deactivated')
    await test.sql`update users set deactivated_at = now(), deactivated_by = 'person' where id = ${person.id}`
    const requests = () => test.sql<{ origin: string }[]>`select origin from deletion_requests where user_id = ${person.id}`
    await sweepIn('accounts', 29)
    expect(await requests()).toEqual([])
    await sweepIn('accounts', 31)
    await sweepIn('accounts', 32)
    expect(await requests()).toMatchObject([{ origin: 'retention' }])
  })

  it('promise R3: a snapshot is there a day before 24 months, and gone a day after', async () => {
    const { sql, deps, cast, workspaces } = test
    const place = { workspaceId: workspaces.northside, platform: 'facebook' as const }
    const { channelId } = await insertChannel(deps, { ...place, userId: cast.admin.id })
    const { targetId } = await insertTarget(deps, { ...place, channelId })
    // Two partitions, so that a row of the one is not taken for a row of the other.
    await sql`insert into snapshots (workspace_id, target_id, taken_at, source) values
      (${workspaces.northside}, ${targetId}, now(), 'test'), (${workspaces.northside}, ${targetId}, now() - interval '20 days', 'test')`
    const inMonths = async (days: number) => {
      const [ahead] = await sql<{ days: number }[]>`
        select extract(epoch from now() + interval '24 months' - now())::float8 / 86400 as days`
      return (await sweepIn('snapshots', ahead!.days + days)).removed
    }
    expect([await inMonths(-21), await inMonths(-19), await inMonths(-1), await inMonths(1)]).toEqual([0, 1, 0, 1])
  })

  it('promise R3: months that lie before the term as a whole are dropped with their rows, and counted', async () => {
    const { sql, deps, cast, workspaces } = test
    const place = { workspaceId: workspaces.northside, platform: 'facebook' as const }
    const { channelId } = await insertChannel(deps, { ...place, userId: cast.admin.id })
    const { targetId } = await insertTarget(deps, { ...place, channelId })
    const old = new Date('2021-02-10T12:00:00Z')
    await sql`select ensure_snapshot_months(${old})`
    await sql`insert into snapshots (workspace_id, target_id, taken_at, source)
      select ${workspaces.northside}, ${targetId}, ${old}::timestamptz + n * interval '1 hour', 'test' from generate_series(1, 700) n`
    const months = async () =>
      (
        await sql<
          { name: string }[]
        >`select relname as name from pg_class where relname like 'snapshots\\_2021%' and relkind = 'r'`
      ).map((row) => row.name)
    expect(await months()).toContain('snapshots_2021_02')
    expect(await sweepIn('snapshots', 0)).toEqual({ removed: 700 })
    expect(await months()).toEqual([])
  })

  it.each([
    ['measured_targets', 'taken_at'],
    ['account_snapshots', 'taken_at'],
    ['channel_days', 'day'],
  ])('promise R3: %s are there a day before 24 months, and gone two days after', async (table, column) => {
    const { sql, deps, cast, workspaces } = test
    const place = { workspaceId: workspaces.northside, platform: 'facebook' as const }
    const { channelId } = await insertChannel(deps, { ...place, userId: cast.admin.id })
    const { targetId } = await insertTarget(deps, { ...place, channelId })
    await sql`insert into ${sql(table)} ${sql({
      workspace_id: workspaces.northside,
      channel_id: channelId,
      ...(table === 'measured_targets' ? { target_id: targetId, published_at: new Date() } : {}),
      ...(table === 'account_snapshots' ? { source: 'test' } : {}),
      ...(column === 'day' ? { day: new Date() } : {}),
      taken_at: new Date(),
    })}`
    const [ahead] = await sql<{ days: number }[]>`
      select extract(epoch from now() + interval '24 months' - now())::float8 / 86400 as days`
    expect(await sweepIn(table, ahead!.days - 1)).toEqual({ removed: 0 })
    expect(await sweepIn(table, ahead!.days + 2)).toEqual({ removed: 1 })
  })

  it.each([
    ['invitations', 29, 31],
    ['events', 729, 732],
    ['outbox', 29, 31],
    ['throttle', 0.9, 1.1],
  ])('promise S6: %s are there after %d days and gone after %d', async (name, before, after) => {
    const { sql, workspaces } = test
    await sql`delete from ${sql(name)}`
    if (name === 'invitations')
      await sql`insert into invitations (code_hash, workspace_id, role, expires_at) values ('\\x01', ${workspaces.northside}, 'manager', now())`
    if (name === 'events') await sql`insert into events (name) values ('post.scheduled')`
    if (name === 'outbox') await sql`insert into outbox (kind, ref_id) values ('target', uuid_v7())`
    if (name === 'throttle') await sql`insert into throttle (key, hits, reset_at) values ('k', 1, now())`
    expect(await sweepIn(name, before)).toEqual({ removed: 0 })
    expect(await sweepIn(name, after)).toEqual({ removed: 1 })
  })

  it('promise R1: more rows than one batch all go in one sweep, and the sweep says what it left', async () => {
    const { sql } = test
    await sql`delete from sweeps`
    await sql`delete from outbox`
    await sql`insert into outbox (kind, ref_id, created_at) select 'target', uuid_v7(), now() - interval '40 days' from generate_series(1, 1234)`
    await sql`insert into outbox (kind, ref_id) values ('target', uuid_v7())`
    expect(await sweepIn('outbox', 0)).toEqual({ removed: 1234 })
    const latest = (await listLatestSweeps(sql)).get('outbox')
    expect(latest).toMatchObject({ removed: 1234, leftCount: 1 })
    expect(Date.now() - latest!.oldestLeftAt!.getTime()).toBeLessThan(60_000)
  })

  it('promise S6: every table has a term, or says what it lives with', async () => {
    const tables = await test.sql<{ name: string }[]>`
      select relname as name from pg_class where relnamespace = 'public'::regnamespace and relkind in ('r', 'p') and not relispartition order by 1`
    const termed = new Set(rules.map((one) => one.table))
    expect(tables.map(({ name }) => name).filter((name) => !termed.has(name) && !(name in standing))).toEqual([])
  })
})
