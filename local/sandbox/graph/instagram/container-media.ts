import type { StoredMedia } from '../../media-store.ts'
import { refuse } from '../calls/refusal.ts'
import { type Meta, metaUserAgent } from '../meta.ts'
import type { Container } from '../state.ts'
import { encodingProblem } from '../videos/encoding.ts'

const maxImageBytes = 8 * 1024 * 1024

/**
 * Downloads an image during the call that names it, and rejects what Instagram rejects (fact sheet
 * 3.5).
 */
export async function loadImage(
  meta: Meta,
  url: string,
  { anyRatio }: { anyRatio: boolean },
): Promise<StoredMedia> {
  const outcome = await meta.world.fetchMedia(url, {
    userAgent: metaUserAgent,
    maxBytes: maxImageBytes + 1,
    robots: true,
  })
  if (!outcome.ok) {
    if (outcome.reason === 'too_large') throw tooLarge()
    if (outcome.reason === 'timeout')
      throw refuse.general(-2, 2207003, 'The media download has timed out.')
    throw refuse.mediaFetch(url)
  }
  const { facts, sizeBytes } = outcome.media
  if (facts.kind !== 'image') throw refuse.mediaFetch(url)
  if (sizeBytes > maxImageBytes) throw tooLarge()
  const isAccepted = facts.format === 'jpeg' || (facts.format === 'png' && !meta.settings.strictPng)
  if (!isAccepted || facts.broken) {
    throw refuse.general(36001, 2207005, 'The image format is not supported.', {
      title: 'Image format not supported',
      userMessage: 'The image format is not supported. Please use a JPEG image.',
    })
  }
  const ratio = facts.width / facts.height
  if (!anyRatio && (ratio < 0.795 || ratio > 1.915)) {
    throw refuse.general(36003, 2207009, 'The aspect ratio is not supported.', {
      title: 'Aspect ratio not supported',
      userMessage: `The submitted image with aspect ratio ${ratio.toFixed(2)} cannot be published. Please submit an image with a ratio of 4:5 to 1.91:1.`,
    })
  }
  return outcome.media
}

const tooLarge = () =>
  refuse.general(36000, 2207004, 'The image size is too large.', {
    title: 'Image size too large',
    userMessage: 'The image is too large to download. It should be less than 8 MiB.',
  })

type VideoLimits = {
  maxBytes: number
  minMs: number
  maxMs: number
  maxWidth: number
  minRatio: number
}

const limits: Record<'REELS' | 'STORIES' | 'VIDEO', VideoLimits> = {
  REELS: {
    maxBytes: 300_000_000,
    minMs: 3_000,
    maxMs: 15 * 60_000,
    maxWidth: 1920,
    minRatio: 0.01,
  },
  STORIES: { maxBytes: 100_000_000, minMs: 3_000, maxMs: 60_000, maxWidth: 1920, minRatio: 0.1 },
  VIDEO: { maxBytes: 300_000_000, minMs: 3_000, maxMs: 60_000, maxWidth: 1920, minRatio: 0.01 },
}

/**
 * What is wrong with a video for this container: the subcode for the container's status. Null if
 * nothing is.
 */
export function instagramVideoProblem(
  container: Container,
  { facts, sizeBytes }: StoredMedia,
): { subcode: number; detail: string } | null {
  const wrong = (detail: string) => ({ subcode: 2207026, detail })
  const limit =
    limits[container.type === 'STORIES' || container.type === 'VIDEO' ? container.type : 'REELS']
  if (facts.kind !== 'video') return wrong('not a video')
  if (!['mp4', 'mov'].includes(facts.container)) return wrong(`container ${facts.container}`)
  if (!facts.codec || !['avc', 'hevc'].includes(facts.codec)) return wrong(`codec ${facts.codec}`)
  const encoding = encodingProblem(facts)
  if (encoding) return wrong(encoding)
  if (facts.audio?.isEmpty) return { subcode: 2207082, detail: 'the audio track is empty' }
  if (!facts.moovFirst) return wrong('the index is behind the data')
  if (facts.edited) return wrong('an edit list')
  if (facts.bitsPerSecond > 25_000_000) return wrong(`${facts.bitsPerSecond} bits per second`)
  if (sizeBytes > limit.maxBytes) return wrong('too many bytes')
  // Allows a frame more or less, as Instagram does.
  if (facts.durationMs < limit.minMs - 50 || facts.durationMs > limit.maxMs + 500)
    return wrong(`${facts.durationMs} ms long`)
  if (facts.fps < 22.9 || facts.fps > 60.5) return wrong(`${facts.fps} frames per second`)
  if (facts.width > limit.maxWidth) return wrong(`${facts.width} pixels wide`)
  const ratio = facts.width / facts.height
  if (ratio < limit.minRatio || ratio > 10) return wrong('aspect ratio')
  const { thumbOffsetMs } = container
  return thumbOffsetMs !== null && thumbOffsetMs > facts.durationMs
    ? { subcode: 2207057, detail: 'thumb_offset' }
    : null
}
