import { randomBytes } from 'node:crypto'
import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { Readable } from 'node:stream'
import { type Media, replaceThumbnail } from '../db/media.ts'
import type { WebDeps } from './env.ts'
import { makeThumbnail, oneAtATime } from './media-image.ts'
import { MediaRefused } from './media-refusal.ts'

const maxFrameBytes = 2_000_000

/** Takes a frame of a video, cut out by the browser that uploaded it, as its small picture: nothing on the server decodes video. */
export const takeFrame = async (deps: Pick<WebDeps, 'sql' | 'mediaStore'>, media: Media, stream: Readable): Promise<void> => {
  if (media.kind !== 'video') throw new MediaRefused('unsupported', 'Only a video gets a picture of its own.')
  const key = randomBytes(24).toString('base64url')
  const path = join(await deps.mediaStore.scratch(), key)
  const frame = await readFrame(stream)
  try {
    await oneAtATime(() => makeThumbnail(frame, path)).catch(() => {
      throw new MediaRefused('damaged', 'This frame cannot be read.')
    })
    await deps.mediaStore.putFile(key, path)
  } finally {
    await rm(path, { force: true })
  }
  const before = await replaceThumbnail(deps.sql, media.workspaceId, media.id, key)
  if (before) await deps.mediaStore.remove(before)
}

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
