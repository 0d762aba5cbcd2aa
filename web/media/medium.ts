import { randomBytes } from 'node:crypto'
import { createWriteStream } from 'node:fs'
import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { addMedium, findMedia, type Media } from '../../db/posts/media.ts'
import { isDiskFull } from '../../media/disk-full.ts'
import { makeMedium } from '../../media/image.ts'
import { inTurn } from '../../media/queue.ts'
import { MediaRefused } from '../../media/refusal.ts'
import type { WebDeps } from '../http/env.ts'
import { requireDiskSpace } from './space.ts'

type Deps = Pick<WebDeps, 'sql' | 'mediaStore' | 'config'>

/**
 * The key of the picture that previews show. Pictures uploaded before there was one get it now.
 * Null if there is only the thumbnail, which the caller shows instead.
 */
export const mediumOf = async (deps: Deps, media: Media): Promise<string | null> => {
  if (media.mediumKey) return media.mediumKey
  if (media.kind !== 'image') return null
  try {
    return await make(deps, media)
  } catch (error) {
    if (error instanceof MediaRefused || isDiskFull(error)) return null
    throw error
  }
}

const make = async (deps: Deps, media: Media): Promise<string | null> => {
  const key = randomBytes(24).toString('base64url')
  const scratch = await deps.mediaStore.scratch()
  const [from, to] = [join(scratch, key), join(scratch, `${key}.medium`)]
  await requireDiskSpace(deps, media.sizeBytes * 2)
  try {
    await pipeline(deps.mediaStore.open(media.storeKey), createWriteStream(from, { mode: 0o600 }))
    await inTurn(media.workspaceId, () => makeMedium(from, to))
    await deps.mediaStore.putFile(key, to)
  } finally {
    await Promise.all([from, to].map((path) => rm(path, { force: true })))
  }
  if (await addMedium(deps.sql, media, key)) return key
  // Another request was faster, and its picture is the same.
  await deps.mediaStore.remove(key)
  return (await findMedia(deps.sql, media.workspaceId, media.id))?.mediumKey ?? null
}
