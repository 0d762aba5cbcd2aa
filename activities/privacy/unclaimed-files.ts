import type { Sql } from '../../db/postgres/connect.ts'
import { insertSweep } from '../../db/privacy/sweeps.ts'
import { listUnclaimedKeys } from '../../db/privacy/unclaimed-keys.ts'
import type { MediaStore } from '../../media/store.ts'

type Deps = { sql: Sql; mediaStore: MediaStore; now: () => number }

/**
 * Files are stored before their rows. An upload in parts can be taken in up to a day after its last
 * byte arrived, so a file counts as left behind after two.
 */
const claimedAfterMs = 48 * 3_600_000
/** Of all files. If more are unclaimed, this is not the database that belongs to the files. */
const mostShare = 0.5
const fewFiles = 20
const batch = 10_000

/**
 * Removes files that a killed process left in the media store without a row. The sweep's
 * `leftCount` are files that it leaves there because most of them have no row. `beat` is called at
 * least once for each file: a large bucket takes longer than a worker may be silent.
 */
export const removeUnclaimedFiles = async (
  { sql, mediaStore, now }: Deps,
  beat = (): void => undefined,
): Promise<void> => {
  const startedAt = performance.now()
  const { all, unclaimed } = await findUnclaimed(sql, mediaStore, beat)
  const old: string[] = []
  for (const key of unclaimed) {
    const storedAt = await mediaStore.storedAt(key)
    beat()
    if (storedAt && now() - storedAt.getTime() > claimedAfterMs) old.push(key)
  }
  const isOurs = old.length <= Math.max(fewFiles, mostShare * all)
  for (const key of isOurs ? old : []) {
    await mediaStore.remove(key)
    beat()
  }
  await insertSweep(sql, {
    rule: 'unclaimed-files',
    removed: isOurs ? old.length : 0,
    leftCount: isOurs ? 0 : old.length,
    oldestLeftAt: null,
    durationMs: performance.now() - startedAt,
    at: new Date(now()),
  })
}

const findUnclaimed = async (
  sql: Sql,
  store: MediaStore,
  beat: () => void,
): Promise<{ all: number; unclaimed: string[] }> => {
  let [all, keys]: [number, string[]] = [0, []]
  const unclaimed: string[] = []
  const look = async () => {
    all += keys.length
    unclaimed.push(...(await listUnclaimedKeys(sql, keys)))
    keys = []
  }
  for await (const key of store.list()) {
    beat()
    if (!isMediaKey(key)) continue
    keys.push(key)
    if (keys.length === batch) await look()
  }
  await look()
  return { all, unclaimed }
}

/** Everything else in the store has a name of its own, or an extension. */
const isMediaKey = (key: string): boolean => /^[A-Za-z0-9_-]{32}$/.test(key)
