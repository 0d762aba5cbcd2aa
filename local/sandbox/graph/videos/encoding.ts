import type { VideoFacts } from '../../video/judge-video.ts'

/**
 * What Instagram's videos and Facebook's reels and stories have in common: progressive pictures with
 * closed GOPs in 8 bit 4:2:0, and AAC with at most 48 kHz and two channels (fact sheet 10). Returns
 * what is wrong, or null.
 */
export function encodingProblem({ pictures, closedGops, audio }: VideoFacts): string | null {
  if (!pictures) return 'unreadable parameters of the codec'
  if (pictures.chroma !== '4:2:0') return `chroma ${pictures.chroma}`
  if (pictures.bitDepth > 8) return `${pictures.bitDepth} bits per sample`
  if (pictures.interlaced) return 'interlaced'
  if (closedGops === false) return 'open GOPs'
  if (!audio) return null
  if (audio.codec !== 'aac') return `audio ${audio.codec ?? 'of an unknown codec'}`
  if (audio.rate > 48_000) return `audio with ${audio.rate} Hz`
  return audio.channels > 2 ? `${audio.channels} audio channels` : null
}
