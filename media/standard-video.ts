import { type Demuxer, explain, isAnimation, withoutCameraData } from './clean-video.ts'
import { type Edits, keptPart, keptTime } from './edits.ts'
import type { Ffmpeg } from './ffmpeg.ts'
import type { Probed } from './probe.ts'

/**
 * The one video format that every platform accepts for every kind of post, according to their
 * documentation: MP4, H.264 High, 8 bit 4:2:0, progressive, BT.709, constant frame rate, at most
 * 1920 pixels long, closed GOPs of two seconds, at most 10 Mbit/s, AAC stereo at 48 kHz, the index
 * at the front.
 */
export type StandardVideo = {
  width: number
  height: number
  fps: number
  durationMs: number
  /** The largest size that the file can have. */
  sizeBytes: number
  videoCodec: 'avc'
  audioCodec: 'aac' | null
}

const standard = {
  longSide: 1_920,
  /** To which smaller ones grow. */
  shortSide: 540,
  videoKilobits: 10_000,
  audioKilobits: 128,
}

/**
 * Instagram accepts 300 MB for up to 15 minutes, Facebook 1 GB for up to 20 minutes. These limits
 * leave some margin.
 */
const sizes = [
  { durationMs: 15 * 60_000, bytes: 280_000_000 },
  { durationMs: Number.POSITIVE_INFINITY, bytes: 900_000_000 },
]

/** What Facebook wants of reels, and TikTok of all others. */
const leastSideOf = (video: { width: number; height: number }): number =>
  isReelShaped(video) ? 540 : 360

const isReelShaped = ({ width, height }: { width: number; height: number }): boolean =>
  Math.abs(width / height - 9 / 16) <= 0.01
/** So that its width is 540, give or take a pixel. */
const leastReelHeight = 960

/** Nobody notices less. An encoder's padding at the start of the sound is up to 50 ms long. */
const mostSoundDelayMs = 100

/** Whether a cleaned MP4 can be published without conversion. */
export const isStandard = (video: Probed): boolean =>
  video.codec === 'h264' &&
  ['yuv420p', 'yuvj420p'].includes(video.pixelFormat) &&
  !video.isInterlaced &&
  !video.isHdr &&
  video.isConstant &&
  video.fps >= 23.8 &&
  video.fps <= 60.5 &&
  Math.max(video.width, video.height) <= standard.longSide &&
  Math.min(video.width, video.height) >= leastSideOf(video) &&
  video.kilobits <= 25_000 &&
  // Without an edit list, picture and sound begin together.
  Math.abs(video.soundDelayMs) <= mostSoundDelayMs &&
  (!video.audio ||
    (video.audio.codec === 'aac' && video.audio.rate <= 48_000 && video.audio.channels <= 2))

/**
 * The format that a video is converted to. Animations repeat until they reach the minimum length of
 * a video.
 */
export const planStandard = (
  video: Probed,
  demuxer: Demuxer,
): StandardVideo & { repeats: number } => {
  const repeats = isAnimation(demuxer)
    ? Math.max(0, Math.ceil(shortestMs / video.durationMs) - 1)
    : 0
  const durationMs = video.durationMs * (repeats + 1)
  const [long, short] = [Math.max(video.width, video.height), Math.min(video.width, video.height)]
  const least = isReelShaped(video) ? leastReelHeight / long : standard.shortSide / short
  const grown = Math.max(1, Math.min(least, standard.longSide / long))
  const scale = Math.min(grown, standard.longSide / long)
  const audioCodec = video.audio ? 'aac' : null
  return {
    width: even(video.width * scale),
    height: even(video.height * scale),
    fps: rateOf(video),
    durationMs,
    sizeBytes: Math.ceil(((kilobitsOf(durationMs) + standard.audioKilobits) * durationMs) / 8),
    videoCodec: 'avc',
    audioCodec,
    repeats,
  }
}

const shortestMs = 3_200
/** For the index, and for short videos, which may exceed their bit rate within the buffer. */
const spareBytes = 16 * 2 ** 20
const even = (pixels: number): number => Math.max(2, 2 * Math.round(pixels / 2))

/**
 * Keeps a constant rate that every platform accepts. Anything else becomes 30, or 60 if the average
 * is above 45.
 */
const rateOf = ({ fps, isConstant }: Probed): number => {
  if (isConstant && fps >= 23.9 && fps <= 60.5) return Math.round(fps * 1000) / 1000
  return fps > 45 ? 60 : 30
}

const kilobitsOf = (durationMs: number): number => {
  const { bytes } = sizes.find((size) => durationMs <= size.durationMs)!
  return Math.min(
    standard.videoKilobits,
    Math.floor((bytes * 8) / durationMs) - standard.audioKilobits,
  )
}

type Conversion = {
  from: string
  demuxer: Demuxer
  to: string
  video: Probed
  edits?: Edits | null
}

