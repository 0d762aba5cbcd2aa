import type { Meta } from '../meta.ts'
import { type Reception, share } from './audience.ts'

/** What people did after seeing a post. Like views, none of these ever decreases. */
export type Acts = {
  /** At most as many as `profileVisits`. */
  follows: number
  profileVisits: number
  /** Taps on buttons of the profile. At most as many as `profileVisits`. */
  profileActivity: number
  /** Stories only: replies, taps forward, back and out, and taps on a link. */
  replies: number
  navigation: number
  linkClicks: number
}

/** The shares depend on the post alone, so that posts differ and repeated reads agree. */
export function actsOf(post: { id: string }, { views, reach }: Reception): Acts {
  const part = (name: string, of: number, least: number, most: number) =>
    Math.floor(of * (least + (most - least) * share(post.id, name)))
  const profileVisits = part('profile visits', reach, 0.01, 0.05)
  return {
    profileVisits,
    follows: part('follows', profileVisits, 0.05, 0.3),
    profileActivity: part('profile activity', profileVisits, 0.1, 0.5),
    replies: part('replies', reach, 0.001, 0.01),
    navigation: part('navigation', views, 0.9, 1.4),
    linkClicks: part('link clicks', reach, 0.002, 0.03),
  }
}

/** How long people watched a video: `totalMs` is what all plays took together. */
export type Watched = { plays: number; averageMs: number; totalMs: number }

/** For an older video whose file was not added. */
const unknownLengthMs = 15_000

/** A play takes between a quarter and seven eighths of the video, depending on the post. */
export function watched(
  meta: Meta,
  post: { id: string },
  sha256: string | null | undefined,
  plays: number,
): Watched {
  const averageMs = Math.floor(
    (lengthOf(meta, sha256) ?? unknownLengthMs) * (0.25 + 0.625 * share(post.id, 'watched')),
  )
  return { plays, averageMs, totalMs: averageMs * plays }
}

/** The length of a stored video, in milliseconds. */
export function lengthOf(meta: Meta, sha256: string | null | undefined): number | undefined {
  const facts = sha256 ? meta.world.media.find(sha256)?.facts : undefined
  return facts?.kind === 'video' ? facts.durationMs : undefined
}
