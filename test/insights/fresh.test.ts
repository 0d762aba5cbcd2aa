import { beforeAll, describe, expect, it } from 'vitest'
import { findNumberVersion } from '../../db/insights/number-version.ts'
import { savePostSnapshots } from '../../db/insights/snapshots.ts'
import { changeWorkspace } from '../../db/people/workspaces.ts'
import { type Db, tx } from '../../db/postgres/connect.ts'
import { createTestApp, type TestApp } from '../support/app.ts'
import { ago, day, measuredRows } from '../support/insights/measured-rows.ts'
import { connectAll, type PlatformName } from '../support/posts.ts'

let test: TestApp
let channels: Record<PlatformName, string>
let post: { postId: string; targetId: string }
let northside: string

beforeAll(async () => {
  test = await createTestApp()
  northside = test.workspaces.northside
  channels = await connectAll(test.deps, { workspaceId: northside, userId: test.cast.admin.id })
  const rows = measuredRows(test, channels)
  await rows.gained(channels.instagram, 40, { views: 1 })
  await rows.gained(channels.instagram, 3, { views: 100, followers: 500 })
  post = await rows.measured('instagram', {
    ...{ daysAgo: 6, kind: 'image', text: 'The crate that is gone' },
    readings: [{ hours: 24, views: 100 }],
  })
})

const path = '/w/northside/insights'
const words = (html: string): string => html.replace(/<[^>]+>/g, ' ').replace(/\s+/g, ' ')
const page = async (person: 'admin' | 'manager' = 'manager', query = '?range=28d') =>
  words((await test.cast[person].get(`${path}${query}`)).text)

/** Changes rows without the triggers that count versions. */
const unnoticed = (change: (t: Db) => Promise<unknown>) =>
  tx(test.sql, async (t) => {
    await t`set local session_replication_role = replica`
    await change(t)
  })

describe.sequential('a page of Insights that was computed before', () => {
  it('is used again while nothing changed, for other members too, and only for its own address', async () => {
    expect(await page()).toContain('Views 100 ')
    await unnoticed((t) => t`update workspace_days set views = 999 where day = ${day(3)}`)
    expect(await page(), 'not computed again').toContain('Views 100 ')
    expect(await page('admin'), 'the same for the admin').toContain('Views 100 ')
    expect(await page('manager', '?range=7d')).toContain('Views 999 ')
    await unnoticed((t) => t`update workspace_days set views = 100 where day = ${day(3)}`)
    expect(await page('manager', '?range=7d'), 'known for this address too').toContain('Views 999 ')
  })

  it('shows a new reading at once', async () => {
    await test.sql`select ensure_snapshot_months(${ago(2)})`
    await test.sql`update measured_targets set next_at = ${ago(2)} where target_id = ${post.targetId}`
    await savePostSnapshots(test.sql, {
      ...{
        channelId: channels.instagram,
        made: 'here',
        takenAt: ago(2),
        source: 'test',
        summed: [],
      },
      posts: [
        { id: post.targetId, dueAt: ago(2), nextAt: null, numbers: { views: 130 }, more: {} },
      ],
    })
    expect(await page()).toContain('Views 130 ')
    expect(await page('manager', '?range=7d')).toContain('Views 130 ')
  })

  it('shows a note at once, with the link to edit it only for who may', async () => {
    const key = crypto.randomUUID()
    const note = { day: day(3), text: 'Vinyl fair', key }
    await test.cast.admin.post(`${path}/notes?range=28d`, note)
    for (const person of ['admin', 'manager'] as const)
      expect(await page(person)).toContain('Vinyl fair')
    expect(await page('admin')).toContain('Edit the note of')
    expect(await page('manager')).not.toContain('Edit the note of')
    await test.sql`update users set name = 'Renamed Person' where id = ${test.cast.admin.id}`
    expect(await page(), 'the new name of its author').toContain('Renamed Person')
    await test.sql`delete from annotations`
    expect(await page()).not.toContain('Vinyl fair')
  })

  it('gives each view a form key of its own', async () => {
    const keys = await Promise.all(
      [1, 2].map(
        async () =>
          /name="key" value="([^"]+)"/.exec((await test.cast.manager.get(path)).text)?.[1],
      ),
    )
    expect(new Set(keys).size).toBe(2)
  })

  it('shows a metric that its platform retired at once', async () => {
    const metric = '?range=28d&metric=likes'
    const { version, names } = test.deps.platforms.platforms.get('instagram')!.measure
    expect(await page('manager', metric)).not.toContain('stopped providing')
    const kinds = test.deps.platforms.platforms.get('instagram')!.kinds.map(({ name }) => name)
    await test.sql`
      insert into metric_names (platform, version, kind, name, witness, suspected_at, refused_at)
      select 'instagram', ${version}, kind, 'likes', '', now(), now()
      from unnest(${kinds.filter((kind) => names(kind).likes)}::text[]) as kind`
    expect(await page('manager', metric)).toContain('Instagram stopped providing this')
    await test.sql`delete from metric_names`
    expect(await page('manager', metric)).not.toContain('stopped providing')
  })

  it('shows an account whose access was revoked, and one that was renamed, at once', async () => {
    await page()
    await test.sql`update channels set name = 'Renamed Records' where id = ${channels.instagram}`
    expect(await page()).toContain('Renamed Records')
    const own = `${path}/${channels.instagram}`
    const shown = async () => (await test.cast.manager.get(own)).text
    expect(await shown()).not.toMatch(/class="pill need">\s*reconnect/)
    await test.sql`update channels set state = 'reconnect' where id = ${channels.instagram}`
    expect(await shown()).toMatch(/class="pill need">\s*reconnect/)
    await test.sql`update channels set state = 'connected' where id = ${channels.instagram}`
    expect(await shown()).not.toMatch(/class="pill need">\s*reconnect/)
  })

  it('shows a changed time zone at once, and again when it is changed back', async () => {
    const settings = { name: 'Northside', missedAfterHours: 6 }
    const change = (zone: string) =>
      changeWorkspace(test.sql, northside, { ...settings, zone }, new Date())
    expect(await page()).toContain('Europe/Zurich')
    await change('Asia/Tokyo')
    expect(await page()).toContain('Asia/Tokyo')
    await change('Europe/Zurich')
    expect(await page()).toMatch(
      /days are those of Asia\/Tokyo|days are those of Europe\/Zurich|· Europe\/Zurich/,
    )
    expect(await page()).not.toContain('· Asia/Tokyo')
  })

  it('no longer shows a deleted post, and never another workspace', async () => {
    expect(await page()).toContain('The crate that is gone')
    await test.sql`delete from posts where id = ${post.postId}`
    expect(await page()).not.toContain('The crate that is gone')
    expect((await test.cast.outsider.get(path)).status).toBe(404)
  })
})

