import { type Demuxer, explain } from './clean-video.ts'
import type { Ffmpeg } from './ffmpeg.ts'
import type { KeyFrames } from './key-frames.ts'
import { MediaRefused } from './refusal.ts'

/** The streams of a video, whatever its container. */
export type Probed = {
  codec: string
  pixelFormat: string
  /** The displayed size: rotated upright, with square pixels. */
  width: number
  height: number
  isTurned: boolean
  isInterlaced: boolean
  isHdr: boolean
  durationMs: number
  /**
   * Frames per second: the constant rate if there is one, otherwise the average of the whole video.
   */
  fps: number
  /** Whether all frames have the same duration, as far as the timestamps show. */
  isConstant: boolean
  kilobits: number
  /** By how much the sound begins after the picture. Negative if it begins before. */
  soundDelayMs: number
  audio: { codec: string; rate: number; channels: number } | null
}

/** Longer than any platform allows. The timestamps of a damaged or forged file may claim years. */
export const longestVideoHours = 4

/** Reads every packet without decoding any. Throws MediaRefused if there is no picture. */
export const probe = async (ffmpeg: Ffmpeg, path: string, demuxer: Demuxer): Promise<Probed> => {
  const input = [
    '-f',
    demuxer,
    '-i',
    `file:${path}`,
    '-map',
    '0:V:0',
    '-c',
    'copy',
    '-f',
    'null',
    '-',
  ]
  const { log } = await ffmpeg(input, { clockSeconds: 85 }).catch((error: unknown) => {
    throw explain(error)
  })
  return readLog(log)
}

/** What platforms limit about the encoding of a video. */
export const encodingOf = (
  { kilobits, pixelFormat, isInterlaced, audio }: Probed,
  keyFrames: KeyFrames,
) => ({
  kilobits,
  pixelFormat,
  isInterlaced,
  audioRate: audio?.rate ?? null,
  audioChannels: audio?.channels ?? null,
  keyFrames,
})

/** Parses ffmpeg's description of its input, and how much of it was read. */
const readLog = (log: string): Probed => {
  const given = log.slice(0, Math.max(0, log.search(/^Output #0/m))) || log
  const picture =
    given.split('\n').find((line) => / Video: /.test(line) && !/attached pic/.test(line)) ?? ''
  const sound = given.split('\n').find((line) => / Audio: /.test(line)) ?? ''
  const [, codedWidth, codedHeight] = (/, (\d{2,5})x(\d{2,5})\b/.exec(picture) ?? []).map(Number)
  const frames = Number([...log.matchAll(/frame=\s*(\d+)/g)].at(-1)?.[1] ?? 0)
  const saidMs = secondsIn(/Duration: ([\d:.]+)/.exec(given)?.[1])
  const readMs = secondsIn([...log.matchAll(/time=([\d:.]+)/g)].at(-1)?.[1])
  const durationMs = Math.max(saidMs, readMs)
  if (!codedWidth || !codedHeight || frames < 1 || durationMs <= 0)
    throw new MediaRefused('damaged', 'This video has no frames. Export it again, then upload it.')
  if (durationMs > longestVideoHours * 3_600_000)
    throw new MediaRefused(
      'unsupported',
      `This video is longer than ${longestVideoHours} hours, which no platform accepts. Trim it, then upload it.`,
    )
  const [, across, down] = (/\bSAR (\d+):(\d+)/.exec(picture) ?? []).map(Number)
  const shownWidth = across && down ? Math.round((codedWidth * across) / down) : codedWidth
  const turn = Math.round(Number(/rotation of (-?[\d.]+) degrees/.exec(given)?.[1] ?? 0))
  const isSideways = Math.abs(turn) % 180 === 90
  const average = (frames * 1000) / durationMs
  const ticks = Number(/, (\d{1,6}(?:\.\d{1,6})?) tbr/.exec(picture)?.[1] ?? 0)
  const isConstant = ticks > 0 && Math.abs(average - ticks) <= 0.03 * ticks + 1_000 / durationMs
  return {
    codec: / Video: (\w+)/.exec(picture)?.[1] ?? 'unknown',
    pixelFormat: /^\w+/.exec(picture.split(', ', 2)[1] ?? '')?.[0] ?? 'unknown',
    width: isSideways ? codedHeight : shownWidth,
    height: isSideways ? shownWidth : codedHeight,
    isTurned: turn !== 0,
    isInterlaced: /top first|bottom first|top coded first|bottom coded first/.test(picture),
    isHdr: /arib-std-b67|smpte2084/.test(picture),
    durationMs,
    fps: isConstant ? ticks : average,
    isConstant,
    kilobits: Number(/ (\d+) kb\/s/.exec(picture)?.[1] ?? 0),
    soundDelayMs: sound ? startOf(sound) - startOf(picture) : 0,
    audio: sound ? soundOf(sound) : null,
  }
}

/** In milliseconds. ffmpeg writes it only if it isn't 0. */
const startOf = (line: string): number =>
  Math.round(1000 * Number(/, start (-?[\d.]+)/.exec(line)?.[1] ?? 0))

const soundOf = (line: string): NonNullable<Probed['audio']> => ({
  codec: / Audio: (\w+)/.exec(line)?.[1] ?? 'unknown',
  rate: Number(/, (\d+) Hz/.exec(line)?.[1] ?? 0),
  channels: channelsIn(/ Hz, ([^,]+)/.exec(line)?.[1] ?? ''),
})

const channelsIn = (layout: string): number => {
  if (layout.startsWith('mono')) return 1
  if (layout.startsWith('stereo') || layout.startsWith('2 channels')) return 2
  return 6
}

/** Converts `00:01:02.50` to milliseconds. */
const secondsIn = (clock: string | undefined): number => {
  const [hours = 0, minutes = 0, seconds = 0] = (clock ?? '').split(':').map(Number)
  return Math.round(((hours * 60 + minutes) * 60 + seconds) * 1000) || 0
}
