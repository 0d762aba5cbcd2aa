import { beforeAll, expect, test } from 'vitest'
import { listTargetsAlone } from '../../db/posts/lone-targets.ts'
import { createTestApp, type TestApp } from '../support/app.ts'
import { insertChannel, insertTarget } from '../support/connected.ts'

let app: TestApp
beforeAll(async () => {
  app = await createTestApp()
})

test('with more targets than one round checks, each gets its turn, however many come before it', async () => {
  const { sql, deps, cast, workspaces } = app
  const place = { workspaceId: workspaces.northside, platform: 'facebook' as const }
  const { channelId } = await insertChannel(deps, { ...place, userId: cast.admin.id })
  const { postId } = await insertTarget(deps, { ...place, channelId })
  await sql`delete from targets`
  await sql`
    insert into posts (workspace_id, state, text, due_at, zone)
    select ${place.workspaceId}, 'scheduled', 'Twenty crates', now() + n * interval '1 second', 'Europe/Zurich' from generate_series(1, 450) n`
  await sql`
    insert into targets (workspace_id, post_id, channel_id, platform, kind, text, due_at, state_at)
    select workspace_id, id, ${channelId}, 'facebook', 'photos', text, due_at, now() - interval '1 hour' from posts where id <> ${postId}`
  const look = (turn: number) => listTargetsAlone(sql, { soonMs: 60 * 60_000, limit: 100, turn })
  const turns = [await look(7), await look(8), await look(9), await look(10), await look(11)]
  expect(new Set(turns.flat()).size).toBe(450)
  expect(turns.flat()).toHaveLength(450)
  expect(Math.max(...turns.map((targets) => targets.length))).toBeLessThan(200)
  expect(await look(12)).toEqual(turns[0])

  const all = await listTargetsAlone(sql, { soonMs: 60 * 60_000, limit: 500, turn: 3 })
  expect(all).toHaveLength(450)
})
