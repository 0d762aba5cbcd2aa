import { findLabel, type Label } from '../../db/posts/labels/labels.ts'
import type { Report } from '../../db/reports/reports.ts'
import { postMetrics } from '../../platforms/measurer.ts'
import { periodWords, reportDays } from '../../posting/reports/period.ts'
import type { WebDeps, Workspace } from '../http/env.ts'
import { loadAccounts } from '../insights/accounts.ts'
import { rateOfAll } from '../insights/engagement-rate.ts'
import { addUp, listed, metricLabels } from '../insights/metrics.ts'
import { notesOf } from '../insights/notes.ts'
import { type Insights, loadInsights } from '../insights/page.ts'
import { postRow } from '../insights/post-numbers.ts'
import { hoursIn } from '../insights/rated-hours.ts'
import { changeSentences, sharesOf } from '../insights/shown/summary.ts'
import type { Tile } from '../insights/tiles.ts'
import { tilesOf } from '../insights/tiles.ts'
import { accountRows } from '../insights/view.ts'
import { dateOf } from '../time/wall-time.ts'
import { viewsChart } from './view-chart.ts'

export type ReportedWorkspace = Omit<Workspace, 'dates'>

/** Shown with a picture. */
const bestPosts = 6
/** Read, because a post on several accounts is shown once. */
const rankedPosts = 24

/** The numbers of the table of accounts, by their place in a row. */
const columns = (['views', 'reach', 'likes', 'comments', 'shares', 'saves'] as const).map(
  (one) => ({
    label: metricLabels[one],
    index: postMetrics.indexOf(one),
  }),
)

/** What a report shows, the same for members and clients. */
export const loadReportContent = async (
  deps: WebDeps,
  workspace: ReportedWorkspace,
  report: Report,
) => {
  const { insights, label, days } = await loadNumbers(deps, workspace, report)
  const { fmt, range, workspace: shown, accounts } = insights
  const has = new Set(report.sections)
  const tiles = reportTiles(deps, insights)
  const posts = bestOf(deps, insights)
  const compares = insights.incomparable === null && range.before !== null
  const counts = [...insights.postCounts.values()].map(({ posts }) => posts)
  return {
    report,
    workspace: shown,
    fmt,
    has,
    period: periodWords(report, days),
    days: fmt.on.span(days.from, days.to),
    daysBefore: compares && range.before ? fmt.on.span(range.before.from, range.before.to) : null,
    empty: emptyWords(insights),
    notes: notesOf(insights, deps.now()).slice(0, 3),
    about: aboutWords(deps, report, insights, label),
    label,
    tiles,
    changes: changeSentences(insights, tilesOf(deps, insights), posts[0]),
    chart: viewsChart(insights, compares && !insights.standing.isIncomplete),
    shares: sharesOf(deps, insights),
    posts,
    published: fmt.count(addUp(counts) ?? 0),
    accounts: accountRows(deps, insights),
    columns,
    hours: has.has('hours') ? hoursIn(insights) : null,
    hoursUntil: new Date(insights.hourSpan.to.getTime() - 1),
    takenAt: insights.takenAt,
    platforms: listed([...new Set(accounts.map((one) => one.label))]),
  }
}

/** The pictures of the best posts. Computes the numbers of the report. */
export const listReportPictures = async (
  deps: WebDeps,
  workspace: ReportedWorkspace,
  report: Report,
): Promise<Set<string>> => {
  const { insights } = await loadNumbers(deps, workspace, report)
  return new Set(bestOf(deps, insights).flatMap(({ mediaId }) => mediaId ?? []))
}

const loadNumbers = async (deps: WebDeps, workspace: ReportedWorkspace, report: Report) => {
  const { hours, dateOrder, weekStart, channelIds, platform, labelId } = report
  const days = reportDays(report, dateOf(new Date(deps.now()), workspace.zone))
  const isLimited = channelIds !== null || platform !== null
  const [every, label] = await Promise.all([
    isLimited ? loadAccounts(deps, { workspaceId: workspace.id, channelId: null }) : null,
    labelId ? findLabel(deps.sql, { workspaceId: workspace.id, labelId }) : null,
  ])
  const chosen = every?.filter(
    (one) =>
      (channelIds === null || channelIds.includes(one.id)) &&
      (platform === null || platform === one.platform),
  )
  const insights = await loadInsights(
    deps,
    { ...workspace, dates: { hours, dateOrder, weekStart } },
    null,
    days,
    { posts: rankedPosts, accounts: Number.POSITIVE_INFINITY },
    { channelIds: chosen?.map(({ id }) => id) ?? null, labelId },
  )
  return { insights, label, days }
}

/** Views, reach, the rate of engagement (or the sum if no rate is known), and followers. */
const reportTiles = (deps: WebDeps, insights: Insights): Tile[] =>
  tilesOf(deps, insights).map((tile) => {
    const rate = rateOfAll(insights.engagement)
    if (tile.metric !== 'engagement' || rate === null) return tile
    return {
      ...tile,
      label: 'Engagement rate',
      words: insights.fmt.share(rate.share),
      ...{ change: null, from: '' },
      notes: [`Likes, comments, shares and saves ÷ ${rate.of}, of the posts published then.`],
    }
  })

/** Each post once, with the account on which it had the most views. */
const bestOf = (deps: WebDeps, insights: Insights) => {
  const seen = new Set<string>()
  return insights.posts
    .filter(({ views, postId, id }) => {
      if (views === null || seen.has(postId ?? id)) return false
      seen.add(postId ?? id)
      return true
    })
    .slice(0, bestPosts)
    .map((post) =>
      postRow(deps.platforms.platforms.get(post.platform), post, insights.fmt, deps.now()),
    )
}

/** `Instagram only · posts labeled Summer`. Empty if nothing is limited. */
const aboutWords = (
  deps: WebDeps,
  report: Report,
  { accounts }: Insights,
  label: Label | null,
): string => {
  const { platform, channelIds, labelId } = report
  const names = accounts.map(({ name }) => name)
  return [
    platform && (deps.platforms.platforms.get(platform)?.label ?? platform),
    channelIds && (names.length > 4 ? `${names.length} accounts` : listed(names)),
    labelId && (label ? `posts labeled ${label.name}` : 'posts with a label that was deleted'),
  ]
    .filter((words) => typeof words === 'string' && words !== '')
    .join(' · ')
}

/** Why there are no numbers. Null if there are some. */
const emptyWords = ({ asked, accounts, lines, posts }: Insights): string | null => {
  const fault = asked.faults.from ?? asked.faults.to
  if (fault) return 'The numbers of this period are no longer kept.'
  if (accounts.length === 0) return 'None of the accounts in this report is connected any more.'
  const isEmpty = Object.values(lines).every(({ total }) => total === null) && posts.length === 0
  return isEmpty ? 'There are no numbers in this period yet.' : null
}
