import { jitterMs } from '../retry.ts'

const [secondMs, minuteMs, hourMs] = [1_000, 60_000, 3_600_000]

/** The pauses between tries that Standard Webhooks recommends: three days in all. */
const pausesMs = [
  ...[5 * secondMs, 5 * minuteMs, 30 * minuteMs, 2 * hourMs, 5 * hourMs],
  ...[10 * hourMs, 14 * hourMs, 20 * hourMs, 24 * hourMs],
]
/** After this, a message is given up, even if the receiver asked for longer pauses. */
const longestMs = 80 * hourMs
/** A receiver can ask for a pause of at most this. */
const longestAskedMs = 24 * hourMs

/** An endpoint at which nothing arrived for this long is turned off. */
export const offAfterMs = 72 * hourMs

/**
 * When a message is tried again. Null: never. `askedMs`: the pause that the receiver asked for with
 * Retry-After; a shorter one than ours doesn't count.
 */
export const nextTryAt = (
  message: { id: string; at: Date; tries: number },
  askedMs: number | null,
  nowMs: number,
): Date | null => {
  const pause = pausesMs[message.tries]
  if (pause === undefined) return null
  const own = pause + jitterMs(message.id, pause / 50)
  const at = nowMs + Math.max(own, Math.min(askedMs ?? 0, longestAskedMs))
  return at > message.at.getTime() + longestMs ? null : new Date(at)
}

/** Retry-After in seconds or as a date. Null if there is none that can be read. */
export const askedPauseMs = (header: string | undefined, nowMs: number): number | null => {
  if (!header) return null
  if (/^\d{1,9}$/.test(header)) return Number(header) * secondMs
  const at = Date.parse(header)
  return Number.isNaN(at) ? null : Math.max(0, at - nowMs)
}
