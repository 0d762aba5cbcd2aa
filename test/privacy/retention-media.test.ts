import { randomBytes } from 'node:crypto'
import { Readable } from 'node:stream'
import { beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { sweep } from '../../activities/privacy/retention.ts'
import { ensureSnapshotMonths } from '../../db/insights/snapshots.ts'
import { rules } from '../../db/privacy/retention.ts'
import { createTestApp, type TestApp } from '../support/app.ts'
import { insertChannel, insertTarget } from '../support/connected.ts'
import { addMedia } from '../support/posts.ts'
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

/** Stores a file with a public URL, in a post that was published now if `state` says so. */
const publish = async (state: string) => {
  const { sql, deps, cast, workspaces } = test
  const mediaId = await addMedia(deps, workspaces.northside, cast.admin.id)
  const key = randomBytes(24).toString('base64url')
  await deps.mediaStore.put(key, Readable.from([Buffer.alloc(240_000, 1)]))
  await sql`update media set store_key = ${key} where id = ${mediaId}`
  const place = { workspaceId: workspaces.northside, platform: 'facebook' as const }
  const { channelId } = await insertChannel(deps, { ...place, userId: cast.admin.id })
  const { targetId, postId } = await insertTarget(deps, {
    ...place,
    channelId,
    mediaIds: [mediaId],
  })
  await sql`update targets set state = ${state}, state_at = now(), published_at = case when ${state} = 'published' then now() end where id = ${targetId}`
  const name = `${randomBytes(24).toString('base64url')}.jpg`
  await sql`insert into media_links (name, media_id, workspace_id) values (${name}, ${mediaId}, ${workspaces.northside})`
  const status = async () => (await test.browser().request(`/media/${name}`, {})).status
  return { mediaId, postId, key, status, onDisk: () => deps.mediaStore.size(key) }
}

describe('retention of media', () => {
  it('promise R4: keeps a file for 89 days after its post was published, and removes it from its address and the disk by day 91', async () => {
    const file = await publish('published')
    await sweepIn('media', 89)
    expect([await file.status(), await file.onDisk()]).toEqual([200, 240_000])
    expect(await sweepIn('media', 91)).toEqual({ removed: 1 })
    expect([await file.status(), await file.onDisk()]).toEqual([410, null])
  })

  it('promise R4: keeps a file of a post that is still scheduled, however long that takes', async () => {
    const file = await publish('scheduled')
    await sweepIn('media', 400)
    expect(await file.status()).toBe(200)
    await test.sql`update targets set state = 'canceled', state_at = now() + interval '400 days' where post_id = ${file.postId}`
    await sweepIn('media', 489)
    expect(await file.status()).toBe(200)
    await sweepIn('media', 491)
    expect(await file.status()).toBe(410)
  })

  it('promise R4: the next sweep completes one that died between deleting the address and the bytes', async () => {
    const file = await publish('published')
    await test.sql`update media set purged_at = now() where id = ${file.mediaId}`
    expect(await file.onDisk()).toBe(240_000)
    await sweepIn('media', 1)
    expect(await file.onDisk()).toBeNull()
  })

  it('promise R4: deletes a file that no post ever used 90 days after its upload', async () => {
    const id = await addMedia(test.deps, test.workspaces.northside, test.cast.admin.id)
    await test.sql`update media set store_key = ${randomBytes(24).toString('base64url')} where id = ${id}`
    const purged = async () =>
      (await test.sql`select from media where id = ${id} and purged_at is not null`).length
    await sweepIn('media', 89)
    expect(await purged()).toBe(0)
    await sweepIn('media', 91)
    expect(await purged()).toBe(1)
  })
})
