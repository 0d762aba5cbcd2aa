import { createHash, randomBytes } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { Context } from '@temporalio/activity'
import type { Logger } from 'pino'
import type { Sql } from '../../db/postgres/connect.ts'
import {
  beginConversion,
  type Converted,
  completeConversion,
  countBefore,
  failConversion,
  type MediaToConvert,
  nameRendition,
  noteShare,
} from '../../db/posts/conversions.ts'
import type { Ffmpeg } from '../../media/ffmpeg.ts'
import { probe } from '../../media/probe.ts'
import { MediaRefused } from '../../media/refusal.ts'
import { demuxerOf } from '../../media/sniff.ts'
import { makeStandard } from '../../media/standard-video.ts'
import { type MediaStore, writeFileFrom } from '../../media/store.ts'
import { probeVideo } from '../../media/video.ts'
import { type MediaRef, mediaWorkflowId } from '../../workflows/names.ts'
import { notYet } from '../retry.ts'

export type RenderingDeps = { sql: Sql; mediaStore: MediaStore; ffmpeg: Ffmpeg; log: Logger; now: () => number }
export type RenderingActivities = ReturnType<typeof createRenderingActivities>

/** How often the progress is stored at most. */
const noteEveryMs = 2_000

/**
 * How long a file waits before it asks for its turn again, multiplied by its place in the
 * workspace's queue.
 */
const turnMs = 5_000
const longestTurnMs = 300_000

export const createRenderingActivities = (deps: RenderingDeps) => {
  // One conversion at a time per process. Other files fail the attempt and are retried later:
  // waiting here would occupy the few slots for background work. A file asks less often the further
  // back it is in its workspace's queue, so that a workspace with many files doesn't block others.
  let isBusy = false
  return {
    /** Converts an upload to the file for publishing. A retry makes it again under another name. */
    makeRendition: async ({ mediaId }: MediaRef): Promise<void> => {
      if (isBusy) throw notYet(Math.min(longestTurnMs, turnMs * (1 + (await countBefore(deps.sql, mediaId)))))
      isBusy = true
      const context = Context.current()
      const beat = setInterval(() => context.heartbeat(), 10_000)
      try {
        const media = await beginConversion(deps.sql, mediaId, new Date(deps.now()))
        if (media) await convert(deps, media)
      } catch (error) {
        if (!(error instanceof MediaRefused)) throw error
        await failConversion(deps.sql, mediaId, error.message)
        deps.log.warn({ workflow: mediaWorkflowId(mediaId), reason: error.reason }, 'could not convert a video')
      } finally {
        clearInterval(beat)
        isBusy = false
      }
    },
  }
}

const convert = async (deps: RenderingDeps, media: MediaToConvert): Promise<void> => {
  const { mediaStore, ffmpeg } = deps
  const scratch = await mediaStore.scratch()
  // A unique name, because an abandoned attempt may still be running.
  const name = randomBytes(24).toString('base64url')
  const from = await writeFileFrom(mediaStore.open(media.originalKey), scratch, name)
  const to = join(scratch, `${name}.out`)
  try {
    const demuxer = await demuxerOf(from)
    const video = await probe(ffmpeg, from, demuxer)
    const watching = { onShare: shareNoter(deps, media.id), signal: Context.current().cancellationSignal }
    await makeStandard(ffmpeg, { from, demuxer, to, video }, watching)
    const made = {
      ...(await probeVideo(to)),
      contentType: 'video/mp4',
      sizeBytes: (await stat(to)).size,
      sha256: await hashFile(to),
    }
    await keep(deps, media.id, to, made)
  } finally {
    await Promise.all([from, to].map((path) => rm(path, { force: true })))
  }
}

/** Stores the result, unless another attempt did: an abandoned attempt may still get here. */
const keep = async (deps: RenderingDeps, mediaId: string, path: string, made: Omit<Converted, 'storeKey'>): Promise<void> => {
  const storeKey = randomBytes(24).toString('base64url')
  const before = await nameRendition(deps.sql, mediaId, storeKey)
  if (!before) return
  await deps.mediaStore.remove(before)
  await deps.mediaStore.putFile(storeKey, path)
  if (!(await completeConversion(deps.sql, mediaId, { ...made, storeKey }))) await deps.mediaStore.remove(storeKey)
}

const shareNoter = (deps: RenderingDeps, mediaId: string) => {
  let notedAt = 0
  return (share: number): void => {
    if (deps.now() - notedAt < noteEveryMs) return
    notedAt = deps.now()
    noteShare(deps.sql, mediaId, share).catch((error: unknown) => deps.log.warn({ err: error }, 'could not record the progress'))
  }
}

const hashFile = async (path: string): Promise<Buffer> => {
  const hash = createHash('sha256')
  await pipeline(createReadStream(path), hash)
  return hash.digest()
}
