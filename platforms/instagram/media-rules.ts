import { countCharacters } from '../graph/text.ts'
import { bitRateRule, encodingRules } from '../graph/video-encoding.ts'
import type { DraftForChannel, MediaFacts, PictureRecipe, RuleFault } from '../platform.ts'

/** Limits from Meta's content publishing reference. Ratios are width to height. */
const largestImageBytes = 8 * 1024 * 1024
export const feedShape = { least: 4 / 5, most: 1.91 }
/** Whole pixels can't match a ratio exactly: 1080 x 566 is Instagram's own example of 1.91:1. */
const ratioSlack = 0.005
const altTextLimit = 1_000
const megabyte = 1_000_000

export type VideoUse = 'reel' | 'story' | 'carousel'
const videoLimits: Record<
  VideoUse,
  { bytes: number; longestMs: number; longest: string; leastRatio: number }
> = {
  reel: { bytes: 300 * megabyte, longestMs: 15 * 60_000, longest: '15 minutes', leastRatio: 0.01 },
  story: { bytes: 100 * megabyte, longestMs: 60_000, longest: '60 seconds', leastRatio: 0.1 },
  carousel: { bytes: 300 * megabyte, longestMs: 60_000, longest: '60 seconds', leastRatio: 0.01 },
}
const shortestMs = 3_000
const mostRatio = 10
const mostColumns = 1_920
const frames = { least: 23, most: 60 }
const videoCodecs = ['h264', 'avc', 'avc1', 'h265', 'hevc', 'hvc1', 'hev1']
const audioCodecs = ['aac', 'mp4a']

type Rule = { rule: string; broken: boolean; words: string }

/**
 * The best picture that Instagram takes. A single picture outside Instagram's ratios gets bars.
 * Instagram crops those of a carousel to the first one.
 */
export const feedPicture = (kind: string): PictureRecipe => {
  if (kind === 'story' || kind === 'reel')
    return { box: { width: 1080, height: 1920 }, maxBytes: 8 * megabyte }
  const feed = { box: { width: 1440, height: 1800 }, maxBytes: 8 * megabyte }
  return kind === 'image' ? { ...feed, ratios: feedShape } : feed
}

/** Says that a picture gets bars. Null if it doesn't. */
export const barsNote = ({
  kind,
  media,
}: Pick<DraftForChannel, 'kind' | 'media'>): string | null => {
  const [image] = media
  if (kind !== 'image' || image?.kind !== 'image') return null
  const ratio = image.width / image.height
  if (ratio < feedShape.least - ratioSlack)
    return 'Instagram takes pictures of at most 4:5. This one is taller, so it gets white bars on the left and right. Crop it to avoid them.'
  if (ratio > feedShape.most + ratioSlack)
    return 'Instagram takes pictures of at most 1.91:1. This one is wider, so it gets white bars above and below. Crop it to avoid them.'
  return null
}

export const imageFaults = (image: MediaFacts, item: number): RuleFault[] =>
  faultsOf(`picture ${item}`, item, [
    { rule: 'image_type', broken: image.contentType !== 'image/jpeg', words: 'must be a JPEG.' },
    {
      rule: 'image_size',
      broken: image.sizeBytes > largestImageBytes,
      words: 'is larger than 8 MB. Upload a smaller one.',
    },
  ])

export const altTextFaults = ({ altText }: MediaFacts, item: number): RuleFault[] =>
  faultsOf(`picture ${item}`, item, [
    {
      rule: 'alt_text',
      broken: countCharacters(altText) > altTextLimit,
      words: 'has alt text of more than 1,000 characters. Shorten it.',
    },
  ])

/** Values that can't be read from the file (null) are left for Instagram to check. */
export const itemVideoFaults = (video: MediaFacts, item: number, use: VideoUse): RuleFault[] => {
  const { contentType, durationMs, fps, width, height, videoCodec, audioCodec } = video
  const limits = videoLimits[use]
  const ratio = width / height
  const badFrames = fps !== null && (fps < frames.least - 0.1 || fps > frames.most + 0.1)
  return faultsOf(`video ${item}`, item, [
    {
      rule: 'video_type',
      broken: !['video/mp4', 'video/quicktime'].includes(contentType),
      words: 'must be an MP4 or MOV file.',
    },
    {
      rule: 'video_size',
      broken: video.sizeBytes > limits.bytes,
      words: `is larger than ${limits.bytes / megabyte} MB. Export a smaller one.`,
    },
    {
      rule: 'video_duration',
      broken: durationMs !== null && durationMs < shortestMs,
      words: 'is shorter than 3 seconds.',
    },
    {
      rule: 'video_duration',
      broken: durationMs !== null && durationMs > limits.longestMs,
      words: `is longer than ${limits.longest}. Trim it.`,
    },
    {
      rule: 'video_ratio',
      broken: ratio < limits.leastRatio || ratio > mostRatio,
      words: `is ${width} x ${height}, an aspect ratio that Instagram doesn’t accept. 9:16 is best.`,
    },
    {
      rule: 'video_columns',
      broken: width > mostColumns,
      words: `is ${width} pixels wide. The limit is 1,920. Export it smaller.`,
    },
    {
      rule: 'video_fps',
      broken: badFrames,
      words: `has ${Math.round(fps ?? 0)} frames per second. It must have 23 to 60.`,
    },
    {
      rule: 'video_codec',
      broken: !isOneOf(videoCodec, videoCodecs),
      words: `is encoded as ${videoCodec}. Use H.264 or H.265.`,
    },
    {
      rule: 'video_audio',
      broken: !isOneOf(audioCodec, audioCodecs),
      words: `has audio encoded as ${audioCodec}. Use AAC.`,
    },
    bitRateRule(video.encoding),
    ...encodingRules(video.encoding),
  ])
}

const faultsOf = (what: string, item: number, rules: Rule[]): RuleFault[] =>
  rules
    .filter(({ broken }) => broken)
    .map(({ rule, words }) => ({
      rule,
      field: 'media',
      item,
      words: `Instagram: ${what} ${words}`,
    }))

const isOneOf = (codec: string | null, known: string[]): boolean =>
  codec === null || known.includes(codec.toLowerCase().split('.')[0] ?? '')
