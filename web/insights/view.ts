import { listAccountDays } from '../../db/insights/insights.ts'
import type { Role } from '../../db/people/memberships.ts'
import { terms } from '../../db/privacy/terms.ts'
import { postMetrics } from '../../platforms/measurer.ts'
import { ownPostsDays } from '../../platforms/own-post.ts'
import { axisStart } from '../charts/line.ts'
import type { WebDeps } from '../http/env.ts'
import type { View } from '../http/render.ts'
import { loadNextStep } from '../pages/next-step.ts'
import {
  type AnnotationForm,
  annotationMarks,
  annotationsView,
  loadAnnotations,
} from './annotations.ts'
import { changeOf, differenceOf } from './changes.ts'
import { comparedOf } from './comparison.ts'
import { formatsOf } from './formats.ts'
import {
  chartTitleOf,
  drawing,
  eveOf,
  lineMetrics,
  type Mark,
  marksOn,
  partsOf,
  pointWords,
  spanWords,
} from './lines.ts'
import { type Links, linksOf } from './links.ts'
import { gives, listed, metricLabels } from './metrics.ts'
import { freshnessWords, marksOf, notesOf } from './notes.ts'
import type { Insights } from './page.ts'
import { postRow } from './post-numbers.ts'
import { ranges } from './range.ts'
import { hoursIn } from './rated-hours.ts'
import { allFormats, type Tile, tilesOf } from './tiles.ts'
import { missingWords, postsWords, wholeCharts } from './whole.ts'

const madeLinks = [
  { key: 'all', label: 'All posts' },
  { key: 'here', label: 'Made here' },
] as const

/** The data for the page's templates. */
export const insightsView = async (
  deps: WebDeps,
  insights: Insights,
  { viewer, form }: { viewer: { userId: string; role: Role }; form: AnnotationForm | null },
): Promise<View> => {
  const { workspace, channel, range, fmt, by, metric, standing } = insights
  const base = `/w/${workspace.slug}`
  const links = linksOf(insights)
  const { path } = links
  const platformOf = (name: string) => deps.platforms.platforms.get(name)
  const { made } = insights.scope
  const tiles = tilesOf(deps, insights)
  const given = lineMetrics.filter(
    (one) => insights.lines[one].total !== null || one === metric || one === 'views',
  )
  const compares = insights.incomparable === null && range.before !== null
  const whole = channel ? await listAccountDays(deps.sql, workspace.id, channel.id, range) : []
  const annotations = await loadAnnotations(deps, insights)
  return {
    base,
    path,
    title: channel ? `${channel.name}: insights` : 'Insights',
    channel: channel && { ...channel, drawn: platformOf(channel.platform) },
    asked: insights.asked,
    range,
    days: spanWords(range),
    daysBefore: compares && range.before ? spanWords(range.before) : null,
    links: ranges.map((one) => ({
      ...one,
      href: links.to({ range: one.key, from: undefined, to: undefined }),
      current: one.key === range.key,
    })),
    query: links.query,
    filters: insights.filters,
    keptByDays: links.kept('range', 'from', 'to'),
    keptByFilters: links.kept('platform', 'format'),
    unfiltered: links.to({ platform: undefined, format: undefined }),
    metric,
    by,
    takenAt: insights.takenAt,
    notes: notesOf(insights, deps.now()),
    empty: await emptyOf(deps, insights, viewer.role, links),
    tiles: tiles.map((tile) => ({
      ...tile,
      href: `${links.to({ metric: tile.metric })}#chart`,
      current: tile.metric === metric,
    })),
    switches: given.map((one) => ({
      label: metricLabels[one],
      href: `${links.to({ metric: one })}#chart`,
      current: one === metric,
    })),
    main: mainChart(insights, tiles, annotationMarks(annotations.list, insights)),
    annotations: annotationsView(annotations, insights, { links, viewer, form, nowMs: deps.now() }),
    posts: insights.posts.map((post) => postRow(platformOf(post.platform), post, fmt, deps.now())),
    made,
    hasElsewhere: insights.elsewhere.any,
    keptFor: terms.numbers,
    listedDays: ownPostsDays,
    madeLinks: madeLinks.map(({ key, label }) => ({
      label,
      href: links.to({ made: key }),
      current: key === made,
    })),
    sorts: [...postMetrics, 'viewsAtWeek' as const].map((one) => ({
      key: one,
      label: one === 'viewsAtWeek' ? 'Views in 7 days' : metricLabels[one],
      href: `${links.to({ by: one })}#posts`,
      current: one === by,
    })),
    formats: formatsOf(deps, insights),
    hours: hoursIn(insights),
    hoursUntil: new Date(insights.hourSpan.to.getTime() - 1),
    accounts: channel ? [] : accountRows(deps, insights),
    accountCount: insights.accounts.length,
    allAccounts: `${links.to({})}&accounts=all#accounts`,
    upToDate: standing.behind.length === 0,
    whole,
    wholeCharts: wholeCharts(whole, {
      ...{ lines: insights.lines, posts: postsWords(insights), range, fmt },
      marks: marksOf(insights).map(({ words }) => words),
    }),
    wholeMissing: missingWords(whole, range, channel?.label ?? ''),
    postsWords: postsWords(insights),
  }
}

