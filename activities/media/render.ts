import { Context } from '@temporalio/activity'
import { countBefore, findOpenKind } from '../../db/posts/conversions.ts'
import type { MediaRef } from '../../workflows/names.ts'
import { notYet } from '../retry.ts'
import { convertUpload } from './convert.ts'
import { makeRenditions } from './renditions.ts'
import type { RenderingDeps } from './scratch.ts'

export type RenderingActivities = ReturnType<typeof createRenderingActivities>

/**
 * How long a video waits before it asks for its turn again, multiplied by its place in the
 * workspace's queue.
 */
const videoTurnMs = 5_000
const longestTurnMs = 300_000
/** A picture takes a second or two. */
const pictureTurnMs = 1_000
/** A fifth of the workflow's heartbeat timeout, after which another worker makes the file. */
const beatMs = 3_000

export const createRenderingActivities = (deps: RenderingDeps) => {
  // One video and one picture at a time per process, so that no picture waits for a video. Other
  // files fail the attempt and are retried later: waiting here would occupy the few slots for
  // background work. A video asks less often the further back it is in its workspace's queue, so
  // that a workspace with many files doesn't block others.
  const busy = new Set<'image' | 'video'>()
  return {
    /**
     * Converts an upload to the file for publishing, and makes the renditions that posts need. A
     * retry makes what is missing again, under another name.
     */
    makeRendition: async ({ mediaId }: MediaRef): Promise<void> => {
      const kind = await findOpenKind(deps.sql, mediaId)
      if (!kind) return
      if (busy.has(kind))
        throw notYet(kind === 'image' ? pictureTurnMs : await videoWaitMs(deps, mediaId))
      busy.add(kind)
      const context = Context.current()
      const beat = setInterval(() => context.heartbeat(), beatMs)
      try {
        await convertUpload(deps, mediaId)
        await makeRenditions(deps, mediaId)
      } finally {
        clearInterval(beat)
        busy.delete(kind)
      }
    },
  }
}

const videoWaitMs = async ({ sql }: RenderingDeps, mediaId: string): Promise<number> =>
  Math.min(longestTurnMs, videoTurnMs * (1 + (await countBefore(sql, mediaId))))
