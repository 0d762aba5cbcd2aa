import { listFollowerEnds, listFollowers } from '../../../db/insights/followers.ts'
import {
  type InsightScope,
  listAllRetiredNames,
  listLateDays,
  sumAccounts,
  sumPoints,
} from '../../../db/insights/insights.ts'
import { countPosts, type PostCount } from '../../../db/insights/post-numbers.ts'
import { read, together } from '../../../db/postgres/json-rows.ts'
import type { PostMetric } from '../../../platforms/measurer.ts'
import type { ChartSpec } from '../../charts/index.ts'
import type { WebDeps, Workspace } from '../../http/env.ts'
import { addDays, startOfWeek } from '../../time/days.ts'
import { type Formats, formats } from '../../time/formats.ts'
import { dateOf } from '../../time/wall-time.ts'
import { loadAccounts } from '../accounts.ts'
import { changeOf, differenceOf, type MetricChange } from '../changes.ts'
import { type Comparable, comparedOf } from '../comparison.ts'
import { type CommonLines, eveOf, linesOf, partsOf, pointsOf, sparkOf } from '../lines.ts'
import { addUp, metricNotes } from '../metrics.ts'
import { instantsOf, readInsightRange, whyIncomparable } from '../range.ts'
import {
  comingsOf,
  type FollowerChange,
  followersOf,
  goneOn,
  idsApart,
  standingOf,
} from '../standing.ts'

/** One number of the week. If `words` is null, `note` says why there is none. */
type WeekNumber = {
  label: string
  words: string | null
  /** `12% more`, with the rest of the sentence in `than`. Null if it isn't compared. */
  change: string | null
  than: string
  note: string
  spark: ChartSpec | null
}

export type LastWeek = {
  from: string
  to: string
  title: string
  /** When the newest numbers were read. */
  updated: string | null
  numbers: WeekNumber[]
  /** Why the week isn't compared with the one before. Empty if it is. */
  note: string
}

/**
 * The last whole week of the reader in four numbers, each compared with the week before. Null if no
 * account had numbers by then. Reads the sums of fourteen days, not posts.
 */
