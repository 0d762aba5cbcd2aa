import { encodingRules } from '../graph/video-encoding.ts'
import type { MediaFacts, RuleFault } from '../platform.ts'

/** Meta documents the limits for videos in several places. These are the lowest ones. */
const largestVideoBytes = 1_000_000_000
const longestVideoMs = 20 * 60_000
const smallestVideoBytes = 1_024

/** Reels by API (Meta's reels guide): MP4, 9:16, at least 540 x 960, 24 to 60 fps, 3 to 90 s, GOPs of 2 to 5 s. */
const reel = {
  shortestMs: 3_000,
  longestMs: 90_000,
  width: 540,
  height: 960,
  ratio: 9 / 16,
  leastFps: 24,
  mostFps: 60,
  keyFrames: { leastMs: 2_000, mostMs: 5_000 },
}
/** Key frames can't be closer to a whole second than their frame rate lets them. */
const frameMs = 42
const longestStoryMs = 60_000
/** Accepts 608 x 1080 and similar sizes, which are 9:16 apart from rounding to whole pixels. */
const ratioSlack = 0.01
/** MP4 is recommended; MOV is not excluded. */
const reelTypes = ['video/mp4', 'video/quicktime']
const reelVideoCodecs = [
  'h264',
  'avc',
  'avc1',
  'h265',
  'hevc',
  'hvc1',
  'hev1',
  'vp9',
  'vp09',
  'av1',
  'av01',
]
const reelAudioCodecs = ['aac', 'mp4a']

type Rule = { rule: string; broken: boolean; words: string }

export const videoFaults = (video: MediaFacts): RuleFault[] =>
  faultsOf('the video', [
    {
      rule: 'video_size',
      broken: video.sizeBytes > largestVideoBytes,
      words: 'is larger than 1 GB. Export a smaller one.',
    },
    {
      rule: 'video_size',
      broken: video.sizeBytes < smallestVideoBytes,
      words: 'has less than 1 KB.',
    },
    {
      rule: 'video_duration',
      broken: (video.durationMs ?? 0) > longestVideoMs,
      words: 'is longer than 20 minutes. Trim it.',
    },
  ])

export const isReelShaped = ({ width, height }: MediaFacts): boolean =>
  Math.abs(width / height - reel.ratio) <= ratioSlack

export const isReelLong = ({ durationMs }: MediaFacts): boolean =>
  durationMs === null || (durationMs >= reel.shortestMs && durationMs <= reel.longestMs)

/**
 * Rules for a Page's video stories: those for reels, but at most a minute. Facebook shows wider
 * videos as 0 seconds long, without an error.
 */
export const storyVideoFaults = (video: MediaFacts): RuleFault[] => [
  ...reelFaults(video).filter(({ rule }) => rule !== 'reel_duration'),
  ...faultsOf('the story', [
    {
      rule: 'story_duration',
      broken:
        video.durationMs !== null &&
        (video.durationMs < reel.shortestMs || video.durationMs > longestStoryMs),
      words: `lasts ${seconds(video)}. It must last 3 to 60 seconds. Trim it.`,
    },
  ]),
]

/** Values that can't be read from the file (null) are left for Facebook to check. */
export const reelFaults = (video: MediaFacts): RuleFault[] => {
  const { width, height, fps, videoCodec, audioCodec } = video
  return faultsOf('the reel', [
    {
      rule: 'reel_type',
      broken: !reelTypes.includes(video.contentType),
      words: 'must be an MP4 or MOV file.',
    },
    {
      rule: 'video_size',
      broken: video.sizeBytes > largestVideoBytes,
      words: 'is larger than 1 GB. Export a smaller one.',
    },
    {
      rule: 'reel_duration',
      broken: !isReelLong(video),
      words: `lasts ${seconds(video)}. It must last 3 to 90 seconds. Trim it, or choose Video.`,
    },
    {
      rule: 'reel_ratio',
      broken: !isReelShaped(video),
      words: `is ${width} x ${height}; it must be upright, 9:16, such as 1080 x 1920. Crop it, or choose Video.`,
    },
    {
      rule: 'reel_pixels',
      broken: width < reel.width || height < reel.height,
      words: `is ${width} x ${height}; it needs at least 540 x 960 pixels.`,
    },
    {
      rule: 'reel_fps',
      broken: fps !== null && (fps < reel.leastFps - 0.1 || fps > reel.mostFps + 0.1),
      words: `has ${Math.round(fps ?? 0)} frames per second. It must have 24 to 60.`,
    },
    {
      rule: 'reel_codec',
      broken: !isOneOf(videoCodec, reelVideoCodecs),
      words: `is encoded as ${videoCodec}. Use H.264, H.265, VP9 or AV1.`,
    },
    {
      rule: 'reel_audio',
      broken: !isOneOf(audioCodec, reelAudioCodecs),
      words: `has audio encoded as ${audioCodec}. Use AAC.`,
    },
    {
      rule: 'reel_key_frames',
      broken: !hasReelKeyFrames(video),
      words: 'must have a key frame every 2 to 5 seconds. Export it so, or choose Video.',
    },
    ...encodingRules(video.encoding),
  ])
}

/** What is unknown is left for Facebook to check. */
const hasReelKeyFrames = ({ encoding }: MediaFacts): boolean => {
  if (!encoding?.keyFrames) return true
  const { shortestMs, longestMs } = encoding.keyFrames
  const { leastMs, mostMs } = reel.keyFrames
  return (shortestMs ?? leastMs) >= leastMs - frameMs && longestMs <= mostMs + frameMs
}

const faultsOf = (what: string, rules: Rule[]): RuleFault[] =>
  rules
    .filter(({ broken }) => broken)
    .map(({ rule, words }) => ({
      rule,
      field: 'media',
      item: 1,
      words: `Facebook: ${what} ${words}`,
    }))

const isOneOf = (codec: string | null, known: string[]): boolean =>
  codec === null || known.includes(codec.toLowerCase().split('.')[0] ?? '')

const seconds = ({ durationMs }: MediaFacts): string =>
  `${Math.round((durationMs ?? 0) / 100) / 10} s`
