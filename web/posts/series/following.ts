import type { TransactionSql } from 'postgres'
import { recordEvent } from '../../../db/notifications/events.ts'
import type { ComposedMedia } from '../../../db/posts/composed-media.ts'
import { listPostLabels, replacePostLabels } from '../../../db/posts/labels/labels.ts'
import type { HeldPost } from '../../../db/posts/post-locks.ts'
import { discardDraft, type PostRow, setPostTime, updatePost } from '../../../db/posts/posts.ts'
import { readContent } from '../../../db/posts/reviews/reviews.ts'
import { lockOccurrencesFrom, setOccurrence } from '../../../db/posts/series/occurrences.ts'
import {
  endSeries,
  insertSeries,
  type Pattern,
  type SeriesRow,
} from '../../../db/posts/series/series.ts'
import { insertSeriesMedia, listSeriesMedia } from '../../../db/posts/series/series-media.ts'
import { cancelPost, movePost, type TargetChange } from '../../../db/posts/target-moves.ts'
import { isUnsent } from '../../../db/posts/target-states.ts'
import { listTargets } from '../../../db/posts/targets.ts'
import type { Registry } from '../../../platforms/index.ts'
import { placePost } from '../../../posting/place.ts'
import { datesOf } from '../../../posting/series/dates.ts'
import { loadSource, occurrenceOf } from '../../../posting/series/occurrence.ts'
import { addDays } from '../../time/days.ts'
import { shiftRule } from './shift.ts'

type Held = PostRow & HeldPost
type Deps = { platforms: Registry; userId: string; now: Date }
/** `count`: how many other posts were changed. `kept`: how many were changed alone before and stay. */
export type Followed = { changes: TargetChange[]; count: number; kept: number }
/** What the posts become. `content`: null if only their time changes. */
type Next = {
  content: { pattern: Pattern; media: ComposedMedia[] } | null
  /** Of the post from which on they change, such as `2026-12-08T18:30`. */
  wallTime: string
  zone: string
}

/**
 * Changes a post of a series, which the caller has already changed, with all that follow: the series
 * ends before it and continues as another. Posts that were sent, canceled or changed alone stay as
 * they are. The caller has locked the slots, the series and the post.
 */
export const changeFollowing = async (
  t: TransactionSql,
  deps: Deps,
  series: SeriesRow,
  first: Held,
  next: Next,
): Promise<Followed> => {
  const from = first.occurrenceOn ?? ''
  const [startsOn = '', wallTime = ''] = next.wallTime.split('T')
  const rule = shiftRule(series.rule, from, startsOn)
  if (!rule) throw new Error('no rule describes the moved series')
  const ref = { workspaceId: series.workspaceId, seriesId: series.id }
  const posts = await lockOccurrencesFrom(t, ref, { on: from, open: false })
  const dates = newDates(series, from, datesOf(rule, startsOn))
  const media = next.content?.media ?? (await listSeriesMedia(t, ref))
  const pattern = next.content?.pattern ?? series
  const timing = { zone: next.zone, wallTime }
  const { text, link, variants, choices } = pattern
  const seriesId = await insertSeries(t, {
    ...series,
    ...{ rule, startsOn, ...timing, text, link, variants, choices },
    ...numbersAfter(series, dates.size),
    // Approval depends on whose content it is.
    createdBy: next.content ? deps.userId : series.createdBy,
    madeOn: [...dates.values()].at(-1) ?? startsOn,
  })
  await insertSeriesMedia(t, { workspaceId: series.workspaceId, seriesId }, media)
  await endSeries(t, ref, { at: deps.now, lastOn: addDays(from, -1) })
  const source = await loadSource(t, deps.platforms, { ...pattern, ...ref }, media)
  const { workspaceId } = series
  const labels = await listPostLabels(t, { workspaceId, postId: first.id })
  const labelIds = labels.map((label) => label.id)
  const followed: Followed = { changes: [], count: 0, kept: 0 }
  for (const post of posts) {
    const isFirst = post.id === first.id
    const on = dates.get(post.occurrenceOn ?? '') ?? startsOn
    await setOccurrence(t, post, { seriesId, on, isApart: post.isApart && !isFirst })
    if (isFirst || !(await isOpen(t, post))) continue
    if (post.isApart || (next.content && source.isBroken)) {
      followed.kept++
      continue
    }
    const { draft, targets } = occurrenceOf(source, timing, on)
    const changes = next.content
      ? await rewrite(t, post, {
          draft,
          targets,
          media,
          accounts: source.accounts,
          userId: deps.userId,
        })
      : await move(t, post, draft)
    if (next.content) await replacePostLabels(t, { workspaceId, postId: post.id }, labelIds)
    await recordChange(t, deps, post, changes, draft.dueAt)
    followed.changes.push(...changes)
    followed.count++
  }
  return followed
}

