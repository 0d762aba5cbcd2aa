/** How a video is cut for TikTok: `count` pieces of `chunkBytes`, the remainder in the last one. */
export type ChunkPlan = { totalBytes: number; chunkBytes: number; count: number }

/** TikTok does not say whether its MB is 10^6 or 2^20: these sizes are legal in both. */
const oneChunkMaxBytes = 64_000_000
const chunkBytes = 10_000_000

/** Up to 64,000,000 bytes one chunk of the whole size, else chunks of 10,000,000. Source: media transfer guide. */
export const planChunks = (totalBytes: number): ChunkPlan =>
  totalBytes <= oneChunkMaxBytes ? { totalBytes, chunkBytes: totalBytes, count: 1 } : cutInto(totalBytes, chunkBytes)

/** `count = floor(total / chunk)`, as TikTok computes it: the last chunk carries the remainder. */
export const cutInto = (totalBytes: number, size: number): ChunkPlan => ({
  totalBytes,
  chunkBytes: size,
  count: Math.floor(totalBytes / size),
})

export const lastChunkStart = (plan: ChunkPlan): number => (plan.count - 1) * plan.chunkBytes

/** First and last byte (inclusive) of the chunk that starts at `start`. */
export const chunkAt = (plan: ChunkPlan, start: number): { start: number; end: number } => ({
  start,
  end: start >= lastChunkStart(plan) ? plan.totalBytes - 1 : start + plan.chunkBytes - 1,
})

/**
 * Where to go on, from the progress in TikTok's `Content-Range: bytes 0-{UPLOADED_BYTES}/{TOTAL}`.
 * Whether that is a count or the last index is not said; both lie at the same chunk border. Null when the header says nothing.
 */
export const resumeAt = (plan: ChunkPlan, contentRange: string | null): number | null => {
  const uploaded = /^bytes 0-(\d+)\/\d+$/.exec(contentRange ?? '')?.[1]
  if (uploaded === undefined) return null
  const taken = Number(uploaded) + 1
  if (taken >= plan.totalBytes) return plan.totalBytes
  return Math.min(Math.floor(taken / plan.chunkBytes) * plan.chunkBytes, lastChunkStart(plan))
}
