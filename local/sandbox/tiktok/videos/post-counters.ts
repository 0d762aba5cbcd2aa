import type { TikTok } from '../context.ts'
import type { Creator, Post } from '../state.ts'
import { countersAt, knownCounters, type PostCounters } from './counters.ts'

/** A post's numbers up to now. */
export function countersOf(tiktok: TikTok, creator: Creator, post: Post): PostCounters {
  const ageMs = tiktok.world.clock.now() - post.createdAtMs
  const known = tiktok.state.audiences[post.id]
  return known ? knownCounters(known, ageMs) : countersAt(post.id, creator.followers, ageMs)
}
