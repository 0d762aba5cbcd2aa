import { completeReceipt, isBoundAlready, type TargetRow } from '../../db/posts/targets.ts'
import { PlatformError } from '../../platforms/errors.ts'
import type { FoundPermalink } from '../../platforms/platform.ts'
import type { TargetRef } from '../../workflows/names.ts'
import { notYet } from '../retry.ts'
import { asks } from './facts.ts'
import { againLater, type PublishingDeps, withPublication } from './platform-calls.ts'
import { whenAsked } from './read.ts'

/** TikTok's public post id may come hours after publishing (moderation). */
const receiptWindowMs = 24 * 3_600_000

export const createFinishing = (deps: PublishingDeps) => ({
  /** Completes the receipt: the post's URL, and its id if that comes later. */
  finishTarget: (ref: TargetRef) =>
    whenAsked(deps, ref, asks.toFinish, (target) => finish(deps, target)),
})

const finish = async (deps: PublishingDeps, target: TargetRow): Promise<void> => {
  const publishedAt = target.publishedAt ?? target.stateAt
  const isLast = deps.now() - publishedAt.getTime() > receiptWindowMs
  try {
    const found = await withPublication(
      deps,
      target,
      target.attemptNumber,
      'asking',
      (platform, publication) => platform.publish.findPermalink(publication, target.platformPostId),
    )
    await complete(deps, target, { ...found, final: found.final || isLast })
    if (found.final || isLast) return
  } catch (error) {
    if (!(error instanceof PlatformError)) throw error
    if (isLast)
      return completeReceipt(deps.sql, target.id, {
        permalink: null,
        platformPostId: null,
        final: true,
      })
    if (error.kind === 'rate_limited') throw againLater(error, 1)
  }
  throw notYet(receiptDelayMs(deps.now() - publishedAt.getTime()))
}

/**
 * A post that was found by its similarity may belong to another target. Then it isn't this one's,
 * and the URL stays unknown.
 */
const complete = async (
  deps: PublishingDeps,
  target: TargetRow,
  found: FoundPermalink,
): Promise<void> => {
  try {
    await completeReceipt(deps.sql, target.id, found)
  } catch (error) {
    if (!isBoundAlready(error)) throw error
    await completeReceipt(deps.sql, target.id, { ...found, permalink: null, platformPostId: null })
  }
}

/** Short delays at first, then half an hour: the post is published and only its URL is missing. */
const receiptDelayMs = (ageMs: number): number => {
  if (ageMs < 60_000) return 3_000
  if (ageMs < 600_000) return 30_000
  return ageMs < 3_600_000 ? 300_000 : 1_800_000
}
