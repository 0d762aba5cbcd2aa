import { randomBytes } from 'node:crypto'
import { appendFileSync, existsSync, readFileSync, utimesSync } from 'node:fs'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { createRetentionActivities, sweep } from '../../activities/privacy/retention.ts'
import { ensureSnapshotMonths } from '../../db/insights/snapshots.ts'
import { historyDays, logDays, rules, standing } from '../../db/privacy/retention.ts'
import { listLatestSweeps } from '../../db/privacy/sweeps.ts'
import { turnLogs } from '../../local/log-file.ts'
import { keepHistoriesFor, keptDays } from '../../temporal/histories.ts'
import { createTestApp, type TestApp } from '../support/app.ts'
import { insertChannel, insertTarget } from '../support/connected.ts'
import { createTestTemporal, type TestTemporal } from '../support/servers/temporal.ts'

const dayMs = 86_400_000
let test: TestApp
let temporal: TestTemporal
beforeAll(async () => {
  test = await createTestApp()
  temporal = await createTestTemporal()
})

const rule = (name: string) => rules.find((one) => one.name === name)!
/** Runs the sweep as it would run this many days from now. */
const sweepIn = (name: string, days: number) => {
  const { deps } = test
  return sweep(
    { ...deps, client: temporal.client, now: () => Date.now() + days * dayMs },
    rule(name),
  )
}
// A sweep in the future drops whole months, including the current one on the last day of a month.
beforeEach(() => ensureSnapshotMonths(test.sql, new Date()))

