import type { Annotation } from '../../db/insights/annotations.ts'
import { listAccountDays } from '../../db/insights/insights.ts'
import { terms } from '../../db/privacy/terms.ts'
import { postMetrics } from '../../platforms/measurer.ts'
import { ownPostsDays } from '../../platforms/own-post.ts'
import type { WebDeps } from '../http/env.ts'
import type { View } from '../http/render.ts'
import { annotationMarks } from './annotations/annotations.ts'
import { differenceOf } from './changes.ts'
import { formatsOf } from './formats.ts'
import { eveOf } from './lines.ts'
import { linksOf } from './links.ts'
import { mainChart } from './main-chart.ts'
import { gives, listed, metricLabels } from './metrics.ts'
import { freshnessWords, marksOf, notesOf } from './notes.ts'
import type { Insights } from './page.ts'
import { postRow } from './post-numbers.ts'
import { ranges } from './range.ts'
import { hoursIn } from './rated-hours.ts'
import { ownAccounts } from './shown/own-accounts.ts'
import { changeSentences, sharesOf } from './shown/summary.ts'
import { tilesOf } from './tiles.ts'
import { followerRows, missingWords, onlyFollowersWords, postsWords, wholeCharts } from './whole.ts'

const madeLinks = [
  { key: 'all', label: 'All posts' },
  { key: 'here', label: 'Made here' },
] as const

/** The data for the templates of what all members see alike. `notes`: those of these days. */
export const sharedView = async (
  deps: WebDeps,
  insights: Insights,
  notes: Annotation[],
): Promise<View> => {
  const { workspace, channel, range, fmt, by, standing, made } = insights
  const { metric } = insights.line
  const base = `/w/${workspace.slug}`
  const links = linksOf(insights)
  const { path } = links
  const platformOf = (name: string) => deps.platforms.platforms.get(name)
  const tiles = tilesOf(deps, insights)
  const given = [...Object.values(insights.lines), ...insights.own.lines].filter(
    (one) => one.total !== null || one.metric === metric || one.metric === 'views',
  )
  const compares = insights.incomparable === null && range.before !== null
  const whole = channel ? await listAccountDays(deps.sql, workspace.id, channel.id, range) : []
  const marks = annotationMarks(notes, insights)
  const posts = insights.posts.map((post) =>
    postRow(platformOf(post.platform), post, fmt, deps.now()),
  )
  return {
    base,
    path,
    title: channel ? `${channel.name}: insights` : 'Insights',
    channel: channel && { ...channel, drawn: platformOf(channel.platform) },
    asked: insights.asked,
    range,
    days: insights.fmt.on.span(range.from, range.to),
    daysBefore:
      compares && range.before ? insights.fmt.on.span(range.before.from, range.before.to) : null,
    links: ranges.map((one) => ({
      ...one,
      href: links.to({ range: one.key, from: undefined, to: undefined }),
      current: one.key === range.key,
    })),
    query: links.query,
    filters: insights.filters,
    keptByDays: links.kept('range', 'from', 'to'),
    keptByFilters: links.kept('platform', 'format', 'label'),
    unfiltered: links.to({ platform: undefined, format: undefined, label: undefined }),
    metric,
    by,
    takenAt: insights.takenAt,
    notes: notesOf(insights, deps.now()),
    isEmpty: emptyWords(insights, deps.now()) !== null,
    tiles: tiles.map((tile) => ({
      ...tile,
      href: `${links.to({ metric: tile.metric })}#chart`,
      current: tile.metric === metric,
    })),
    switches: given.map((one) => ({
      label: one.label,
      href: `${links.to({ metric: one.metric })}#chart`,
      current: one.metric === metric,
    })),
    main: mainChart(insights, tiles, marks),
    posts,
    shares: sharesOf(deps, insights),
    changes: changeSentences(insights, tiles, by === 'views' ? posts[0] : undefined),
    made: insights.scope.made,
    hasElsewhere: insights.elsewhere.any,
    keptFor: terms.numbers,
    listedDays: ownPostsDays,
    madeLinks: madeLinks.map(({ key, label }) => ({
      label,
      href: links.to({ made: key }),
      current: key === made,
    })),
    accountColumns: postMetrics.map((one) => metricLabels[one]),
    sorts: [
      ...postMetrics.map((one) => ({ key: one, label: metricLabels[one] })),
      { key: 'viewsAtWeek', label: 'Views in 7 days' },
      ...insights.own.metrics.map(({ name, label }) => ({ key: name, label })),
    ].map(({ key, label }) => ({
      label,
      href: `${links.to({ by: key })}#posts`,
      current: key === by,
    })),
    formats: formatsOf(deps, insights),
    hours: hoursIn(insights),
    hoursUntil: new Date(insights.hourSpan.to.getTime() - 1),
    accounts: channel ? [] : accountRows(deps, insights),
    ownAccounts: channel ? null : ownAccounts(deps, insights),
    listed,
    accountCount: insights.accounts.length,
    allAccounts: `${links.to({})}&accounts=all#accounts`,
    upToDate: standing.behind.length === 0,
    whole,
    wholeCharts: wholeCharts(whole, {
      ...{ lines: insights.lines, posts: postsWords(insights), range, fmt },
      ...{ marks: marksOf(insights), notes: marks },
    }),
    followerRows: channel ? followerRows(insights) : [],
    wholeMissing: missingWords(whole, range, channel?.label ?? ''),
    wholeAbsent:
      channel && whole.length === 0
        ? onlyFollowersWords(
            channel.label,
            Boolean(platformOf(channel.platform)?.measure.accountDay),
          )
        : '',
    postsWords: postsWords(insights),
  }
}