describe('the version of the numbers', () => {
  const sum = async () => Number((await findNumberVersion(test.sql, northside)).split(' ')[0])

  it('changes with the transaction that changes a number, and not with one that is rolled back', async () => {
    const before = await sum()
    await expect(
      tx(test.sql, async (t) => {
        await t`update channel_days set views = 7`
        throw new Error('rolled back')
      }),
    ).rejects.toThrow('rolled back')
    expect(await sum()).toBe(before)
    await tx(test.sql, async (t) => {
      await t`update channel_days set views = 7`
      expect(await sum(), 'not before it is committed').toBe(before)
    })
    expect(await sum()).toBeGreaterThan(before)
  })

  it('never waits for another writer, and loses none of its changes', async () => {
    const before = await sum()
    await tx(test.sql, async (first) => {
      await first`select note_number_change(${northside})`
      await tx(test.sql, (second) => second`select note_number_change(${northside})`)
    })
    expect(await sum()).toBe(before + 2)
  })

  it('keeps what ended connections counted, in few rows', async () => {
    await test.sql`
      insert into number_versions (workspace_id, writer, version)
      select ${northside}, -n, 10 from generate_series(1, 50) n`
    const before = await sum()
    await test.sql`delete from number_versions where writer > 0 and workspace_id = ${northside}`
    const gone = before - (await sum())
    await test.sql`select note_number_change(${northside})`
    expect(await sum()).toBe(before - gone + 1)
    const [rows] = await test.sql`
      select count(*)::int as count from number_versions where workspace_id = ${northside} and writer < 0`
    expect(rows!.count).toBe(0)
  })

  it('does not stand in the way of deleting a workspace', async () => {
    await test.sql`select note_number_change(${test.workspaces.elsewhere})`
    await test.sql`delete from memberships where workspace_id = ${test.workspaces.elsewhere}`
    await test.sql`delete from workspaces where id = ${test.workspaces.elsewhere}`
    const rows =
      await test.sql`select from number_versions where workspace_id = ${test.workspaces.elsewhere}`
    expect(rows).toHaveLength(0)
  })
})
