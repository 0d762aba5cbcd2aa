import type { Config } from '../../config/index.ts'
import { canWrite, refusesWrites } from '../../db/postgres/write-probe.ts'
import { isDiskFull } from '../../media/disk-full.ts'
import type { MediaStore } from '../../media/store.ts'
import type { WebDeps } from '../http/env.ts'

type Deps = {
  mediaStore: Pick<MediaStore, 'freeBytes'>
  config: { media: Pick<Config['media'], 'minFreeBytes'> }
}

/**
 * Whether an error means that a disk is full: the database's, or the one this process writes to.
 */
export const isStorageFull = (error: unknown): boolean => refusesWrites(error) || isDiskFull(error)

/** Whether `bytes` more can be stored without using the space that DISK_MIN_FREE_BYTES reserves. */
export const hasSpaceFor = async ({ mediaStore, config }: Deps, bytes: number): Promise<boolean> =>
  (await mediaStore.freeBytes()) - bytes >= config.media.minFreeBytes

/**
 * For writes that are not essential, such as counting a visit: the page is shown even if the disk
 * is full.
 */
export const unlessFull = async (write: Promise<void>): Promise<void> =>
  write.catch((error: unknown) => {
    if (!isStorageFull(error)) throw error
  })

const probeEveryMs = 15_000
const probes = new WeakMap<WebDeps, { atMs: number; answer: Promise<boolean> }>()

/**
 * Whether the database can write. Checked at most every 15 seconds, because /health/ready is
 * public.
 */
export const databaseWrites = (deps: WebDeps): Promise<boolean> => {
  const last = probes.get(deps)
  if (last && deps.now() - last.atMs < probeEveryMs) return last.answer
  const answer = canWrite(deps.sql)
  probes.set(deps, { atMs: deps.now(), answer })
  return answer
}