/** Converts a video, or the part of it that the edits keep, to the standard format. Throws MediaRefused. */
export const makeStandard = async (
  ffmpeg: Ffmpeg,
  { from, demuxer, to, video: whole, edits = null }: Conversion,
  watching: { onShare?: (share: number) => void; signal?: AbortSignal } = {},
): Promise<void> => {
  const { repeats, durationMs } = planStandard(whole, demuxer)
  const time = keptTime({ durationMs }, edits)
  const video = editedVideo(whole, edits, time)
  const plan = planStandard(video, time || !isAnimation(demuxer) ? 'mov' : demuxer)
  // An animation is trimmed after it was repeated; seeking in the input is faster for all others.
  const [early, late] = isAnimation(demuxer) ? [[], trimOf(time)] : [trimOf(time), []]
  // ffmpeg reads an animated WebP only once, so its few scaled frames are repeated from memory.
  const isHeld = demuxer === 'webp_anim' && repeats > 0
  const repeated = isHeld
    ? [`loop=${repeats}:size=${Math.ceil((plan.fps * shortestMs) / 1000) + 1}`]
    : []
  const args = [
    ...inputOf(demuxer === 'webp_anim' ? 0 : repeats),
    ...early,
    '-f',
    demuxer,
    '-i',
    `file:${from}`,
    ...late,
    '-map',
    '0:V:0',
    '-map',
    '0:a:0?',
  ]
  args.push(
    '-vf',
    [...filtersOf(video, plan, edits), ...repeated].join(','),
    ...pictureCodec(plan),
    ...soundCodec,
    ...withoutCameraData,
  )
  args.push(
    '-map_metadata:s',
    '-1',
    '-metadata:s:v',
    'encoder=',
    '-movflags',
    '+faststart+negative_cts_offsets',
    '-use_editlist',
    '0',
  )
  const onProgress = (doneMs: number) => watching.onShare?.(Math.min(1, doneMs / plan.durationMs))
  // Limited to about the planned size, because the workspace's quota was checked for that.
  const outputBytes = Math.ceil(1.1 * plan.sizeBytes) + spareBytes
  const limits = { clockSeconds: 6_000, processorSeconds: 12_000, outputBytes, onProgress }
  await ffmpeg([...args, '-f', 'mp4', `file:${to}`], {
    ...limits,
    ...(watching.signal ? { signal: watching.signal } : {}),
  }).catch((error: unknown) => {
    throw explain(error)
  })
}

const editedVideo = (
  video: Probed,
  edits: Edits | null,
  time: ReturnType<typeof keptTime>,
): Probed => {
  const { width, height } = keptPart({ kind: 'video', ...video }, edits)
  return {
    ...video,
    width,
    height,
    durationMs: time ? time.endMs - time.startMs : video.durationMs,
  }
}

const trimOf = (time: ReturnType<typeof keptTime>): string[] =>
  time ? ['-ss', `${time.startMs}ms`, '-t', `${time.endMs - time.startMs}ms`] : []

const inputOf = (repeats: number): string[] =>
  repeats > 0 ? ['-stream_loop', String(repeats)] : []

const filtersOf = (
  video: Probed,
  { width, height, fps }: StandardVideo,
  edits: Edits | null,
): string[] => [
  ...(video.isInterlaced ? ['bwdif=mode=send_frame'] : []),
  ...(video.isHdr ? toneMapping : []),
  ...turns[edits?.rotate ?? 0],
  ...(edits?.crop ? [cropOf(edits.crop)] : []),
  `fps=${fps}:start_time=0`,
  `scale=${width}:${height}:flags=lanczos:out_color_matrix=bt709:out_range=tv`,
  'setsar=1',
  'format=yuv420p',
]

const turns = { 0: [], 90: ['transpose=clock'], 180: ['hflip', 'vflip'], 270: ['transpose=cclock'] }

/** In fractions, because the pixels of a frame may not be square. */
const cropOf = ({ x, y, width, height }: NonNullable<Edits['crop']>): string =>
  `crop=w=iw*${width}:h=ih*${height}:x=iw*${x}:y=ih*${y}`

/** Filters from HDR to SDR: linear light, BT.709 colors, then the BT.709 curve. */
export const toneMapping = [
  'zscale=t=linear:npl=203',
  'format=gbrpf32le',
  'zscale=p=bt709',
  'tonemap=mobius:desat=0',
  'zscale=t=bt709:m=bt709:r=tv',
]

const pictureCodec = ({ fps, durationMs }: StandardVideo): string[] => {
  const most = kilobitsOf(durationMs)
  const rate = [
    '-crf',
    '20',
    '-maxrate',
    `${most}k`,
    '-bufsize',
    `${2 * most}k`,
    // Key frames at these places only: one at each change of scene would be closer than 2 seconds.
    '-g',
    String(Math.ceil(2 * fps)),
    '-sc_threshold',
    '0',
  ]
  const color = [
    '-colorspace',
    'bt709',
    '-color_primaries',
    'bt709',
    '-color_trc',
    'bt709',
    '-color_range',
    'tv',
  ]
  return [
    '-c:v',
    'libx264',
    '-preset',
    'fast',
    '-profile:v',
    'high',
    ...rate,
    '-flags',
    '+cgop',
    ...color,
  ]
}

const soundCodec = [
  '-c:a',
  'aac',
  '-b:a',
  `${standard.audioKilobits}k`,
  '-ar',
  '48000',
  '-ac',
  '2',
  '-af',
  'aresample=async=1:first_pts=0',
]