/** The chart of the selected metric, with its notes. */
const mainChart = (insights: Insights, tiles: Tile[], annotations: Mark[]) => {
  const { lines, metric, range, fmt, timedPosts, followers } = insights
  const line = lines[metric]
  const isLevel = metric === 'followers'
  const compared = isLevel ? null : comparedOf(insights, partsOf(metric))
  // The tile shows a change since the first reading within the range. It is left out here, because
  // it isn't a change since before the range.
  const change = isLevel
    ? differenceOf(followers.since ? null : followers.now, followers.before, fmt)
    : compared && changeOf(compared.now, compared.before, fmt)
  const marks = marksOf(insights)
  const spec = drawing(line, {
    range,
    fmt,
    change,
    marks,
    annotations,
    postDays: new Set(timedPosts.map((post) => post.day)),
  })
  const start = axisStart(spec)
  const annotated = marksOn(line.buckets, annotations)
  const notes =
    metric === 'followers'
      ? []
      : metric === 'engagement'
        ? insights.notes.likes
        : insights.notes[metric]
  return {
    id: 'main',
    title: chartTitleOf(line, range),
    spec,
    compares: line.before.length > 0,
    marks,
    hasPosts: spec.below.length > 0,
    notes: [
      ...(metric === 'followers' || tiles.some((tile) => tile.metric === metric) ? [] : notes),
      ...(isLevel && start !== 0 && line.total !== null
        ? [`The axis begins at ${fmt.count(start)}, not at 0.`]
        : []),
      ...(isLevel && insights.filters.kind ? [allFormats(insights)] : []),
      ...(isLevel ? [] : gainNotes(insights)),
    ],
    isLevel,
    isAnnotated: annotated.size > 0,
    rows: line.buckets.map((bucket, index) => {
      const place = index - line.buckets.length
      const earlier = line.bucketsBefore.at(place)
      return {
        words: pointWords(bucket),
        now: line.now[index] ?? null,
        before: line.before.at(place) ?? null,
        wordsBefore: earlier ? pointWords(earlier) : '',
        annotations: (annotated.get(index) ?? []).join('; '),
      }
    }),
  }
}

/** What the sums include. */
const gainNotes = ({ scope, elsewhere, filters }: Insights): string[] => {
  const limits = filters.words === null ? '' : `, only ${filters.words}`
  if (!elsewhere.any)
    return [`What all posts gained in these days, whenever they were published${limits}.`]
  if (scope.made === 'here')
    return [
      `What posts made here gained in these days, whenever they were published${limits}. Posts not made here are left out.`,
    ]
  return [
    `What all posts gained in these days, whenever they were published and wherever they were made${limits}.`,
    'Posts from before an account was connected count from their first reading.',
  ]
}

/**
 * One row for each account. Also shows metrics that not all platforms provide, because they are
 * comparable only within an account.
 */
const accountRows = (deps: WebDeps, insights: Insights) => {
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
            ? `not given by ${platform.label}`
            : 'none yet',
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

/** Why there is nothing to show, and what to do next. Null if there is something to show. */
const emptyOf = async (deps: WebDeps, insights: Insights, role: Role, links: Links) => {
  const words = emptyWords(insights, deps.now())
  if (!words) return null
  if (insights.filters.words !== null)
    return {
      words,
      href: links.to({ platform: undefined, format: undefined }),
      label: 'Show all platforms and formats',
    }
  if (insights.firstDay !== null)
    return { words, href: `${links.path}?range=90d`, label: 'Last 90 days' }
  const { href, label } = await loadNextStep(deps, insights.workspace, role)
  return { words, href, label }
}

const emptyWords = (insights: Insights, nowMs: number): string | null => {
  const { accounts, firstDay, fmt, lines, filters } = insights
  if (accounts.length === 0)
    return `No account is connected yet. Numbers come as soon as one is, also of its posts of the last ${ownPostsDays} days.`
  const shown = Object.values(lines).filter(({ metric }) => !filters.kind || metric !== 'followers')
  const nothing = shown.every((line) => line.total === null) && insights.posts.length === 0
  if (nothing && filters.words !== null)
    return `No numbers of ${filters.words} in these days. Choose other days, or show all platforms and formats.`
  const waiting = accounts.flatMap((one) => one.nextAt?.getTime() ?? [])
  const next = waiting.length > 0 ? new Date(Math.max(nowMs, Math.min(...waiting))) : null
  if (firstDay === null && insights.posts.length > 0) return null
  if (firstDay === null)
    return `No numbers yet. ${next ? `The first of ${listed(accounts.slice(0, 3).map((one) => one.name))} are read ${fmt.when(next)}.` : 'The followers of an account are read within a day of connecting it.'} A post is read an hour after it went out, then at 6 and 24 hours, then daily.`
  return nothing ? `No numbers in these days. They begin on ${fmt.date(new Date(firstDay))}.` : null
}
