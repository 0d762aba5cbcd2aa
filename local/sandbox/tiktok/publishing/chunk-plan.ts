import type { Refusal } from '../api/errors.ts'
import { largestVideoBytes } from './media-rules.ts'

/** What a client declares at the init of a FILE_UPLOAD, in bytes. */
export type ChunkPlan = { videoSize: number; chunkSize: number; totalChunkCount: number }

// TikTok doesn't say if MB means 10^6 or 2^20 bytes. The sandbox uses the stricter meaning for each
// limit.
const smallestChunkBytes = 5 * 2 ** 20
const largestChunkBytes = 64_000_000
const largestLastChunkBytes = 128_000_000
const mostChunks = 1000

/** Checks the rules of fact sheet 4.3. Null if the plan is valid. */
export function refuseChunkPlan(plan: ChunkPlan): Refusal | null {
  const { videoSize, chunkSize, totalChunkCount } = plan
  if (videoSize < 1 || videoSize > largestVideoBytes) return invalid('The video size is invalid')
  if (!chunkSizeFits(plan)) return invalid('The chunk size is invalid')
  const inOnePiece = chunkSize === videoSize
  if (totalChunkCount !== (inOnePiece ? 1 : Math.floor(videoSize / chunkSize)))
    return invalid('The total chunk count is invalid')
  if (totalChunkCount > mostChunks || (!inOnePiece && totalChunkCount < 2))
    return invalid('The total chunk count is invalid')
  if (lastChunkBytes(plan) > largestLastChunkBytes) return invalid('The chunk size is invalid')
  return null
}

/** First and last byte of the chunk that starts at `first`. Null if no chunk starts there. */
export function chunkStartingAt(
  plan: ChunkPlan,
  first: number,
): { first: number; last: number } | null {
  const index = first / plan.chunkSize
  if (!Number.isInteger(index) || index < 0 || index >= plan.totalChunkCount) return null
  const isLast = index === plan.totalChunkCount - 1
  return { first, last: isLast ? plan.videoSize - 1 : first + plan.chunkSize - 1 }
}

function chunkSizeFits({ videoSize, chunkSize }: ChunkPlan): boolean {
  if (chunkSize > largestChunkBytes) return false
  return chunkSize === videoSize || (chunkSize >= smallestChunkBytes && chunkSize < videoSize)
}

/** The last chunk includes the remainder. */
const lastChunkBytes = ({ videoSize, chunkSize, totalChunkCount }: ChunkPlan) =>
  videoSize - chunkSize * (totalChunkCount - 1)

const invalid = (message: string): Refusal => ({ code: 'invalid_params', message })
