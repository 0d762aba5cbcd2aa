import { randomBytes } from 'node:crypto'
import { stat } from 'node:fs/promises'
import { Context } from '@temporalio/activity'
import {
  completeRendition,
  deleteUnusedRenditions,
  failRendition,
  findWaitingRendition,
  listUnusedRenditions,
  type MadeRendition,
  nameRenditionFile,
  noteRenditionShare,
  type RenditionToMake,
} from '../../db/posts/renditions.ts'
import { type Edits, readEdits } from '../../media/edits.ts'
import { hashFile } from '../../media/hash-file.ts'
import { makePicture } from '../../media/image.ts'
import { probe } from '../../media/probe.ts'
import { readRecipe } from '../../media/recipes.ts'
import { MediaRefused } from '../../media/refusal.ts'
import { demuxerOf } from '../../media/sniff.ts'
import { makeStandard } from '../../media/standard-video.ts'
import { readablePicture } from '../../media/still.ts'
import { probeVideo } from '../../media/video.ts'
import { mediaWorkflowId } from '../../workflows/names.ts'
import { shareNoter } from './progress.ts'
import { type RenderingDeps, withScratch } from './scratch.ts'

/** How long a rendition with edits is kept that no post uses any more. */
const unusedMs = 24 * 3_600_000

/** Makes everything that posts need from a file, one after another. */
export const makeRenditions = async (deps: RenderingDeps, mediaId: string): Promise<void> => {
  await dropUnused(deps, mediaId)
  for (;;) {
    const wanted = await findWaitingRendition(deps.sql, mediaId)
    if (!wanted) return
    try {
      await makeOne(deps, wanted)
    } catch (error) {
      if (!(error instanceof MediaRefused)) throw error
      await failRendition(deps.sql, wanted.id, error.message)
      deps.log.warn(
        { workflow: mediaWorkflowId(mediaId), reason: error.reason },
        'could not make a rendition',
      )
    }
  }
}

const dropUnused = async ({ sql, mediaStore, now }: RenderingDeps, mediaId: string) => {
  const unused = await listUnusedRenditions(sql, mediaId, new Date(now() - unusedMs))
  for (const { storeKey } of unused) if (storeKey) await mediaStore.remove(storeKey)
  await deleteUnusedRenditions(
    sql,
    unused.map(({ id }) => id),
  )
}

const makeOne = (deps: RenderingDeps, wanted: RenditionToMake): Promise<void> => {
  const recipe = readRecipe(wanted.recipe)
  const edits = readEdits(wanted.edits)
  if (edits === 'invalid') throw new Error('the edits of a rendition cannot be read')
  const source = { key: wanted.sourceKey, makesBytes: recipe?.maxBytes ?? wanted.sizeBytes }
  return withScratch(deps, source, async (from, to) => {
    const facts = recipe
      ? {
          ...(await makePicture(await readablePicture(deps.ffmpeg, from), to, recipe, edits)),
          ...ofPicture,
        }
      : await makeVideo(deps, wanted.id, { from, to, edits })
    await keep(deps, wanted, to, facts)
  })
}

const ofPicture = { contentType: 'image/jpeg', durationMs: null }

const makeVideo = async (
  deps: RenderingDeps,
  id: string,
  { from, to, edits }: { from: string; to: string; edits: Edits | null },
): Promise<Facts> => {
  const demuxer = await demuxerOf(from)
  const video = await probe(deps.ffmpeg, from, demuxer)
  const onShare = shareNoter(deps, (share) => noteRenditionShare(deps.sql, id, share))
  await makeStandard(
    deps.ffmpeg,
    { from, demuxer, to, video, edits },
    { onShare, signal: Context.current().cancellationSignal },
  )
  const { width, height, durationMs } = await probeVideo(to)
  return { width, height, durationMs, contentType: 'video/mp4', sizeBytes: (await stat(to)).size }
}

type Facts = Omit<MadeRendition, 'storeKey' | 'sha256'>

/** A name is noted in the row before its file is stored, so that a purge finds the file. */
const keep = async (
  deps: RenderingDeps,
  { id, storeKey: before }: RenditionToMake,
  path: string,
  facts: Facts,
): Promise<void> => {
  const storeKey = randomBytes(24).toString('base64url')
  const sha256 = await hashFile(path)
  if (!(await nameRenditionFile(deps.sql, id, { before, now: storeKey }))) return
  if (before) await deps.mediaStore.remove(before)
  await deps.mediaStore.putFile(storeKey, path)
  if (!(await completeRendition(deps.sql, id, { ...facts, sha256, storeKey })))
    await deps.mediaStore.remove(storeKey)
}