export const loadLastWeek = async (
  deps: WebDeps,
  workspace: Workspace,
): Promise<LastWeek | null> => {
  const now = new Date(deps.now())
  const today = dateOf(now, workspace.zone)
  const from = addDays(startOfWeek(today, workspace.dates.weekStart), -7)
  const to = addDays(from, 6)
  const accounts = await loadAccounts(deps, { workspaceId: workspace.id, channelId: null })
  const firstDay = accounts.flatMap((one) => one.firstDay ?? []).sort()[0] ?? null
  if (firstDay === null || firstDay > to) return null
  const fmt = formats(workspace, deps.now())
  const { range } = readInsightRange({ from, to }, today, firstDay)
  const incomparable = whyIncomparable(range, firstDay, fmt)
  const compares = incomparable === null
  const points = pointsOf(range, compares)
  const facts = { accounts, range, zone: workspace.zone, compares, made: 'all' as const }
  const apart = idsApart(comingsOf(facts))
  const before = range.before ?? range
  const scope: InsightScope = {
    ...{ workspaceId: workspace.id, channelIds: null, made: 'all', kind: null },
  }
  const { sql } = deps
  const lists = await together(sql, {
    sums: read(sumPoints(sql, scope, { days: range, before: range.before, size: 1 }), {
      takenAt: true,
    }),
    levels: read(
      listFollowers(sql, scope, [...points.buckets.map((one) => one.to), eveOf(range.from)]),
      {},
    ),
    ends: read(listFollowerEnds(sql, scope, range), {}),
    late: read(listLateDays(sql, scope, { from: before.from, to }), {}),
    apartNow: read(sumAccounts(sql, scope, range, apart), {}),
    apartBefore: read(sumAccounts(sql, scope, before, apart), {}),
    counts: read(countPosts(sql, scope, instantsOf(range, workspace.zone)), {}),
    countsBefore: read(countPosts(sql, scope, instantsOf(before, workspace.zone)), {}),
    retired: read(listAllRetiredNames(sql), { refusedAt: true }),
  })
  const lines = linesOf(range, points, lists.sums, lists.levels)
  const standing = standingOf({ ...facts, late: lists.late })
  const comparable: Comparable = {
    ...{ lines, standing, accounts, incomparable, channel: null },
    ...{ accountSums: lists.apartNow, apartBefore: lists.apartBefore },
  }
  const notes = metricNotes(
    deps.platforms,
    { accounts, retired: lists.retired, own: [], kind: undefined },
    fmt,
  )
  const gone = accounts.filter((one) => (goneOn(one, workspace.zone) ?? '9999') <= to)
  const amount = (metric: 'views' | 'engagement', label: string, note: string): WeekNumber => {
    const compared = comparedOf(comparable, partsOf(metric))
    return amountOf(lines, metric, {
      ...{ label, note, fmt },
      change: compared && changeOf(compared.now, compared.before, fmt),
    })
  }
  const taken = accounts.flatMap((one) => one.takenAt?.getTime() ?? [])
  return {
    ...{ from, to, title: fmt.on.shortSpan(from, to) },
    updated: taken.length > 0 ? fmt.when(new Date(Math.max(...taken))) : null,
    numbers: [
      postsOf(lists.counts, compares ? lists.countsBefore : null, fmt),
      amount('views', 'Views', notes.views.join(' ')),
      amount('engagement', 'Likes, comments, shares, saves', partlyGiven(notes)),
      followersNumber(
        followersOf(lists.ends, new Set(gone.map((one) => one.id))),
        sparkOf(lines.followers),
        fmt,
      ),
    ],
    note:
      incomparable ??
      (standing.isIncomplete ? 'Not compared with the week before: readings are missing.' : ''),
  }
}

/** `Saves: not reported by TikTok.` */
const partlyGiven = (notes: Record<PostMetric, string[]>): string =>
  notes.saves.map((words) => `Saves: ${words.charAt(0).toLowerCase()}${words.slice(1)}`).join(' ')

const changed = (change: MetricChange | null): Pick<WeekNumber, 'change' | 'than'> =>
  change
    ? { change: change.words, than: `${change.joins} the week before` }
    : { change: null, than: '' }

const amountOf = (
  lines: CommonLines,
  metric: 'views' | 'engagement',
  {
    fmt,
    change,
    ...said
  }: { label: string; note: string; fmt: Formats; change: MetricChange | null },
): WeekNumber => {
  const { total } = lines[metric]
  return {
    ...said,
    words: total === null ? null : fmt.count(total),
    note: said.note || (total === null ? 'No numbers in this week.' : ''),
    ...changed(change),
    spark: { kind: 'spark', ...sparkOf(lines[metric]) },
  }
}

const postsOf = (now: PostCount[], before: PostCount[] | null, fmt: Formats): WeekNumber => {
  const sum = (counts: PostCount[]) => addUp(counts.map(({ posts }) => posts)) ?? 0
  return {
    ...{ label: 'Posts published', words: fmt.count(sum(now)), note: '', spark: null },
    ...changed(before && differenceOf(sum(now), sum(before), fmt)),
  }
}

const followersNumber = (
  { now, before, total }: FollowerChange,
  line: ReturnType<typeof sparkOf>,
  fmt: Formats,
): WeekNumber => {
  const grown = now === null || before === null ? null : now - before
  return {
    label: 'New followers',
    words: grown === null ? null : `${signOf(grown)}${fmt.count(Math.abs(grown))}`,
    ...{ change: null, than: '' },
    note: total === null ? 'No numbers in this week.' : `${fmt.count(total)} in all`,
    spark: { kind: 'spark', ...line },
  }
}

const signOf = (grown: number): string => (grown > 0 ? '+' : grown < 0 ? '−' : '')
