import { createHash } from 'node:crypto'
import type { Meta } from '../meta.ts'
import type { Audience } from '../state.ts'

/** The numbers of one post up to some time. They never decrease, and reach <= views. */
export type Reception = {
  views: number
  reach: number
  likes: number
  comments: number
  saved: number
  shares: number
  interactions: number
}

const nobody: Reception = {
  views: 0,
  reach: 0,
  likes: 0,
  comments: 0,
  saved: 0,
  shares: 0,
  interactions: 0,
}

/**
 * The numbers follow a curve: fast at first, then flat. They depend only on the post's id and the
 * time, so repeated reads agree. For older posts, the final numbers are stored.
 */
export function reception(
  meta: Meta,
  post: { id: string; createdAtMs: number },
  atMs: number,
): Reception {
  const ageMs = Math.max(0, atMs - post.createdAtMs)
  const rise = 1 - Math.exp(-ageMs / meta.settings.insightsCurveMs)
  const known = meta.state.audiences[post.id]
  if (known) return withOwn(meta, post.id, atMs, knownReception(known, rise))
  const plateau = 300 + 4_700 * share(post.id, 'views')
  const views = Math.floor(plateau * rise)
  const part = (name: string, least: number, most: number) =>
    Math.floor(views * (least + (most - least) * share(post.id, name)))
  const met = complete(views, {
    likes: part('likes', 0.03, 0.09),
    comments: part('comments', 0.002, 0.01),
    saved: part('saved', 0.004, 0.02),
    shares: part('shares', 0.003, 0.012),
  })
  return withOwn(meta, post.id, atMs, met)
}

/** Adds the account's own comments, which count like those of others. */
function withOwn(meta: Meta, postId: string, atMs: number, met: Reception): Reception {
  const own = Object.values(meta.state.comments).filter(
    ({ objectId, createdAtMs }) => objectId === postId && createdAtMs <= atMs,
  ).length
  return { ...met, comments: met.comments + own, interactions: met.interactions + own }
}

function knownReception({ views, ...acts }: Audience, rise: number): Reception {
  const now = (end: number) => Math.floor(end * rise)
  const { likes, comments, saved, shares } = acts
  return complete(now(views), {
    likes: now(likes),
    comments: now(comments),
    saved: now(saved),
    shares: now(shares),
  })
}

function complete(views: number, acts: Omit<Audience, 'views'>): Reception {
  const interactions = acts.likes + acts.comments + acts.saved + acts.shares
  return { views, reach: Math.floor(views * 0.72), ...acts, interactions }
}

/** The time up to which insights are available: `insightsLagMs` ago. */
export const insightsMoment = (meta: Meta): number =>
  meta.world.clock.now() - meta.settings.insightsLagMs

const dayMs = 86_400_000
const beginMs = Date.UTC(2026, 0, 1)

/**
 * The account's total numbers from before the sandbox started, up to `atMs`. They follow a slight
 * weekly wave.
 */
export function olderReception(accountId: string, atMs: number): Reception {
  const days = Math.max(0, (atMs - beginMs) / dayMs)
  const wave = days + 0.3 * (7 / (2 * Math.PI)) * Math.sin((2 * Math.PI * days) / 7)
  const views = Math.floor(wave * (40 + 120 * share(accountId, 'older')))
  const [likes, comments, saved, shares] = [0.04, 0.004, 0.006, 0.005].map((part) =>
    Math.floor(views * part),
  ) as [number, number, number, number]
  return {
    views,
    reach: Math.floor(views * 0.72),
    likes,
    comments,
    saved,
    shares,
    interactions: likes + comments + saved + shares,
  }
}

export function addUp(receptions: Reception[]): Reception {
  const sum = { ...nobody }
  for (const next of receptions) {
    for (const key of Object.keys(nobody) as (keyof Reception)[]) sum[key] += next[key]
  }
  return sum
}

export function difference(later: Reception, earlier: Reception): Reception {
  const rest = { ...later }
  for (const key of Object.keys(nobody) as (keyof Reception)[]) rest[key] -= earlier[key]
  return rest
}

/** The number of followers changes from day to day, mostly upward. */
export function followersAt(account: { id: string; followers: number }, atMs: number): number {
  const days = Math.floor((atMs - Date.UTC(2026, 10, 1)) / dayMs)
  const drift = Math.floor(days * (0.5 + 3 * share(account.id, 'followers')) + 2 * Math.sin(days))
  // Keeps small accounts below 100, so that testers can see the limits for them.
  return account.followers < 100 ? account.followers : Math.max(100, account.followers + drift)
}

/** A number from 0 to 1, always the same for the same strings. */
export function share(id: string, name: string): number {
  return createHash('sha256').update(`${id}/${name}`).digest().readUInt32BE(0) / 0xffff_ffff
}