/** Cancels the posts of a series from a date on, and deletes those that are drafts and untouched. */
export const cancelFrom = async (
  t: TransactionSql,
  deps: Pick<Deps, 'userId'>,
  series: SeriesRow,
  from: { on: string; except: string | null },
): Promise<Followed> => {
  const ref = { workspaceId: series.workspaceId, seriesId: series.id }
  const followed: Followed = { changes: [], count: 0, kept: 0 }
  for (const post of await lockOccurrencesFrom(t, ref, { on: from.on, open: true })) {
    if (post.id === from.except || !(await isOpen(t, post))) continue
    const changes = await cancelPost(t, post)
    const isDraft = post.state === 'draft' && changes.length === 0
    if (isDraft && post.isApart) {
      followed.kept++
      continue
    }
    if (isDraft) await discardDraft(t, { workspaceId: post.workspaceId, postId: post.id })
    await recordChange(t, deps, post, changes, null)
    followed.changes.push(...changes)
    followed.count++
  }
  return followed
}

/** Old date → new date of the posts that were made, in order. */
const newDates = (series: SeriesRow, from: string, dates: Generator<string>) => {
  const pairs = new Map<string, string>()
  for (const date of datesOf(series.rule, from)) {
    if (date > series.madeOn) break
    const to = dates.next()
    if (to.done) break
    pairs.set(date, to.value)
  }
  return pairs
}

/** `count`: how many dates were dealt with that belong to the new series. */
const numbersAfter = ({ occurrences, made }: SeriesRow, count: number) => ({
  made: Math.min(count, made),
  occurrences: occurrences === null ? null : Math.max(1, occurrences - Math.max(0, made - count)),
})

/** Something of it can still be changed: it is a draft, or was neither sent nor canceled entirely. */
const isOpen = async (t: TransactionSql, post: Held): Promise<boolean> => {
  const targets = await listTargets(t, { workspaceId: post.workspaceId, postId: post.id })
  if (targets.length === 0) return post.state === 'draft'
  return (
    targets.some((target) => isUnsent(target.state)) &&
    targets.every((target) => isUnsent(target.state) || target.state === 'canceled')
  )
}

const rewrite = async (
  t: TransactionSql,
  post: Held,
  made: ReturnType<typeof occurrenceOf> & {
    media: ComposedMedia[]
    accounts: Parameters<typeof placePost>[3]['accounts']
    userId: string
  },
): Promise<TargetChange[]> => {
  const { draft, targets, media, accounts, userId } = made
  const ref = { workspaceId: post.workspaceId, postId: post.id, version: post.version }
  const before = await readContent(t, post)
  await updatePost(t, ref, draft)
  const edit = { userId, before }
  return await placePost(t, post, { media, targets, edit }, { accounts, media })
}

const move = async (
  t: TransactionSql,
  post: Held,
  { wallTime, zone, dueAt }: ReturnType<typeof occurrenceOf>['draft'],
): Promise<TargetChange[]> => {
  if (!wallTime || !zone || !dueAt) throw new Error('an occurrence has a time')
  const changes = await movePost(t, post, dueAt)
  const ref = { workspaceId: post.workspaceId, postId: post.id }
  await setPostTime(t, ref, { wallTime, zone, dueAt })
  return changes
}

const recordChange = async (
  t: TransactionSql,
  { userId }: Pick<Deps, 'userId'>,
  post: Held,
  changes: TargetChange[],
  dueAt: Date | null,
): Promise<void> => {
  await recordEvent(t, {
    name: dueAt ? 'series.changed' : 'series.canceled',
    workspaceId: post.workspaceId,
    userId,
    subjectId: post.id,
    facts: {
      due_at: dueAt?.toISOString() ?? null,
      changes: changes.map(({ channelName: _name, ...change }) => ({ ...change })),
    },
  })
}
