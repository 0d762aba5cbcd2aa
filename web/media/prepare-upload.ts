import { rm, stat } from 'node:fs/promises'
import type { NewMedia } from '../../db/posts/media.ts'
import { cleanVideo, type Demuxer } from '../../media/clean-video.ts'
import { isCutByEditList } from '../../media/edit-lists.ts'
import { createFfmpeg, type Ffmpeg, FfmpegFailed } from '../../media/ffmpeg.ts'
import { makeMedium, makePicture, makeThumbnail, maxImageUploadBytes } from '../../media/image.ts'
import { areWellSpaced, type KeyFrames, readKeyFrames } from '../../media/key-frames.ts'
import { makePoster } from '../../media/poster.ts'
import { encodingOf, type Probed, probe } from '../../media/probe.ts'
import { inTurn } from '../../media/queue.ts'
import { MediaRefused } from '../../media/refusal.ts'
import { isStandard, planStandard } from '../../media/standard-video.ts'
import { readablePicture } from '../../media/still.ts'
import { probeVideo, requireWhole } from '../../media/video.ts'
import { takeStill } from '../../media/video-still.ts'
import type { WebDeps } from '../http/env.ts'
import { bytes as inWords } from '../time/formats.ts'

type PrepareDeps = Pick<WebDeps, 'config'>

/** The files in the scratch folder that are ready to be stored. */
export type PreparedUpload = Omit<
  NewMedia,
  | 'workspaceId'
  | 'uploadedBy'
  | 'fileName'
  | 'storeKey'
  | 'thumbnailKey'
  | 'mediumKey'
  | 'sha256'
  | 'original'
  | 'isWaiting'
> & {
  /** The file to publish. Null if it still has to be made from the original. */
  path: string | null
  /** The file as it came. Null for a video whose samples are published unchanged. */
  originalPath: string | null
  thumbnailPath: string
  /** Null for a video of which no frame can be decoded. */
  mediumPath: string | null
}

/** The upload is kept too: what a post needs in another size or with a crop is made from it. */
export const preparePictureUpload = async (
  { config }: PrepareDeps,
  { workspaceId }: { workspaceId: string },
  path: string,
): Promise<PreparedUpload> => {
  if ((await stat(path)).size > maxImageUploadBytes)
    throw new MediaRefused(
      'too_large',
      `This picture is larger than ${inWords(maxImageUploadBytes)}. Export it as a smaller JPEG.`,
    )
  const [out, thumbnailPath, mediumPath] = [`${path}.out`, `${path}.webp`, `${path}.medium`]
  const facts = await inTurn(workspaceId, async (signal) => {
    const image = await makePicture(
      await readablePicture(createFfmpeg(config.media.ffmpeg, signal), path),
      out,
    )
    await makeThumbnail(out, thumbnailPath)
    await makeMedium(out, mediumPath)
    return image
  })
  const noVideo = { durationMs: null, videoCodec: null, audioCodec: null, fps: null }
  return {
    kind: 'image',
    contentType: 'image/jpeg',
    ...facts,
    ...noVideo,
    path: out,
    originalPath: path,
    thumbnailPath,
    mediumPath,
  }
}

/**
 * promise: D3: only the audio and video samples are published, without the metadata that the camera
 * wrote. If platforms would not accept them as they are, a workflow converts the video.
 */
export const prepareVideoUpload = async (
  deps: PrepareDeps,
  { workspaceId }: { workspaceId: string },
  path: string,
  demuxer: Demuxer,
): Promise<PreparedUpload> => {
  const [out, thumbnailPath] = [`${path}.out`, `${path}.webp`]
  return await inTurn(workspaceId, async (signal) => {
    const ffmpeg = createFfmpeg(deps.config.media.ffmpeg, signal)
    if (demuxer === 'mov') await requireWhole(path)
    const video = await probe(ffmpeg, path, demuxer)
    const small = { path, demuxer, video, thumbnailPath }
    const mediumPath = await makePictures(ffmpeg, small)
    const keyFrames = await copyStandard(ffmpeg, { path, demuxer, video, out })
    if (keyFrames) {
      const facts = await probeVideo(out)
      const sizeBytes = (await stat(out)).size
      const encoding = encodingOf(video, keyFrames)
      return {
        kind: 'video',
        contentType: 'video/mp4',
        ...facts,
        encoding,
        sizeBytes,
        path: out,
        originalPath: null,
        thumbnailPath,
        mediumPath,
      }
    }
    const { repeats: _repeats, ...planned } = planStandard(video, demuxer)
    return {
      kind: 'video',
      contentType: 'video/mp4',
      ...planned,
      path: null,
      originalPath: path,
      thumbnailPath,
      mediumPath,
    }
  })
}

type Copying = { path: string; demuxer: Demuxer; video: Probed; out: string }

/**
 * Copies the samples if platforms accept them as they are, and returns how far apart the key frames
 * are. Null if they have to be converted.
 */
const copyStandard = async (
  ffmpeg: Ffmpeg,
  { path, demuxer, video, out }: Copying,
): Promise<KeyFrames | null> => {
  if (!isStandard(video)) return null
  if (demuxer === 'mov' && (await isCutByEditList(path))) return null
  if (!(await cleanVideo(ffmpeg, path, demuxer, out))) return null
  const { isOpen, ...keyFrames } = await readKeyFrames(out)
  return !isOpen && areWellSpaced(keyFrames) ? keyFrames : null
}

type SmallPicture = { path: string; demuxer: Demuxer; video: Probed; thumbnailPath: string }

/**
 * Makes the thumbnail and the medium picture from a frame. Returns the path of the latter. If no frame
 * can be decoded, the thumbnail is drawn, and there is no medium picture.
 */
const makePictures = async (
  ffmpeg: Ffmpeg,
  { path, demuxer, video, thumbnailPath }: SmallPicture,
): Promise<string | null> => {
  const still = `${path}.png`
  try {
    await takeStill(ffmpeg, path, demuxer, video, still)
    await makeThumbnail(still, thumbnailPath)
    await makeMedium(still, `${path}.medium`)
    return `${path}.medium`
  } catch (error) {
    if (!(error instanceof FfmpegFailed || error instanceof MediaRefused)) throw error
    await makePoster(video, thumbnailPath)
    return null
  } finally {
    await rm(still, { force: true })
  }
}
