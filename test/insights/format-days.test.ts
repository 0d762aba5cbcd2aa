import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { dropOurs } from '../../db/insights/elsewhere-posts.ts'
import { healDays } from '../../db/insights/heal-days.ts'
import type { PostOrigin } from '../../db/insights/homes.ts'
import { sumPoints } from '../../db/insights/insights.ts'
import { onDays } from '../../db/insights/label-days.ts'
import { sumOwnPoints } from '../../db/insights/own-days.ts'
import { savePostSnapshots } from '../../db/insights/snapshots.ts'
import { changeWorkspace } from '../../db/people/workspaces.ts'
import { type Numbers, postMetrics } from '../../platforms/measurer.ts'
import { dateOf } from '../../web/time/wall-time.ts'
import { createTestApp, type TestApp } from '../support/app.ts'
import { insertTarget } from '../support/connected.ts'
import { grownOn, ledger, own, stored } from '../support/insights/grown-days.ts'
import { ago } from '../support/insights/measured-rows.ts'
import { connectAll } from '../support/posts.ts'

type Post = {
  id: string
  made: PostOrigin
  channelId: string
  kind: string
  predates: boolean
  publishedAt: Date
  dueAt: Date
  /** The last value of each metric. */
  known: Numbers
  readAt: Date | null
}

const hourMs = 3_600_000
const kinds = ['reel', 'image', 'carousel']
const zones = ['Europe/Zurich', 'Pacific/Auckland', 'America/Los_Angeles', 'Asia/Kolkata']

/** The same numbers from 0 to 1 for a seed. */
const chances = (seed: number) => {
  let state = seed
  return (): number => {
    state = (state * 1_103_515_245 + 12_345) % 2_147_483_648
    return state / 2_147_483_648
  }
}

const again = '0054.do.days-of-formats-again'
const migrations = fileURLToPath(new URL('../../db/migrations/', import.meta.url))
const applyFile = async ({ sql }: TestApp, name: string): Promise<void> => {
  await sql.unsafe(await readFile(join(migrations, `${name}.sql`), 'utf8')).simple()
}

/** Takes away what migration 0051 adds. */
const asBefore51 = async ({ sql }: TestApp): Promise<void> => {
  await sql`drop table format_days`
  await sql`drop function format_days_from_readings`
  await sql`alter table measured_targets drop column kind`
}

