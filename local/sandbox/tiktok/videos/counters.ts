import { createHash } from 'node:crypto'

export type PostCounters = { views: number; likes: number; comments: number; shares: number }

const hourMs = 3_600_000

/** Counters of an older post with known final numbers. They rise fast at first. */
export function knownCounters(end: PostCounters, ageMs: number): PostCounters {
  const rise = 1 - 0.5 ** (Math.max(0, ageMs) / (8 * hourMs))
  const now = (count: number) => Math.floor(count * rise)
  return {
    views: now(end.views),
    likes: now(end.likes),
    comments: now(end.comments),
    shares: now(end.shares),
  }
}

/**
 * Lifetime counters of a post at an age: fast at first, flat after some days, never decreasing.
 * They depend only on the arguments, so repeated reads agree.
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

/** The number of followers grows slowly from `base`. The rate depends on the seed. */
export function followersAt(seed: string, base: number, ageMs: number): number {
  const [pull] = fractionsOf(seed)
  return base + Math.floor(((1 + 9 * pull) * Math.max(0, ageMs)) / (24 * hourMs))
}

/** Five numbers from 0 to 1 that depend only on the seed. */
function fractionsOf(seed: string): [number, number, number, number, number] {
  const digest = createHash('sha256').update(seed).digest()
  const at = (index: number) => digest.readUInt32BE(index * 4) / 2 ** 32
  return [at(0), at(1), at(2), at(3), at(4)]
}
