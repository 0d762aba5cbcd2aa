import { beforeAll, expect, test } from 'vitest'
import { rules } from '../../db/privacy/retention.ts'
import { makeJpeg } from '../../local/media/media-files.ts'
import { upload } from '../../local/people/story.ts'
import { createDiskStore } from '../../media/store.ts'
import { ensureSchedules } from '../../temporal/schedules.ts'
import { taskQueue } from '../../workflows/names.ts'
import { type Installed, install } from '../support/installed.ts'

const dayMs = 86_400_000
let aheadMs = 0
let at: Installed
beforeAll(async () => {
  at = await install({ worker: false, now: () => Date.now() + aheadMs })
}, 90_000)

test('promise R1, R3, R4: after nights without a sweep, one sweep does what all of them would have done', async () => {
  const { sql, client, admin, slug } = at
  await ensureSchedules(client, taskQueue, taskQueue)
  const schedule = client.schedule.getHandle('retention')
  const { spec, policies } = await schedule.describe()
  expect(spec.intervals).toMatchObject([{ every: dayMs, offset: 3 * 3_600_000 + 10 * 60_000 }])
  expect(policies).toMatchObject({ overlap: 'SKIP', catchupWindow: 8 * dayMs })
  const day = async (color: string) => {
    const id = await upload(
      admin,
      slug,
      `${color}.jpg`,
      await makeJpeg({ width: 1080, height: 1080, color: `#${color}` }),
    )
    const [file] = await sql<{ storeKey: string }[]>`select store_key from media where id = ${id}`
    return { id, key: file!.storeKey }
  }
  // Three files that expire on three nights, and one that hasn't expired.
  const files = [await day('111'), await day('222'), await day('333'), await day('444')]
  for (const [index, { id }] of files.entries())
    await sql`update media set uploaded_at = uploaded_at - ${3 - index} * interval '1 day' where id = ${id}`

  // The first night's sweep waits for a worker, and the other nights find it waiting.
  const mediaStore = createDiskStore(at.config.media.url)
  const sizes = () => Promise.all(files.map(({ key }) => mediaStore.size(key)))
  for (const night of [88, 89, 90]) {
    aheadMs = night * dayMs
    await schedule.trigger()
  }
  await expect
    .poll(async () => (await schedule.describe()).info.recentActions.length, { timeout: 20_000 })
    .toBe(1)
  expect(await sql`select from sweeps`).toHaveLength(0)
  expect((await sizes()).filter((size) => size === null)).toEqual([])

  aheadMs = 90 * dayMs - 3_600_000
  const worker = await at.startWorker()
  try {
    const { recentActions } = (await schedule.describe()).info
    await client.workflow.getHandle(recentActions[0]!.action.workflow.workflowId).result()
    const swept = await sql<{ rule: string; removed: number }[]>`select rule, removed from sweeps`
    for (const { name } of rules)
      expect([name, swept.filter(({ rule }) => rule === name).length]).toEqual([name, 1])
    expect(swept.find(({ rule }) => rule === 'media')).toMatchObject({ removed: 3 })
    expect((await sizes()).map((size) => size !== null)).toEqual([false, false, false, true])
  } finally {
    await worker.stop()
  }
}, 60_000)
