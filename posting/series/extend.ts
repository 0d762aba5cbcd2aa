import type { TransactionSql } from 'postgres'
import { recordEvent } from '../../db/notifications/events.ts'
import { notify } from '../../db/notifications/notifications.ts'
import { type Sql, tx } from '../../db/postgres/connect.ts'
import { listPostLabels, replacePostLabels } from '../../db/posts/labels/labels.ts'
import { lockPost } from '../../db/posts/post-locks.ts'
import { insertPost } from '../../db/posts/posts.ts'
import { newestOccurrence, setOccurrence } from '../../db/posts/series/occurrences.ts'
import {
  endSeries,
  lockSeries,
  type SeriesRef,
  type SeriesRow,
  setMade,
} from '../../db/posts/series/series.ts'
import { listSeriesMedia } from '../../db/posts/series/series-media.ts'
import { lockSlots } from '../../db/posts/slots.ts'
import type { Registry } from '../../platforms/index.ts'
import { placePost } from '../place.ts'
import { horizonOf, nextDate, occurrenceTime } from './dates.ts'
import { loadSource, occurrenceOf, type Source } from './occurrence.ts'

export type SeriesDeps = { sql: Sql; platforms: Registry; now: () => number }

/**
 * Makes the posts of a series that are due within four weeks. Each is made in a transaction that
 * locks the series and remembers its date, so that whatever is killed or runs at once, none is made
 * twice and none is left out. Returns how many were made.
 */
export const extendOne = async (
  deps: SeriesDeps,
  ref: SeriesRef,
  beat = (): void => undefined,
): Promise<number> => {
  for (let made = 0; ; ) {
    const done = await tx(deps.sql, (t) => makeNext(t, deps, ref))
    if (done === 'nothing') return made
    if (done === 'made') made++
    beat()
  }
}

const makeNext = async (
  t: TransactionSql,
  deps: SeriesDeps,
  ref: SeriesRef,
): Promise<'made' | 'passed' | 'nothing'> => {
  await lockSlots(t, ref.workspaceId)
  const series = await lockSeries(t, ref)
  if (!series || series.endedAt) return 'nothing'
  const now = deps.now()
  const date = nextDate(series)
  if (date === null) {
    await endSeries(t, ref, { at: new Date(now), lastOn: null })
    return 'nothing'
  }
  if (date > horizonOf(series.zone, now)) return 'nothing'
  if (occurrenceTime(series, date).dueAt.getTime() <= now) {
    await setMade(t, ref, { madeOn: date, made: 0 })
    return 'passed'
  }
  await makeOccurrence(t, deps, series, date)
  await setMade(t, ref, { madeOn: date, made: 1 })
  return 'made'
}

const makeOccurrence = async (
  t: TransactionSql,
  deps: SeriesDeps,
  series: SeriesRow,
  date: string,
): Promise<void> => {
  const { workspaceId, createdBy, id: seriesId } = series
  const media = await listSeriesMedia(t, { workspaceId, seriesId })
  const source = await loadSource(t, deps.platforms, series, media)
  const { draft, targets } = occurrenceOf(source, series, date)
  const last = await newestOccurrence(t, { workspaceId, seriesId })
  const labels = last ? await listPostLabels(t, last) : []
  const id = await insertPost(t, { ...draft, workspaceId, createdBy })
  await setOccurrence(t, { workspaceId, id }, { seriesId, on: date, isApart: false })
  const labelIds = labels.map((label) => label.id)
  await replacePostLabels(t, { workspaceId, postId: id }, labelIds)
  const post = await lockPost(t, { workspaceId, postId: id })
  if (!post) throw new Error('a post that was just inserted is not there')
  await placePost(t, post, { media, targets }, { accounts: source.accounts, media })
  await recordEvent(t, {
    name: 'series.extended',
    workspaceId,
    userId: null,
    subjectId: id,
    facts: { due_at: draft.dueAt?.toISOString() ?? null, is_draft: targets === null },
  })
  await notifyOf(t, seriesId, source, { day: dayOf(deps.now()), dueAt: draft.dueAt })
}

/**
 * Tells the members if a post could not be scheduled, at most once a day for each series, or if it
 * was scheduled without an account, once for each such account.
 */
const notifyOf = async (
  t: TransactionSql,
  seriesId: string,
  { series, gone, isBroken }: Source,
  { day, dueAt }: { day: string; dueAt: Date | null },
): Promise<void> => {
  const of = { workspaceId: series.workspaceId, to: 'members' as const }
  const facts = { seriesId, dueAt: dueAt?.toISOString() ?? null }
  if (isBroken)
    await notify(t, {
      ...of,
      kind: 'failed',
      cause: `series:${seriesId}:draft:${day}`,
      facts,
    })
  for (const { id, isKnown } of gone)
    await notify(t, {
      ...of,
      kind: 'canceled',
      cause: `series:${seriesId}:without:${id}`,
      facts,
      ...(isKnown ? { channelId: id } : {}),
    })
}

const dayOf = (nowMs: number): string => new Date(nowMs).toISOString().slice(0, 10)
