import type { TransactionSql } from 'postgres'
import { recordEvent } from '../../../db/notifications/events.ts'
import { tx } from '../../../db/postgres/connect.ts'
import { findPost, setPostTime } from '../../../db/posts/posts.ts'
import { seriesVersion } from '../../../db/posts/series/occurrences.ts'
import {
  endSeries,
  findSeries,
  lockSeries,
  type SeriesRef,
  type SeriesRow,
} from '../../../db/posts/series/series.ts'
import { lockSlots } from '../../../db/posts/slots.ts'
import { cancelPost, movePost } from '../../../db/posts/target-moves.ts'
import type { WebDeps } from '../../http/env.ts'
import { addDays } from '../../time/days.ts'
import { type Actor, type Done, nudged, onPost, type Seen, timeOf } from '../post-acts.ts'
import { cancelFrom, changeFollowing } from './following.ts'
import { said } from './saving.ts'

/** Everything that changes a series locks the slots, the series and then posts, in this order. */
const lockAll = async (t: TransactionSql, workspaceId: string, postId: string): Promise<void> => {
  await lockSlots(t, workspaceId)
  const post = await findPost(t, { workspaceId, postId })
  if (post?.seriesId) await lockSeries(t, { workspaceId, seriesId: post.seriesId })
}

/**
 * Moves an occurrence with all that follow: by as many days, to the same time of day. The caller has
 * checked that a rule describes that.
 */
export const moveFollowing = (
  deps: WebDeps,
  actor: Actor,
  seen: Seen,
  time: { dueAt: Date; zone: string },
): Promise<Done> =>
  onPost(
    deps,
    actor,
    seen,
    'series.moved',
    async (t, post) => {
      const series = await runningOf(t, post)
      if (!series) return null
      const next = timeOf(time.dueAt, time.zone)
      const changes = await movePost(t, post, time.dueAt)
      await setPostTime(t, { workspaceId: post.workspaceId, postId: post.id }, next)
      const by = { platforms: deps.platforms, userId: actor.userId, now: new Date(deps.now()) }
      const { wallTime, zone } = next
      const followed = await changeFollowing(t, by, series, post, { content: null, wallTime, zone })
      return { changes, dueAt: time.dueAt, others: followed.changes, ...said(followed) }
    },
    lockAll,
  )

/** Cancels an occurrence with all that follow, and ends the series before it. */
export const cancelFollowing = (deps: WebDeps, actor: Actor, seen: Seen): Promise<Done> =>
  onPost(
    deps,
    actor,
    seen,
    'series.canceled',
    async (t, post) => {
      const series = await runningOf(t, post)
      const on = post.occurrenceOn
      if (!series || !on) return null
      const changes = await cancelPost(t, post)
      const followed = await cancelFrom(t, actor, series, { on, except: post.id })
      const ref = { workspaceId: post.workspaceId, seriesId: series.id }
      await endSeries(t, ref, { at: new Date(deps.now()), lastOn: addDays(on, -1) })
      return { changes, dueAt: null, others: followed.changes, ...said(followed) }
    },
    lockAll,
  )

const runningOf = async (
  t: TransactionSql,
  { workspaceId, seriesId }: { workspaceId: string; seriesId: string | null },
): Promise<SeriesRow | null> => {
  const series = seriesId ? await findSeries(t, { workspaceId, seriesId }) : null
  return series && !series.endedAt ? series : null
}

/**
 * Stops a series. `cancel`: also cancels the posts that were made and not sent. Stopping twice changes
 * nothing. 'conflict': its posts aren't those that the page showed.
 */
export const stopSeries = async (
  deps: WebDeps,
  { workspace, userId }: Actor,
  ref: SeriesRef,
  { posts, version }: { posts: 'keep' | 'cancel'; version: number | null },
): Promise<'done' | 'missing' | 'conflict'> => {
  const done = await tx(deps.sql, async (t) => {
    await lockSlots(t, workspace.id)
    const series = await lockSeries(t, ref)
    if (!series) return 'missing'
    if (version !== null && !series.endedAt && version !== (await seriesVersion(t, ref)))
      return 'conflict'
    const now = new Date(deps.now())
    // From its first day on: a post that was moved alone can be due long after its date.
    const from = { on: series.startsOn, except: null }
    const followed = posts === 'cancel' ? await cancelFrom(t, { userId }, series, from) : null
    const isStopped = await endSeries(t, ref, { at: now, lastOn: series.madeOn })
    if (isStopped || followed?.count)
      await recordEvent(t, {
        name: 'series.stopped',
        workspaceId: workspace.id,
        userId,
        subjectId: series.id,
        facts: { canceled: followed?.count ?? 0 },
      })
    return { postId: '', eventId: '', changes: followed?.changes ?? [] }
  })
  if (typeof done === 'string') return done
  await nudged(deps, done)
  return 'done'
}
