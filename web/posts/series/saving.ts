import type { TransactionSql } from 'postgres'
import type { HeldPost } from '../../../db/posts/post-locks.ts'
import type { Draft, PostRow } from '../../../db/posts/posts.ts'
import { setApart } from '../../../db/posts/series/occurrences.ts'
import { findSeries } from '../../../db/posts/series/series.ts'
import type { Registry } from '../../../platforms/index.ts'
import type { JsonRecord } from '../../../platforms/json.ts'
import { extendOne } from '../../../posting/series/extend.ts'
import type { WebDeps } from '../../http/env.ts'
import type { Composer } from '../composer.ts'
import type { Done } from '../post-acts.ts'
import { changeFollowing, type Followed } from './following.ts'
import { startSeries } from './starting.ts'

type Deps = { platforms: Registry; userId: string; now: Date }
type Saving = { post: PostRow & HeldPost; draft: Draft; isScheduled: boolean }

/**
 * What saving a post does to a series: starts one, changes the posts that follow, or sets this one
 * apart. Of an occurrence, the caller has locked the series.
 */
export const saveSeries = async (
  t: TransactionSql,
  deps: Deps,
  { form, media }: Composer,
  { post, draft, isScheduled }: Saving,
): Promise<{ seriesId: string | null; following: Followed | null }> => {
  const { workspaceId, seriesId } = post
  if (!seriesId) {
    const started = isScheduled
      ? await startSeries(t, post, deps.userId, { form, draft, media })
      : null
    return { seriesId: started, following: null }
  }
  const series = await findSeries(t, { workspaceId, seriesId })
  const follows = isScheduled && form.scope === 'following' && form.act !== 'now'
  if (!follows || !series || series.endedAt || !draft.wallTime || !draft.zone) {
    await setApart(t, post)
    return { seriesId: null, following: null }
  }
  const { text, link, variants, choices, wallTime, zone } = draft
  const content = { pattern: { text, link, variants, choices }, media }
  const following = await changeFollowing(t, deps, series, post, { content, wallTime, zone })
  return { seriesId: null, following }
}

/** For the words that say what was done. */
export const said = (followed: Followed | null): { following?: JsonRecord } =>
  followed ? { following: { count: followed.count, kept: followed.kept } } : {}

/**
 * Makes the next posts of a series that was just started. If this process ends before it is done, the
 * daily run makes the rest.
 */
export const extendStarted = async (
  deps: WebDeps,
  workspaceId: string,
  done: Done,
): Promise<void> => {
  if (typeof done === 'object' && done.seriesId)
    await extendOne(deps, { workspaceId, seriesId: done.seriesId })
}
