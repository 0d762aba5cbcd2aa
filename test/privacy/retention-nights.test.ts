import { randomBytes } from 'node:crypto'
import { Readable } from 'node:stream'
import { beforeAll, expect, test } from 'vitest'
import { createRetentionActivities } from '../../activities/privacy/retention.ts'
import { taskQueue } from '../../workflows/names.ts'
import { createTestApp, type TestApp } from '../support/app.ts'
import { insertChannel, insertTarget } from '../support/connected.ts'
import { addMedia } from '../support/posts.ts'
import { createTimeSkippingTemporal, type TestTemporal } from '../support/servers/temporal.ts'

const dayMs = 86_400_000
/**
 * Time is skipped in parts, because the server closes a connection on which one call takes too
 * long.
 */
const partDays = 20
let house: TestApp
let temporal: TestTemporal
let passed = 0

beforeAll(async () => {
  house = await createTestApp()
  temporal = await createTimeSkippingTemporal()
  const { sql, deps } = house
  const now = () => Date.now() + passed * dayMs
  const activities = createRetentionActivities({
    sql,
    vault: deps.vault,
    mediaStore: deps.mediaStore,
    client: temporal.client,
    now,
  })
  await temporal.startWorker({ activities })
}, 60_000)

/** Skips time until this many days after the start, then runs that night's sweep. */
const nightAfter = async (days: number): Promise<void> => {
  for (let left = days - passed; left > 0; left -= partDays)
    await temporal.sleep(Math.min(left, partDays) * dayMs)
  passed = days
  await temporal.client.workflow.execute('enforceRetention', {
    workflowId: `retention-after-${days}`,
    taskQueue,
    args: [],
  })
}

test('promise R1, R3, R4: nightly sweeps keep and delete data after 29 and 31 days, 89 and 91 days, and a day before and after 24 months', async () => {
  const { sql, deps, cast, workspaces } = house
  const place = { workspaceId: workspaces.northside, platform: 'facebook' as const }
  const person = await house.addPerson('Dora Rests')
  await sql`update users set deactivated_at = now(), deactivated_by = 'person' where id = ${person.id}`
  const mediaId = await addMedia(deps, workspaces.northside, cast.admin.id)
  const key = randomBytes(24).toString('base64url')
  await deps.mediaStore.put(key, Readable.from([Buffer.alloc(240_000, 1)]))
  await sql`update media set store_key = ${key} where id = ${mediaId}`
  const { channelId } = await insertChannel(deps, { ...place, userId: cast.admin.id })
  const { targetId } = await insertTarget(deps, { ...place, channelId, mediaIds: [mediaId] })
  await sql`update targets set state = 'published', state_at = now(), published_at = now() where id = ${targetId}`
  const name = `${randomBytes(24).toString('base64url')}.jpg`
  await sql`insert into media_links (name, media_id, workspace_id) values (${name}, ${mediaId}, ${workspaces.northside})`
  await sql`insert into snapshots (workspace_id, target_id, taken_at, source) values (${workspaces.northside}, ${targetId}, now(), 'test')`
  const [term] = await sql<
    { days: number }[]
  >`select extract(day from now() + interval '24 months' - now())::int as days`
  const term24 = term?.days ?? 0

  const standing = async () => ({
    erasures: (
      await sql`select from deletion_requests where user_id = ${person.id} and origin = 'retention'`
    ).length,
    address: (await house.browser().request(`/media/${name}`, {})).status,
    bytes: await deps.mediaStore.size(key),
    snapshots: (await sql`select from snapshots where target_id = ${targetId}`).length,
  })
  await nightAfter(29)
  expect(await standing()).toEqual({ erasures: 0, address: 200, bytes: 240_000, snapshots: 1 })
  await nightAfter(31)
  expect(await standing()).toMatchObject({ erasures: 1, address: 200, bytes: 240_000 })
  await nightAfter(89)
  expect(await standing()).toMatchObject({ address: 200, bytes: 240_000 })
  await nightAfter(91)
  expect(await standing()).toMatchObject({ address: 410, bytes: null, snapshots: 1 })
  await nightAfter(term24 - 1)
  expect(await standing()).toMatchObject({ snapshots: 1 })
  await nightAfter(term24 + 1)
  expect(await standing()).toMatchObject({ snapshots: 0 })
}, 120_000)