describe('retention', () => {
  it('promise R1: keeps an account for 29 days after its deactivation, and starts its erasure by day 31', async () => {
    const person = await test.addPerson('Dora Deactivated')
    await test.sql`update users set deactivated_at = now(), deactivated_by = 'person' where id = ${person.id}`
    const requests = () =>
      test.sql<
        { origin: string }[]
      >`select origin from deletion_requests where user_id = ${person.id}`
    await sweepIn('accounts', 29)
    expect(await requests()).toEqual([])
    await sweepIn('accounts', 31)
    await sweepIn('accounts', 32)
    expect(await requests()).toMatchObject([{ origin: 'retention' }])
  })

  it('promise R3: keeps a snapshot until a day before 24 months, and deletes it by a day after', async () => {
    const { sql, deps, cast, workspaces } = test
    const place = { workspaceId: workspaces.northside, platform: 'facebook' as const }
    const { channelId } = await insertChannel(deps, { ...place, userId: cast.admin.id })
    const { targetId } = await insertTarget(deps, { ...place, channelId })
    // In two partitions, so that a row in one isn't mistaken for a row in the other.
    await sql`insert into snapshots (workspace_id, target_id, taken_at, source) values
      (${workspaces.northside}, ${targetId}, now(), 'test'), (${workspaces.northside}, ${targetId}, now() - interval '20 days', 'test')`
    const inMonths = async (days: number) => {
      const [ahead] = await sql<{ days: number }[]>`
        select extract(epoch from now() + interval '24 months' - now())::float8 / 86400 as days`
      return (await sweepIn('snapshots', ahead!.days + days)).removed
    }
    expect([
      await inMonths(-21),
      await inMonths(-19),
      await inMonths(-1),
      await inMonths(1),
    ]).toEqual([0, 1, 0, 1])
  })

  it('promise R3: drops whole months that are past the retention time with their rows, and counts them', async () => {
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
    ['format_days', 'day'],
    ['annotations', 'day'],
  ])(
    'promise R3: keeps %s until a day before 24 months, and deletes them by two days after',
    async (table, column) => {
      const { sql, deps, cast, workspaces } = test
      const place = { workspaceId: workspaces.northside, platform: 'facebook' as const }
      const { channelId } = await insertChannel(deps, { ...place, userId: cast.admin.id })
      const { targetId } = await insertTarget(deps, { ...place, channelId })
      await sql`insert into ${sql(table)} ${sql({
        workspace_id: workspaces.northside,
        channel_id: channelId,
        ...(table === 'measured_targets'
          ? { target_id: targetId, published_at: new Date(), kind: 'photo' }
          : {}),
        ...(table === 'format_days' ? { kind: 'photo' } : {}),
        ...(table === 'account_snapshots' ? { source: 'test' } : {}),
        ...(column === 'day' ? { day: new Date() } : {}),
        ...(table === 'annotations' ? { text: 'Vinyl fair' } : { taken_at: new Date() }),
      })}`
      const [ahead] = await sql<{ days: number }[]>`
      select extract(epoch from now() + interval '24 months' - now())::float8 / 86400 as days`
      expect(await sweepIn(table, ahead!.days - 1)).toEqual({ removed: 0 })
      expect(await sweepIn(table, ahead!.days + 2)).toEqual({ removed: 1 })
    },
  )

  it.each([
    ['invitations', 29, 31],
    ['events', 729, 732],
    ['outbox', 29, 31],
    ['throttle', 0.9, 1.1],
    ['sessions', 0.9, 1.1],
    ['notices', 89, 91],
    ['deletion_requests', 89, 91],
    ['policy_letters', 729, 732],
    ['post_versions', 89, 91],
    ['unsaved_edits', 89, 91],
  ])('promise S6: keeps %s for %d days and deletes them by day %d', async (name, before, after) => {
    const { sql, workspaces } = test
    await sql`delete from ${sql(name)}`
    if (name === 'invitations')
      await sql`insert into invitations (code_hash, workspace_id, role, expires_at) values ('\\x01', ${workspaces.northside}, 'manager', now())`
    if (name === 'events') await sql`insert into events (name) values ('post.scheduled')`
    if (name === 'outbox') await sql`insert into outbox (kind, ref_id) values ('target', uuid_v7())`
    if (name === 'throttle')
      await sql`insert into throttle (key, hits, reset_at) values ('k', 1, now())`
    const { id } = await test.addPerson(`Somebody ${name}`)
    if (name === 'sessions') await sql`delete from sessions where user_id = ${id}`
    if (name === 'sessions')
      await sql`insert into sessions (token_hash, user_id, expires_at, ends_at) values ('\\x02', ${id}, now(), now() + interval '9 days')`
    if (name === 'notices')
      await sql`insert into notices (workspace_id, user_id, kind, cause, by_mail) values (${workspaces.northside}, ${id}, 'failed', 'x', false)`
    if (name === 'deletion_requests')
      await sql`insert into deletion_requests (code_hash, origin, finished_at) values ('\\x03', 'page', now())`
    if (name === 'post_versions' || name === 'unsaved_edits') {
      const [post] =
        await sql`insert into posts (workspace_id) values (${workspaces.northside}) returning id`
      await sql`insert into ${sql(name)} ${sql({
        workspace_id: workspaces.northside,
        post_id: post!.id,
        user_id: id,
        version: 1,
        form: sql.json({}),
      })}`
    }
    if (name === 'policy_letters') {
      await sql`insert into policy_versions (version, published_on, material, changes) values ('9', now(), true, 'x')`
      await sql`insert into policy_letters (version, user_id, mailed_at) values ('9', ${id}, now())`
    }
    expect(await sweepIn(name, before)).toEqual({ removed: 0 })
    expect(await sweepIn(name, after)).toEqual({ removed: 1 })
  })

  it('promise E1: keeps an export that nobody downloads for 7 days', async () => {
    const { id } = await test.addPerson('Nobody Fetches')
    const key = randomBytes(24).toString('base64url')
    await test.deps.mediaStore.put(key, Readable.from([Buffer.alloc(1_000)]))
    await test.sql`insert into exports (user_id, store_key, made_at) values (${id}, ${key}, now())`
    await sweepIn('exports', 6.9)
    expect(await test.deps.mediaStore.size(key)).toBe(1_000)
    expect(await sweepIn('exports', 7.1)).toEqual({ removed: 1 })
    expect(await test.deps.mediaStore.size(key)).toBeNull()
  })

  it('promise S6: deletes the remains of an interrupted upload after a day', async () => {
    const path = join(await test.deps.mediaStore.scratch(), 'cut-off.part')
    await writeFile(path, 'half a picture')
    await sweepIn('media', 0.9)
    expect(existsSync(path)).toBe(true)
    await sweepIn('media', 1.1)
    expect(existsSync(path)).toBe(false)
  })

  it('promise E5: keeps data removed at its platform for 29 days and deletes it by day 31, unless it is reconnected', async () => {
    const { sql, deps, cast, workspaces } = test
    const place = {
      workspaceId: workspaces.northside,
      platform: 'tiktok' as const,
      userId: cast.admin.id,
    }
    const insert = async (state: string, reason: string | null) => {
      const { channelId, grantId } = await insertChannel(deps, place)
      const { targetId } = await insertTarget(deps, { ...place, channelId })
      await sql`insert into snapshots (workspace_id, target_id, taken_at, source) values (${workspaces.northside}, ${targetId}, now(), 'test')`
      await sql`update grants set state = ${state}, state_reason = ${reason}, ended_at = now(), access_token_sealed = null, refresh_token_sealed = null where id = ${grantId}`
      return {
        targetId,
        there: async () => (await sql`select from channels where id = ${channelId}`).length === 1,
      }
    }
    const [removed, again, disconnected] = [
      await insert('ended', 'removed'),
      await insert('active', null),
      await insert('ended', 'disconnected'),
    ]
    expect(await sweepIn('removed', 29)).toEqual({ removed: 0 })
    expect(await sweepIn('removed', 31)).toEqual({ removed: 1 })
    expect([await removed.there(), await again.there(), await disconnected.there()]).toEqual([
      false,
      true,
      true,
    ])
    expect(await sql`select from targets where id = ${removed.targetId}`).toHaveLength(0)
    expect(await sql`select from snapshots where target_id = ${removed.targetId}`).toHaveLength(0)
  })

  it('promise R3: drops expired months as a whole, and the sweep counts their rows', async () => {
    const { sql, deps, cast, workspaces } = test
    const place = { workspaceId: workspaces.northside, platform: 'facebook' as const }
    const { channelId } = await insertChannel(deps, { ...place, userId: cast.admin.id })
    const { targetId } = await insertTarget(deps, { ...place, channelId })
    await sql`delete from snapshots`
    await sql`insert into snapshots (workspace_id, target_id, taken_at, source) select ${workspaces.northside}, ${targetId}, now() - n * interval '1 hour', 'test' from generate_series(0, 99) n`
    const months = async () =>
      (await sql`select from pg_inherits where inhparent = 'snapshots'::regclass`).length
    const before = await months()
    expect(await sweepIn('snapshots', 731 + 40)).toEqual({ removed: 100 })
    expect(await months()).toBeLessThan(before)
  })

  it('promise S6: sets how long Temporal keeps closed workflows, and the nightly check verifies it', async () => {
    const { client } = temporal
    expect(await keptDays({ client })).toBe(1)
    await keepHistoriesFor({ client }, historyDays)
    expect(await keptDays({ client })).toBe(historyDays)
    const { sweepRule } = createRetentionActivities({ ...test.deps, client, now: Date.now })
    await sweepRule({ rule: 'histories' })
    expect((await listLatestSweeps(test.sql)).get('histories')).toMatchObject({ removed: 0 })
    await keepHistoriesFor({ client }, historyDays + 30)
    await sweepRule({ rule: 'histories' })
    expect((await listLatestSweeps(test.sql)).get('histories')).toMatchObject({ removed: 1 })
  })

  it('promise S6: keeps no log line for more than two weeks', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'cratesocial-logs-'))
    const path = join(folder, 'worker.log')
    const read = () =>
      [path, `${path}.1`].map((file) => (existsSync(file) ? readFileSync(file, 'utf8') : null))
    const now = Date.now()
    appendFileSync(path, 'first\n')
    turnLogs([path], now + 6 * dayMs)
    expect(read()).toEqual(['first\n', null])
    turnLogs([path], now + 7.1 * dayMs)
    expect(read()).toEqual(['', 'first\n'])
    utimesSync(`${path}.1`, new Date(now + 7.1 * dayMs), new Date(now + 7.1 * dayMs))
    appendFileSync(path, 'second\n')
    turnLogs([path, `${path}.1`], now + 13.9 * dayMs)
    expect(read()).toEqual(['second\n', 'first\n'])
    turnLogs([path, `${path}.1`], now + logDays * dayMs + 0.2 * dayMs)
    expect(read()).toEqual(['', 'second\n'])
    await rm(folder, { recursive: true })
  })

  it('promise R1: deletes more rows than one batch in one sweep, and the sweep reports what is left', async () => {
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

  it('promise S6: covers every table, which has a retention time or is kept with another', async () => {
    const tables = await test.sql<{ name: string }[]>`
      select relname as name from pg_class where relnamespace = 'public'::regnamespace and relkind in ('r', 'p') and not relispartition order by 1`
    const termed = new Set(rules.map((one) => one.table))
    expect(
      tables.map(({ name }) => name).filter((name) => !termed.has(name) && !(name in standing)),
    ).toEqual([])
  })
})
