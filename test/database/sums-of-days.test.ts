import { afterEach, beforeAll, expect, it } from 'vitest'
import { type Db, tx } from '../../db/postgres/connect.ts'
import { createTestApp, type TestApp } from '../support/app.ts'
import { connectAll } from '../support/posts.ts'

let test: TestApp
let workspaceId: string
let channelIds: string[]
beforeAll(async () => {
  test = await createTestApp()
  workspaceId = test.workspaces.northside
  channelIds = Object.values(
    await connectAll(test.deps, { workspaceId, userId: test.cast.admin.id }),
  )
})
afterEach(async () => void (await test.sql`delete from channel_days`))

const gain = (sql: Db, channelId: string, day: string, views: number) => sql`
  insert into channel_days as d (workspace_id, channel_id, day, views, likes, other_views, taken_at)
  values (${workspaceId}, ${channelId}, ${day}, ${views}, 1, ${2 * views}, now())
  on conflict (channel_id, day) do update set views = d.views + excluded.views, other_views = d.other_views + excluded.other_views`

/** Expects that the stored sums equal the days added up here. */
const expectSums = async () => {
  const days =
    await test.sql`select day::text, views::int, reach, likes::int, other_views::int from workspace_days order by 1`
  expect([...days]).toEqual([
    ...(await test.sql`
      select day::text, sum(views)::int as views, sum(reach) as reach, sum(likes)::int as likes,
        sum(other_views)::int as other_views
      from channel_days group by 1 order by 1`),
  ])
  const months =
    await test.sql`select channel_id, month::text, views::int, likes::int, other_views::int from channel_months order by 1, 2`
  expect([...months]).toEqual([
    ...(await test.sql`
      select channel_id, date_trunc('month', day)::date::text as month, sum(views)::int as views, sum(likes)::int as likes,
        sum(other_views)::int as other_views
      from channel_days group by 1, 2 order by 1, 2`),
  ])
  return { days: days.length, months: months.length }
}

it('sums follow days that are added, changed and deleted, and stay empty for numbers that nobody provided', async () => {
  for (const channelId of channelIds)
    for (const day of ['2026-01-31', '2026-02-01', '2026-02-28'])
      await gain(test.sql, channelId, day, 10)
  expect(await expectSums()).toEqual({ days: 3, months: 2 * channelIds.length })
  await gain(test.sql, channelIds[0]!, '2026-02-01', 5)
  await test.sql`update channel_days set views = null where channel_id = ${channelIds[1]!} and day = '2026-01-31'`
  await expectSums()
  await test.sql`delete from channel_days where day < '2026-02-15'`
  expect(await expectSums()).toEqual({ days: 1, months: channelIds.length })
})

it("accounts that are measured at the same time lose none of each other's numbers", async () => {
  const both = channelIds.slice(0, 2).map((channelId) =>
    tx(test.sql, async (t) => {
      await gain(t, channelId, '2026-03-01', 10)
      await t`select pg_sleep(0.2)`
    }),
  )
  await Promise.all(both)
  expect(await expectSums()).toEqual({ days: 1, months: 2 })
})
