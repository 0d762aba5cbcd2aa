import { randomBytes } from 'node:crypto'
import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { Logger } from 'pino'
import type { Sql } from '../../db/postgres/connect.ts'
import type { Ffmpeg } from '../../media/ffmpeg.ts'
import { type MediaStore, writeFileFrom } from '../../media/store.ts'
import { notYet } from '../retry.ts'

export type RenderingDeps = {
  sql: Sql
  mediaStore: MediaStore
  ffmpeg: Ffmpeg
  log: Logger
  now: () => number
  /** What stays free on the disk. */
  minFreeBytes: number
}

/** How long a file waits for space on the disk before it is tried again. */
const spaceWaitMs = 60_000

/**
 * Copies a stored file to a local one, and gives its path and that of a file to write. Removes both
 * and `<path>.png` afterwards. Waits if the disk is so full that less than its reserve would remain.
 */
export const withScratch = async <T>(
  { mediaStore, minFreeBytes }: RenderingDeps,
  source: { key: string; makesBytes: number },
  work: (from: string, to: string) => Promise<T>,
): Promise<T> => {
  const sizeBytes = (await mediaStore.size(source.key)) ?? 0
  if ((await mediaStore.freeBytes()) - sizeBytes - source.makesBytes < minFreeBytes)
    throw notYet(spaceWaitMs)
  const scratch = await mediaStore.scratch()
  // A unique name, because an abandoned attempt may still be running.
  const from = await writeFileFrom(
    mediaStore.open(source.key),
    scratch,
    randomBytes(24).toString('base64url'),
  )
  const to = join(scratch, `${randomBytes(24).toString('base64url')}.out`)
  try {
    return await work(from, to)
  } finally {
    await Promise.all([from, to, `${from}.png`].map((path) => rm(path, { force: true })))
  }
}
