import { createHash } from 'node:crypto'

export type PostCounters = { views: number; likes: number; comments: number; shares: number }

const hourMs = 3_600_000

/** Of a post that was there before: known in the end, quick at first. */
export function knownCounters(end: PostCounters, ageMs: number): PostCounters {
  const rise = 1 - 0.5 ** (Math.max(0, ageMs) / (8 * hourMs))
  const now = (count: number) => Math.floor(count * rise)
  return { views: now(end.views), likes: now(end.likes), comments: now(end.comments), shares: now(end.shares) }
}

/**
 * Lifetime counters of a post at an age: quick at first, flat after some days, never falling.
 * The seed alone decides the curve, so a chart drawn twice is the same chart.
 */
export function countersAt(seed: string, audience: number, ageMs: number): PostCounters {
  const [reach, speed, liking, talking, sharing] = fractionsOf(seed)
  const plateau = 20 + audience * (0.2 + 1.6 * reach)
  const halfLifeMs = (4 + 20 * speed) * hourMs
  const views = Math.floor(plateau * (1 - 0.5 ** (Math.max(0, ageMs) / halfLifeMs)))
  return {
    views,
    likes: Math.floor(views * (0.03 + 0.09 * liking)),
    comments: Math.floor(views * (0.002 + 0.01 * talking)),
    shares: Math.floor(views * (0.001 + 0.006 * sharing)),
  }
}

/** Followers won since the account was seeded: a slow, seeded line. */
export function followersAt(seed: string, base: number, ageMs: number): number {
  const [pull] = fractionsOf(seed)
  return base + Math.floor(((1 + 9 * pull) * Math.max(0, ageMs)) / (24 * hourMs))
}

/** Five numbers from 0 to 1 that only depend on the seed. */
function fractionsOf(seed: string): [number, number, number, number, number] {
  const digest = createHash('sha256').update(seed).digest()
  const at = (index: number) => digest.readUInt32BE(index * 4) / 2 ** 32
  return [at(0), at(1), at(2), at(3), at(4)]
}
