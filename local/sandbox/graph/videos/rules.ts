import type { StoredMedia } from '../../media-store.ts'
import type { GopLengths } from '../../video/key-frames.ts'
import type { VideoError } from '../state.ts'
import { encodingProblem } from './encoding.ts'

const codecs = ['avc', 'hevc', 'vp9', 'av1']

/** Fact sheet 10: a closed GOP of 2 to 5 s. Key frames are on whole frames, so one more or less. */
function gopProblem({ shortestMs, longestMs }: GopLengths): string | null {
  const frameMs = 50
  if (longestMs > 5_000 + frameMs) return `a GOP of ${longestMs} ms`
  return shortestMs !== null && shortestMs < 2_000 - frameMs ? `a GOP of ${shortestMs} ms` : null
}

/** What processing finds wrong with a Page's video (fact sheet 2.4 and 2.5). Null if nothing. */
export function videoProblem(
  kind: 'video' | 'reel' | 'story',
  { facts, sizeBytes }: StoredMedia,
  { takesMov }: { takesMov: boolean },
): VideoError | null {
  if (sizeBytes < 1_000) return { code: 1363022, message: 'The video file is too small.' }
  if (facts.kind !== 'video' || !facts.codec || !codecs.includes(facts.codec)) {
    return { code: 1363024, message: 'The video file has an unsupported format.' }
  }
  if (facts.durationMs > 40 * 60_000)
    return { code: 1363026, message: 'The video is longer than 40 minutes.' }
  if (kind === 'video')
    return facts.durationMs < 1_000 ? { code: 1363025, message: 'The video is too short.' } : null
  if (facts.container !== 'mp4' && !(takesMov && facts.container === 'mov'))
    return { code: 1363024, message: `A ${kind} has to be an MP4 file.` }
  const encoding = encodingProblem(facts) ?? gopProblem(facts.gops)
  if (encoding)
    return { code: 1363024, message: `The video file has an unsupported format: ${encoding}.` }
  // Allows a little extra, because frames don't add up exactly.
  const mostS = kind === 'story' ? 60 : 90
  if (facts.durationMs < 2_950 || facts.durationMs > mostS * 1_000 + 500)
    return { code: 1363128, message: `A ${kind} has to be 3 to ${mostS} seconds long.` }
  if (facts.width < 540 || facts.height < 960)
    return { code: 1363127, message: `The resolution of a ${kind} has to be 540 x 960 at least.` }
  // A wider story is published with 0 seconds and without an error (fact sheet 2.6).
  if (kind === 'reel' && Math.abs(facts.width / facts.height - 9 / 16) > 0.01)
    return { code: 1363040, message: 'The aspect ratio of a reel has to be 9:16.' }
  if (facts.fps < 23.9 || facts.fps > 60.5)
    return { code: 1363129, message: `The frame rate of a ${kind} has to be 24 to 60.` }
  return null
}
