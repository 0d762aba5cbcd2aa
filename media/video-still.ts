import { stat } from 'node:fs/promises'
import type { Demuxer } from './clean-video.ts'
import { type Ffmpeg, FfmpegFailed } from './ffmpeg.ts'
import { unlessMissing } from './missing-file.ts'
import type { Probed } from './probe.ts'
import { toneMapping } from './standard-video.ts'

/**
 * Writes a still of the video as a PNG, for the pictures of our pages. Takes the first frame of a transport
 * stream, which has no index for seeking, and of an animated WebP.
 */
export const takeStill = async (
  ffmpeg: Ffmpeg,
  from: string,
  demuxer: Demuxer,
  video: Probed,
  to: string,
): Promise<void> => {
  const at =
    demuxer === 'mpegts' || demuxer === 'webp_anim'
      ? 0
      : Math.min(1_000, video.durationMs / 3) / 1000
  const filters = [
    ...(video.isHdr ? toneMapping : []),
    "scale=w='min(1080,iw)':h='min(1920,ih)':force_original_aspect_ratio=decrease",
    'format=rgb24',
  ]
  const input = [
    ...(at > 0 ? ['-ss', String(at)] : []),
    '-f',
    demuxer,
    '-i',
    `file:${from}`,
    '-map',
    '0:V:0',
    '-frames:v',
    '1',
    '-vf',
    filters.join(','),
  ]
  await ffmpeg([...input, '-c:v', 'png', '-f', 'image2', '-update', '1', `file:${to}`], {
    clockSeconds: 30,
  })
  if (!(await unlessMissing(stat(to)))) throw new FfmpegFailed('failed', 'no frame at this time')
}
