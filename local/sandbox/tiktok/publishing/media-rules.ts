import type { ImageFacts } from '../../judge-media.ts'
import type { StoredMedia } from '../../media-store.ts'
import type { VideoFacts } from '../../video/judge-video.ts'

export type MediaFailReason =
  | 'file_format_check_failed'
  | 'duration_check_failed'
  | 'frame_rate_check_failed'
  | 'picture_size_check_failed'

const videoTypes = ['video/mp4', 'video/quicktime', 'video/webm']
const videoCodecs = ['avc', 'hevc', 'vp8', 'vp9']
const longestInboxMs = 600_000
export const largestVideoBytes = 4_000_000_000
export const largestPhotoBytes = 20_000_000

/**
 * The rules of fact sheet 4.10, checked only after the upload and only from the file's bytes.
 * `maxDurationSec` is the creator's limit.
 */
export function judgeVideo(
  media: StoredMedia,
  mode: 'direct' | 'inbox',
  maxDurationSec: number,
): MediaFailReason | null {
  if (media.facts.kind !== 'video' || !isVideoFormat(media, media.facts))
    return 'file_format_check_failed'
  const { fps, width, height, durationMs } = media.facts
  // Frame rates are imprecise: 59.94 and 60.02 both count as 60.
  if (!isWithin(Math.round(fps), 23, 60)) return 'frame_rate_check_failed'
  if (!isWithin(width, 360, 4096) || !isWithin(height, 360, 4096))
    return 'picture_size_check_failed'
  return durationMs > (mode === 'inbox' ? longestInboxMs : maxDurationSec * 1000)
    ? 'duration_check_failed'
    : null
}

/**
 * JPEG or WebP, at most 20 MB and "1080p". TikTok doesn't define that, so both orientations of
 * 1920x1080 are accepted.
 */
export function judgePhoto(media: StoredMedia): MediaFailReason | null {
  if (media.facts.kind !== 'image' || !isPhotoFormat(media, media.facts))
    return 'file_format_check_failed'
  const { width, height } = media.facts
  return Math.min(width, height) > 1080 || Math.max(width, height) > 1920
    ? 'picture_size_check_failed'
    : null
}

/** 10 bit and 4:2:2 are outside the rules of all platforms (meta.md, section 10). */
const isCommon = ({ pictures }: VideoFacts) =>
  pictures?.chroma === '4:2:0' && pictures.bitDepth === 8

const isVideoFormat = (media: StoredMedia, facts: VideoFacts) =>
  isCommon(facts) &&
  videoTypes.includes(media.contentType) &&
  videoCodecs.includes(facts.codec ?? '') &&
  media.sizeBytes <= largestVideoBytes

const isPhotoFormat = (media: StoredMedia, facts: ImageFacts) =>
  (media.contentType === 'image/jpeg' || media.contentType === 'image/webp') &&
  !facts.broken &&
  media.sizeBytes <= largestPhotoBytes

const isWithin = (value: number, low: number, high: number) => value >= low && value <= high
