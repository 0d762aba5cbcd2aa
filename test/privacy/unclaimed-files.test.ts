import { randomBytes } from 'node:crypto'
import { Readable } from 'node:stream'
import { beforeAll, expect, it } from 'vitest'
import { removeUnclaimedFiles } from '../../activities/privacy/unclaimed-files.ts'
import { erasedIdsKey } from '../../db/privacy/erased-ids.ts'
import { listLatestSweeps } from '../../db/privacy/sweeps.ts'
import { makeImage, makeVideo } from '../../local/media/media-files.ts'
import { createTestApp, type TestApp } from '../support/app.ts'
import { upload } from '../support/uploading.ts'

let test: TestApp
beforeAll(async () => {
  test = await createTestApp()
})

const stored = async (): Promise<string[]> => {
  const keys: string[] = []
  for await (const key of test.deps.mediaStore.list()) keys.push(key)
  return keys.sort()
}
const put = async (key: string) => {
  await test.deps.mediaStore.put(key, Readable.from([Buffer.from('left behind')]))
  return key
}
let beats = 0
const newKey = () => randomBytes(24).toString('base64url')
const sweep = async (aheadDays: number) => {
  const now = () => Date.now() + aheadDays * 86_400_000
  beats = 0
  await removeUnclaimedFiles({ ...test.deps, now }, () => beats++)
  const { removed, leftCount } = (await listLatestSweeps(test.sql)).get('unclaimed-files')!
  return { removed, leftCount }
}

it('a file that a killed worker stored for a purged upload goes after two days; no other file does', async () => {
  const picture = await makeImage({ width: 400, height: 400 })
  const clip = await makeVideo({ width: 480, height: 480, durationMs: 3_200, fps: 120 }) // is converted
  const purged = await upload(test, 'purged.jpg', picture)
  await upload(test, 'kept.jpg', picture)
  await upload(test, 'waiting.mp4', clip)
  await put(erasedIdsKey)
  const [{ key }] = (await test.sql`
    update media set purged_at = now(), files_removed_at = now() where id = ${purged}
    returning store_key as key`) as unknown as [{ key: string }]
  const before = await stored()
  const others = await test.sql<{ key: string }[]>`
    select k as key from media, unnest(array[store_key, original_key, thumbnail_key, medium_key]) as k
    where files_removed_at is not null and k is not null`
  const left = others.map((one) => one.key)
  expect(left).toContain(key)
  const orphan = await put(newKey())

  expect(await sweep(1)).toEqual({ removed: 0, leftCount: 0 })
  expect(await stored()).toEqual([...before, orphan].sort())
  expect(await sweep(3)).toEqual({ removed: left.length + 1, leftCount: 0 })
  expect(await stored()).toEqual(before.filter((one) => !left.includes(one)))
})

it('nothing goes if most files have no row, as with the database of another installation', async () => {
  for (let file = 0; file < 25; file += 1) await put(newKey())
  const before = await stored()
  expect(await sweep(3)).toEqual({ removed: 0, leftCount: 25 })
  // Each file is listed, and each one without a row is looked at.
  expect(beats).toBeGreaterThanOrEqual(before.length + 25)
  expect(await stored()).toEqual(before)
})
