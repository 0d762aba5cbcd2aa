import { beforeAll, describe, expect, test } from 'vitest'
import { forgetPrepared, insertImport, insertImportRows } from '../../db/posts/imports/imports.ts'
import { compose } from '../../local/people/story.ts'
import { ensureSchedules } from '../../temporal/schedules.ts'
import { wallTimeOf } from '../../web/time/wall-time.ts'
import {
  measureScheduleId,
  measureShards,
  targetWorkflowId,
  taskQueue,
} from '../../workflows/names.ts'
import { type Installed, install, untilPage } from '../support/installed.ts'

let house: Installed
beforeAll(async () => {
  house = await install()
}, 90_000)

describe('reconcile-starts', () => {
  test('restarts the workflow of a target that lost it, and the post goes out', {
    timeout: 60_000,
  }, async () => {
    const { admin, slug, sql, client } = house
    const dueAt = new Date(Math.ceil(Date.now() / 1_000 + 20) * 1_000)
    const text = 'Its workflow was lost'
    const fields = {
      text,
      channel: house.channel('Northside Records'),
      time: wallTimeOf(dueAt, 'Europe/Zurich'),
    }
    const { url } = await compose(admin, slug, fields, 'Schedule')
    const [target] = await sql<{ id: string }[]>`select id from targets where text = ${text}`
    const handle = client.workflow.getHandle(targetWorkflowId(target!.id))
    // Prepared and armed, so that no step of the terminated workflow writes the row afterwards.
    const state = async () =>
      (await sql`select state from targets where id = ${target!.id}`)[0]?.state
    await expect.poll(state, { timeout: 15_000 }).toBe('ready')
    await handle.terminate('the test takes it away')
    await sql`update targets set state_at = now() - interval '2 minutes' where id = ${target!.id}`

    await client.workflow.execute('reconcileStarts', {
      workflowId: 'reconcile-starts-once',
      taskQueue: 'cratesocial',
    })
    await untilPage(admin, url, (page) => page.text.includes('published'), 40_000)
    expect((await house.ledger.posts()).filter((post) => post.text === text)).toHaveLength(1)
  })

  test('an import that lost its workflow goes on, and its posts appear', {
    timeout: 60_000,
  }, async () => {
    const { client, sql } = house
    const [who] = await sql<{ workspaceId: string; userId: string }[]>`
      select workspace_id, user_id from memberships where role = 'admin' limit 1`
    const faultless = { ...who!, rows: 1, faulty: 0, faults: [], twice: false }
    const importId = await insertImport(sql, faultless)
    const ref = { workspaceId: who!.workspaceId, importId }
    const post = { state: 'draft' as const, text: 'From a file', link: null, variants: {} }
    const rest = { choices: {}, wallTime: null, zone: null, dueAt: null, media: [], labels: [] }
    await insertImportRows(sql, ref, [{ position: 2, post: { ...post, ...rest }, targets: [] }])
    await forgetPrepared(sql, ref)
    await sql`update imports set state = 'importing', state_at = now() - interval '2 minutes' where id = ${importId}`
    await client.workflow.execute('reconcileStarts', {
      workflowId: 'reconcile-starts-import',
      taskQueue: 'cratesocial',
    })
    const made = () => sql`select text from posts where import_id = ${importId}`
    await expect.poll(made, { timeout: 30_000 }).toEqual([{ text: 'From a file' }])
  })

  test('has a schedule that is created once and updated afterwards', async () => {
    const { client } = house
    await ensureSchedules(client)
    await ensureSchedules(client)
    const { spec, policies, action } = await client.schedule
      .getHandle('reconcile-starts')
      .describe()
    expect(spec.intervals).toMatchObject([{ every: 60_000 }])
    expect(policies).toMatchObject({ overlap: 'SKIP', catchupWindow: 86_400_000 })
    expect(action).toMatchObject({ workflowType: 'reconcileStarts' })
  })

  test('promise U3: the schedules measure every connected account', {
    timeout: 60_000,
  }, async () => {
    const { client, sql } = house
    await ensureSchedules(client, taskQueue, taskQueue)
    for (let shard = 0; shard < measureShards; shard += 1) {
      const schedule = client.schedule.getHandle(measureScheduleId(shard))
      expect((await schedule.describe()).spec.intervals).toMatchObject([{ every: 900_000 }])
      await schedule.trigger()
    }
    const [connected] = await sql<
      { count: number }[]
    >`select count(*)::int as count from channels where state = 'connected'`
    expect(connected!.count).toBeGreaterThan(2)
    const followers = async () =>
      await sql<{ platform: string; followers: number }[]>`
        select c.platform, s.followers from account_snapshots s join channels c on c.id = s.channel_id where s.followers > 0`
    await expect
      .poll(async () => (await followers()).length, { timeout: 40_000 })
      .toBe(connected!.count)
  })
})
