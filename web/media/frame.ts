import { randomBytes } from 'node:crypto'
import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { Readable } from 'node:stream'
import { type Media, replacePictures } from '../../db/posts/media.ts'
import type { PictureType } from '../../media/decoder.ts'
import { isDiskFull } from '../../media/disk-full.ts'
import { makeMedium, makeThumbnail } from '../../media/image.ts'
import { inTurn } from '../../media/queue.ts'
import { MediaRefused } from '../../media/refusal.ts'
import type { WebDeps } from '../http/env.ts'
import { diskFull, requireDiskSpace } from './space.ts'

export const maxFrameBytes = 2_000_000
/** The formats that a browser's canvas can write. */
const frameTypes: PictureType[] = ['image/jpeg', 'image/png', 'image/webp']

/**
 * Stores a frame that the uploading browser took from a video as the video's pictures. Throws
 * MediaRefused unless it is a JPEG, PNG or WebP picture.
 */
export const takeFrame = async (
  deps: Pick<WebDeps, 'sql' | 'mediaStore' | 'config'>,
  media: Media,
  stream: Readable,
): Promise<void> => {
  if (media.kind !== 'video') throw new MediaRefused('unsupported', 'Only videos can have a frame.')
  const [thumbnail, medium] = [randomKey(), randomKey()]
  const scratch = await deps.mediaStore.scratch()
  const paths = { thumbnail: join(scratch, thumbnail), medium: join(scratch, medium) }
  await requireDiskSpace(deps, maxFrameBytes)
  const frame = await readFrame(stream)
  try {
    await inTurn(media.workspaceId, async () => {
      await makeThumbnail(frame, paths.thumbnail, frameTypes)
      await makeMedium(frame, paths.medium, frameTypes)
    })
    await deps.mediaStore.putFile(thumbnail, paths.thumbnail)
    await deps.mediaStore.putFile(medium, paths.medium)
  } catch (error) {
    throw isDiskFull(error) ? diskFull() : error
  } finally {
    for (const path of Object.values(paths)) await rm(path, { force: true })
  }
  const before = await replacePictures(deps.sql, media, { thumbnail, medium })
  for (const key of before) await deps.mediaStore.remove(key)
}

const randomKey = () => randomBytes(24).toString('base64url')

const readFrame = async (stream: Readable): Promise<Buffer> => {
  const chunks: Buffer[] = []
  let size = 0
  for await (const chunk of stream) {
    size += (chunk as Buffer).length
    if (size > maxFrameBytes) throw new MediaRefused('too_large', 'This frame is larger than 2 MB.')
    chunks.push(chunk as Buffer)
  }
  return Buffer.concat(chunks)
}
