/**
 * How a video is split for TikTok: `count` chunks of `chunkBytes`. The last one also has the
 * remainder.
 */
export type ChunkPlan = { totalBytes: number; chunkBytes: number; count: number }

/** TikTok doesn't say if its MB is 10^6 or 2^20 bytes. These sizes are allowed either way. */
const oneChunkMaxBytes = 64_000_000
const chunkBytes = 10_000_000

/**
 * One chunk for up to 64,000,000 bytes, otherwise chunks of 10,000,000. Source: media transfer
 * guide.
 */
export const planChunks = (totalBytes: number): ChunkPlan =>
  totalBytes <= oneChunkMaxBytes
    ? { totalBytes, chunkBytes: totalBytes, count: 1 }
    : cutInto(totalBytes, chunkBytes)

/** TikTok computes `count = floor(total / chunk)`, so the last chunk includes the remainder. */
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
 * The byte to continue from, according to TikTok's
 * `Content-Range: bytes 0-{UPLOADED_BYTES}/{TOTAL}`. TikTok doesn't say if that is a count or the
 * last index, but both lead to the same chunk. Null if the header has no progress.
 */
export const resumeAt = (plan: ChunkPlan, contentRange: string | null): number | null => {
  const uploaded = /^bytes 0-(\d+)\/\d+$/.exec(contentRange ?? '')?.[1]
  if (uploaded === undefined) return null
  const taken = Number(uploaded) + 1
  if (taken >= plan.totalBytes) return plan.totalBytes
  return Math.min(Math.floor(taken / plan.chunkBytes) * plan.chunkBytes, lastChunkStart(plan))
}
