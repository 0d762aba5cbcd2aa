import { type Ffmpeg, FfmpegFailed } from './ffmpeg.ts'
import { MediaRefused } from './refusal.ts'

/** The ffmpeg demuxer for a file, chosen by its content, never by its name. */
export type Demuxer = 'mov' | 'matroska' | 'avi' | 'mpegts' | Animation

/** Animated pictures, which become videos. Their demuxers can't seek, or not exactly. */
export type Animation = 'gif' | 'webp_anim'

export const isAnimation = (demuxer: Demuxer): demuxer is Animation =>
  demuxer === 'gif' || demuxer === 'webp_anim'

/**
 * Copies the picture and the sound of a video into a new MP4 without re-encoding, with the index at
 * the front. Leaves out everything else: location, time, camera make and model, and extra tracks.
 * Keeps the rotation. False if an MP4 can't hold these codecs. Throws MediaRefused.
 */
export const cleanVideo = async (
  ffmpeg: Ffmpeg,
  from: string,
  demuxer: Demuxer,
  to: string,
): Promise<boolean> => {
  const input = [
    '-f',
    demuxer,
    '-i',
    `file:${from}`,
    '-map',
    '0:V:0',
    '-map',
    '0:a:0?',
    '-c',
    'copy',
  ]
  try {
    await ffmpeg(
      [
        ...input,
        ...withoutCameraData,
        '-movflags',
        '+faststart+negative_cts_offsets',
        '-use_editlist',
        '0',
        '-f',
        'mp4',
        `file:${to}`,
      ],
      { clockSeconds: 85 },
    )
    return true
  } catch (error) {
    if (error instanceof FfmpegFailed && cannotHold.test(error.log)) return false
    throw explain(error)
  }
}

/** Options that leave out metadata about the source file and about ffmpeg. */
export const withoutCameraData = [
  '-map_metadata',
  '-1',
  '-map_chapters',
  '-1',
  '-fflags',
  '+bitexact',
  '-dn',
  '-sn',
]

const cannotHold = /codec not currently supported in container|Could not find tag for codec/

/**
 * Converts an ffmpeg error to a MediaRefused with a message for the person. A missing program and a
 * full disk stay as they are, because the file is not the cause.
 */
export const explain = (error: unknown): unknown => {
  if (!(error instanceof FfmpegFailed)) return error
  if (/No space left on device/.test(error.log))
    return Object.assign(new Error('no space left on device'), { code: 'ENOSPC' })
  if (error.why === 'missing' || error.why === 'stopped') return error
  if (error.why === 'too_large')
    return new MediaRefused('too_large', 'This video is too large. Export a smaller one.')
  if (error.why === 'too_slow')
    return new MediaRefused(
      'unsupported',
      'This video took too long to read. Export it again as MP4 (H.264), then upload it.',
    )
  if (/Unknown input format/.test(error.log))
    return new MediaRefused(
      'unsupported',
      'This installation’s ffmpeg is too old to read this file. Export it as MP4 (H.264).',
    )
  if (/matches no streams/.test(error.log))
    return new MediaRefused(
      'unsupported',
      'This file has sound but no video. Platforms only accept videos.',
    )
  return new MediaRefused(
    'damaged',
    'This video can’t be read. It’s damaged or in a rare format. Export it again as MP4 (H.264).',
  )
}
