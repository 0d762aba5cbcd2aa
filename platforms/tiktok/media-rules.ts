import type { MediaFacts, PictureRecipe, RuleFault } from '../platform.ts'

const containers: Record<string, string> = {
  'video/mp4': 'MP4',
  'video/quicktime': 'MOV',
  'video/webm': 'WebM',
}
/** Codec names, both as the media reader returns them and in their common form. */
const codecs = new Set(['avc', 'h264', 'hevc', 'h265', 'vp8', 'vp9'])
/** TikTok doesn't say if its GB and MB are decimal. These sizes are allowed either way. */
const videoMaxBytes = 4_000_000_000
const imageMaxBytes = 20_000_000
/**
 * TikTok documents "1080p" for photos, and clients disagree on its meaning. Only clearly larger
 * pictures are rejected.
 */
const imageMaxPx = 4096

/** TikTok documents "1080p", and clients fit photos into this box. */
export const tiktokPicture: PictureRecipe = {
  box: { width: 1080, height: 1920 },
  turns: true,
  maxBytes: 10_000_000,
}

/** TikTok's Direct Post rules for a video. The maximum duration is per creator, in seconds. */
export const tiktokVideoFaults = (
  video: MediaFacts,
  maxDurationSec: number | null,
): RuleFault[] => {
  const faults: RuleFault[] = []
  const add = (rule: string, words: string) => faults.push({ rule, field: 'media', item: 1, words })
  if (!Object.hasOwn(containers, video.contentType))
    add('video_format', 'TikTok accepts MP4, MOV and WebM videos.')
  if (video.videoCodec !== null && !codecs.has(video.videoCodec.toLowerCase())) {
    add(
      'video_codec',
      `TikTok accepts H.264, H.265, VP8 and VP9. This video is ${video.videoCodec}.`,
    )
  }
  if (video.fps !== null && (video.fps < 22.9 || video.fps > 60.1)) {
    add(
      'frame_rate',
      `TikTok accepts 23 to 60 frames per second. This video has ${Math.round(video.fps * 10) / 10}.`,
    )
  }
  if (Math.min(video.width, video.height) < 360 || Math.max(video.width, video.height) > 4096) {
    add(
      'video_size',
      `TikTok accepts videos of 360 to 4096 pixels per side. This one is ${video.width} by ${video.height}.`,
    )
  }
  if (
    maxDurationSec !== null &&
    video.durationMs !== null &&
    video.durationMs > maxDurationSec * 1000
  ) {
    const length = Math.ceil(video.durationMs / 1000)
    add(
      'duration',
      `This account can post videos of up to ${maxDurationSec} seconds. This one has ${length}.`,
    )
  }
  if (video.sizeBytes > videoMaxBytes) add('video_bytes', 'TikTok accepts videos of up to 4 GB.')
  return faults
}

/** TikTok's rules for one picture of a photo post. `item` is its position, from 1. */
export const checkImage = (image: MediaFacts, item: number): RuleFault[] => {
  const faults: RuleFault[] = []
  const add = (rule: string, words: string) => faults.push({ rule, field: 'media', item, words })
  if (image.kind !== 'image') {
    add('photos_only', 'A TikTok photo post can only have photos. Post the video separately.')
    return faults
  }
  if (image.contentType !== 'image/jpeg' && image.contentType !== 'image/webp')
    add('image_format', 'TikTok accepts JPEG and WebP photos.')
  if (image.sizeBytes > imageMaxBytes)
    add('image_bytes', 'TikTok accepts photos of up to 20 MB each.')
  if (Math.max(image.width, image.height) > imageMaxPx) {
    add(
      'image_size',
      `TikTok accepts photos of about 1920 by 1080 pixels. This one is ${image.width} by ${image.height}.`,
    )
  }
  return faults
}
