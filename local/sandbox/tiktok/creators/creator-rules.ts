import type { Refusal } from '../api/errors.ts'
import type { TikTok } from '../context.ts'
import type { Creator, Publish } from '../state.ts'

const dayMs = 24 * 3_600_000
const unauditedActiveUserCap = 5

/** The privacy levels of the creator's account (fact sheet 4.1). */
export function privacyOptions(creator: Creator): string[] {
  return creator.private
    ? ['FOLLOWER_OF_CREATOR', 'MUTUAL_FOLLOW_FRIENDS', 'SELF_ONLY']
    : ['PUBLIC_TO_EVERYONE', 'MUTUAL_FOLLOW_FRIENDS', 'SELF_ONLY']
}

/** Refuses creators that TikTok has banned from posting. */
export const refuseBanned = (creator: Creator): Refusal | null =>
  creator.banned ? { code: 'spam_risk_user_banned_from_posting' } : null

/** Limits direct posts in 24 hours, by all apps together. */
export function refuseDailyCap(tiktok: TikTok, creator: Creator): Refusal | null {
  const here = recentPublishes(tiktok).filter(
    (publish) => publish.openId === creator.openId && publish.mode === 'direct' && publish.commit,
  ).length
  return here + creator.postsElsewhere >= tiktok.settings.tiktokPostsPerDay
    ? { code: 'spam_risk_too_many_posts' }
    : null
}

/**
 * Limits shares from 24 hours that are in the inbox or on their way. Unfinished uploads count too,
 * according to a field report.
 */
export function refusePendingCap(tiktok: TikTok, creator: Creator): Refusal | null {
  const waiting = recentPublishes(tiktok).filter(
    (publish) =>
      publish.openId === creator.openId &&
      publish.mode === 'inbox' &&
      publish.status !== 'PUBLISH_COMPLETE',
  ).length
  return waiting + creator.draftsElsewhere >= tiktok.settings.tiktokPendingShares
    ? { code: 'spam_risk_too_many_pending_share' }
    : null
}

/**
 * Limits how many creators can post with the app in 24 hours. Creators who already posted can post
 * again.
 */
export function refuseUserCap(tiktok: TikTok, creator: Creator): Refusal | null {
  const active = new Set(
    recentPublishes(tiktok).flatMap((publish) => (publish.commit ? [publish.openId] : [])),
  )
  const cap = tiktok.settings.tiktokAudited
    ? tiktok.settings.tiktokActiveUserCap
    : Math.min(unauditedActiveUserCap, tiktok.settings.tiktokActiveUserCap)
  return !active.has(creator.openId) && active.size >= cap
    ? { code: 'reached_active_user_cap' }
    : null
}

function recentPublishes(tiktok: TikTok): Publish[] {
  const since = tiktok.world.clock.now() - dayMs
  return tiktok.state.publishes.filter(
    (publish) => publish.initAtMs > since && publish.status !== 'FAILED',
  )
}