describe('the growth of each format by day', () => {
  it.each([11, 47, 2_026])(
    'is what the readings say, whatever is read, corrected, moved or taken out (%i)',
    { timeout: 90_000 },
    async (seed) => {
      const test = await createTestApp()
      const { northside: workspaceId } = test.workspaces
      const accounts = await connectAll(test.deps, { workspaceId, userId: test.cast.admin.id })
      const channelIds = [accounts.instagram, accounts.facebook]
      const chance = chances(seed)
      const pick = <T>(from: readonly T[]): T => from[Math.floor(chance() * from.length)]!
      const book = ledger()
      const booked = new Map<string, [key: string, gain: number][]>()
      const posts: Post[] = []
      let published = 0
      let zone = 'Europe/Zurich'
      let nowMs = ago(50).getTime()
      await test.sql`select ensure_snapshot_months(${new Date(nowMs)})`

      const publish = async (made: PostOrigin): Promise<void> => {
        const [channelId, kind, predates] = [pick(channelIds), pick(kinds), chance() < 0.4]
        const publishedAt = new Date(nowMs)
        const post = {
          made,
          channelId,
          kind,
          publishedAt,
          dueAt: publishedAt,
          known: {},
          readAt: null,
        }
        published += 1
        const name = `${made}-${published}`
        if (made === 'elsewhere') {
          const [row] = await test.sql<{ id: string }[]>`
            insert into elsewhere_posts (workspace_id, channel_id, platform_post_id, kind, text, published_at, next_at, predates)
            values (${workspaceId}, ${channelId}, ${name}, ${kind}, '', ${publishedAt}, ${publishedAt}, ${predates})
            returning id`
          posts.push({ ...post, id: row!.id, predates })
          return
        }
        const platform = channelId === accounts.instagram ? 'instagram' : 'facebook'
        const { targetId } = await insertTarget(test.deps, { workspaceId, channelId, platform })
        await test.sql`
          update targets set state = 'published', published_at = ${publishedAt}, finished_at = ${publishedAt},
            kind = ${kind}, platform_post_id = ${name} where id = ${targetId}`
        await test.sql`
          insert into measured_targets (target_id, workspace_id, channel_id, kind, published_at, next_at)
          values (${targetId}, ${workspaceId}, ${channelId}, ${kind}, ${publishedAt}, ${publishedAt})`
        posts.push({ ...post, id: targetId, predates: false })
      }

      /** Totals grow, fall, stay or are missing. */
      const nextNumbers = ({ known }: Post): Numbers =>
        Object.fromEntries(
          [...postMetrics, own].flatMap((metric) => {
            if (chance() < (metric === own ? 0.5 : 0.25)) return []
            const last = known[metric] ?? 0
            const grows = chance() < 0.3 ? 0 : Math.floor(chance() * 40) - 8
            return [[metric, Math.max(0, last + grows)]]
          }),
        )

      const read = async (): Promise<void> => {
        const { channelId, made } = pick(posts)
        const some = posts.filter(
          (post) => post.channelId === channelId && post.made === made && chance() < 0.7,
        )
        const takenAt = new Date(nowMs)
        const given = some.map((post) => ({ post, numbers: nextNumbers(post) }))
        const count = await savePostSnapshots(test.sql, {
          ...{ channelId, made, takenAt, source: 'test', summed: [own] },
          posts: given.map(({ post, numbers: { [own]: time, ...numbers } }) => ({
            ...{ id: post.id, dueAt: post.dueAt, nextAt: takenAt, numbers },
            more: { ...(time === undefined ? {} : { [own]: time }), average_watch_time: 7 },
          })),
        })
        expect(count).toBe(some.length)
        for (const { post, numbers } of given) {
          for (const [metric, value] of Object.entries(numbers)) {
            // A number that comes only after three days of readings was not asked before.
            const isLate =
              metric === own &&
              post.readAt !== null &&
              post.readAt.getTime() - post.publishedAt.getTime() > 72 * hourMs
            const before = post.known[metric] ?? (post.predates || isLate ? value : 0)
            const key = [channelId, post.kind, dateOf(takenAt, zone), made, metric].join(' ')
            const gain = value! - before!
            book.add(key, gain)
            booked.set(post.id, [...(booked.get(post.id) ?? []), [key, gain]])
            post.known[metric] = value
          }
          post.dueAt = takenAt
          post.readAt = takenAt
        }
      }

      /** One of the others turns out to be a post of ours. */
      const claim = async (): Promise<void> => {
        const index = posts.findIndex(({ made }) => made === 'elsewhere')
        const [ours] = index < 0 ? [] : posts.splice(index, 1)
        if (!ours) return
        const platform = ours.channelId === accounts.instagram ? 'instagram' : 'facebook'
        const { targetId } = await insertTarget(test.deps, {
          ...{ workspaceId, channelId: ours.channelId, platform },
        })
        await test.sql`
          update targets set state = 'published', published_at = ${ours.publishedAt}, finished_at = ${ours.publishedAt},
            kind = ${ours.kind}, platform_post_id = e.platform_post_id
          from elsewhere_posts e where targets.id = ${targetId} and e.id = ${ours.id}`
        await dropOurs(test.sql, ours.channelId)
        for (const [key, gain] of booked.get(ours.id) ?? []) book.add(key, -gain)
      }

      const move = async (): Promise<void> => {
        zone = pick(zones.filter((one) => one !== zone))
        const settings = { name: 'Northside', zone, missedAfterHours: 6 }
        await changeWorkspace(test.sql, workspaceId, settings, new Date(nowMs))
      }

      for (const made of ['here', 'elsewhere', 'here', 'elsewhere'] as const) await publish(made)
      for (let step = 0; step < 90; step += 1) {
        nowMs += (0.5 + chance() * 20) * hourMs
        const roll = chance()
        if (roll < 0.15) await publish(pick(['here', 'elsewhere'] as const))
        else if (roll < 0.22) await claim()
        else if (roll < 0.27) await move()
        else await read()
      }

      expect(Object.keys(book.of(true)).length).toBeGreaterThan(100)
      expect(await stored(test, 'format_days', true)).toEqual(book.of(true))
      expect(await stored(test, 'channel_days', false)).toEqual(book.of(false))
      expect(await stored(test, 'format_days_from_readings(null)', true)).toEqual(
        book.of(true, false),
      )

      const [label] = await test.sql<{ id: string }[]>`
        insert into labels (workspace_id, name, name_key, color) values (${workspaceId}, 'All', 'all', 'teal') returning id`
      await test.sql`insert into post_labels (workspace_id, post_id, label_id) select ${workspaceId}, id, ${label!.id} from posts`
      const scope = { workspaceId, channelIds, made: 'here' as const, kind: null }
      for (const back of [60, 20]) {
        const days = { from: dateOf(ago(back), zone), to: dateOf(new Date(nowMs), zone) }
        const points = { days, before: null, size: 1 }
        const asked = { days, summed: [own] }
        const labeled = { ...scope, labelId: label!.id }
        expect(
          grownOn(await onDays(test.sql, labeled, asked, sumPoints(test.sql, labeled, points))),
          'by label',
        ).toEqual(grownOn(await sumPoints(test.sql, scope, points)))
        expect(
          grownOn(await onDays(test.sql, labeled, asked, sumOwnPoints(test.sql, labeled, points))),
          'own numbers by label',
        ).toEqual(grownOn(await sumOwnPoints(test.sql, scope, points)))
      }

      await test.sql`update channel_days set more = '{}', other_more = '{}'`
      await asBefore51(test)
      await applyFile(test, '0051.do.growth-of-formats')
      await applyFile(test, again)
      await test.sql`alter table format_days add column more jsonb not null default '{}', add column other_more jsonb not null default '{}'`
      await test.sql`select write_own_gains(null, array[${own}])`
      expect(await stored(test, 'format_days', true), 'upgraded with rows').toEqual(book.of(true))
      expect(await stored(test, 'channel_days', false), 'upgraded with rows').toEqual(
        book.of(false),
      )

      // A worker of an earlier version counts a reading for the account only.
      await test.sql`delete from format_days where day > ${dateOf(ago(30), zone)}`
      await applyFile(test, again)
      await test.sql`select write_own_gains(null, array[${own}])`
      expect(await stored(test, 'format_days', true), 'repaired').toEqual(book.of(true))

      // Or without the platforms' own numbers, after the migrations.
      await test.sql`delete from format_days where day > ${dateOf(ago(30), zone)}`
      await test.sql`update channel_days set more = '{}', other_more = '{}' where day > ${dateOf(ago(40), zone)}`
      expect(await healDays(test.sql, [own])).toBeGreaterThan(10)
      expect(await stored(test, 'format_days', true), 'healed').toEqual(book.of(true))
      expect(await stored(test, 'channel_days', false), 'healed').toEqual(book.of(false))
      expect(await healDays(test.sql, [own]), 'nothing is left').toBe(0)
    },
  )

  it('does not take the oldest reading that is kept of an old post for its first', async () => {
    const test = await createTestApp()
    const { northside: workspaceId } = test.workspaces
    const accounts = await connectAll(test.deps, { workspaceId, userId: test.cast.admin.id })
    for (const made of ['old', 'new']) {
      const publishedAt = ago(made === 'old' ? 800 : 500)
      const [post] = await test.sql<{ id: string }[]>`
        insert into elsewhere_posts (workspace_id, channel_id, platform_post_id, kind, text, published_at, predates)
        values (${workspaceId}, ${accounts.instagram}, ${made}, ${made}, '', ${publishedAt}, false) returning id`
      for (const [daysAgo, views] of [
        [400, 1_000],
        [300, 1_007],
      ] as const) {
        await test.sql`select ensure_snapshot_months(${ago(daysAgo)})`
        await test.sql`
          insert into snapshots (workspace_id, elsewhere_id, taken_at, views, source)
          values (${workspaceId}, ${post!.id}, ${ago(daysAgo)}, ${views}, 'test')`
      }
    }
    const sums = test.sql`
      select kind, sum(other_views)::int as views from format_days_from_readings(null) group by 1 order by 1`
    expect([...(await sums)]).toEqual([
      { kind: 'new', views: 1_007 },
      { kind: 'old', views: 7 },
    ])
  })
})