/**
 * One row for each account. Also shows metrics that not all platforms provide, because they are
 * comparable only within an account.
 */
export const accountRows = (deps: WebDeps, insights: Insights) => {
  const { shown, range, postCounts, fmt, scope } = insights
  const sumsOf = new Map(insights.accountSums.map((one) => [one.channelId, one]))
  const levelOf = new Map(
    insights.accountFollowers.map((one) => [`${one.channelId} ${one.day}`, one.followers]),
  )
  return shown.map((account) => {
    const platform = deps.platforms.platforms.get(account.platform)
    const own = sumsOf.get(account.id)
    const followers = levelOf.get(`${account.id} ${range.to}`) ?? null
    return {
      ...account,
      drawn: platform,
      posts: postCounts.get(account.id)?.posts ?? 0,
      numbers: postMetrics.map((metric) => ({
        value: own?.[metric] ?? null,
        absent:
          platform && !gives(platform, metric, scope.kind ?? undefined)
            ? `not reported by ${platform.label}`
            : 'no number yet',
      })),
      followers,
      change: differenceOf(
        followers,
        levelOf.get(`${account.id} ${eveOf(range.from)}`) ?? null,
        fmt,
      ),
      read: freshnessWords(account, insights),
    }
  })
}

/** Null if there is something to show. */
export const emptyWords = (insights: Insights, nowMs: number): string | null => {
  const { accounts, firstDay, fmt, lines, filters } = insights
  if (accounts.length === 0)
    return `No accounts are connected yet. Connect one to see its numbers, including those of posts from the last ${ownPostsDays} days.`
  const shown = Object.values(lines).filter(
    ({ metric }) => !(filters.kind || filters.label) || metric !== 'followers',
  )
  const nothing = shown.every((line) => line.total === null) && insights.posts.length === 0
  if (nothing && filters.words !== null)
    return `No numbers for ${filters.words} in this period. Choose other days, or clear the filters.`
  const waiting = accounts.flatMap((one) => one.nextAt?.getTime() ?? [])
  const next = waiting.length > 0 ? new Date(Math.max(nowMs, Math.min(...waiting))) : null
  if (firstDay === null && insights.posts.length > 0) return null
  if (firstDay === null)
    return `No numbers yet. ${next ? `The first numbers of ${listed(accounts.slice(0, 3).map((one) => one.name))} are due ${fmt.when(next)}.` : 'Followers are read within a day of connecting an account.'} Posts are read one hour after publishing, then after 6 and 24 hours, then daily.`
  return nothing
    ? `No numbers in this period. They start on ${fmt.date(new Date(firstDay))}.`
    : null
}
