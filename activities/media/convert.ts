import { randomBytes } from 'node:crypto'
import { stat } from 'node:fs/promises'
import { Context } from '@temporalio/activity'
import {
  beginConversion,
  type Converted,
  completeConversion,
  failConversion,
  type MediaToConvert,
  nameConverted,
  noteShare,
} from '../../db/posts/conversions.ts'
import { hashFile } from '../../media/hash-file.ts'
import { readKeyFrames } from '../../media/key-frames.ts'
import { encodingOf, probe } from '../../media/probe.ts'
import { MediaRefused } from '../../media/refusal.ts'
import { demuxerOf } from '../../media/sniff.ts'
import { makeStandard } from '../../media/standard-video.ts'
import { probeVideo } from '../../media/video.ts'
import { mediaWorkflowId } from '../../workflows/names.ts'
import { shareNoter } from './progress.ts'
import { type RenderingDeps, withScratch } from './scratch.ts'

/** Converts an upload that no platform takes as it is. Does nothing if there is nothing to convert. */
export const convertUpload = async (deps: RenderingDeps, mediaId: string): Promise<void> => {
  const media = await beginConversion(deps.sql, mediaId, new Date(deps.now()))
  if (!media) return
  try {
    await convert(deps, media)
  } catch (error) {
    if (!(error instanceof MediaRefused)) throw error
    await failConversion(deps.sql, mediaId, error.message)
    deps.log.warn(
      { workflow: mediaWorkflowId(mediaId), reason: error.reason },
      'could not convert a video',
    )
  }
}

const convert = (deps: RenderingDeps, media: MediaToConvert): Promise<void> =>
  withScratch(deps, { key: media.originalKey, makesBytes: media.sizeBytes }, async (from, to) => {
    const demuxer = await demuxerOf(from)
    const video = await probe(deps.ffmpeg, from, demuxer)
    const watching = {
      onShare: shareNoter(deps, (share) => noteShare(deps.sql, media.id, share)),
      signal: Context.current().cancellationSignal,
    }
    await makeStandard(deps.ffmpeg, { from, demuxer, to, video }, watching)
    const { isOpen: _isOpen, ...keyFrames } = await readKeyFrames(to)
    const made = {
      ...(await probeVideo(to)),
      encoding: encodingOf(await probe(deps.ffmpeg, to, 'mov'), keyFrames),
      contentType: 'video/mp4',
      sizeBytes: (await stat(to)).size,
      sha256: await hashFile(to),
    }
    await keep(deps, media.id, to, made)
  })

/** Stores the result, unless another attempt did: an abandoned attempt may still get here. */
const keep = async (
  deps: RenderingDeps,
  mediaId: string,
  path: string,
  made: Omit<Converted, 'storeKey'>,
): Promise<void> => {
  const storeKey = randomBytes(24).toString('base64url')
  const before = await nameConverted(deps.sql, mediaId, storeKey)
  if (!before) return
  await deps.mediaStore.remove(before)
  await deps.mediaStore.putFile(storeKey, path)
  if (!(await completeConversion(deps.sql, mediaId, { ...made, storeKey })))
    await deps.mediaStore.remove(storeKey)
}
