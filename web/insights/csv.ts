import { group } from 'd3-array'
import { listFollowers } from '../../db/insights/followers.ts'
import type { PostOrigin } from '../../db/insights/homes.ts'
import { listAccountDays, sumPoints } from '../../db/insights/insights.ts'
import { onDays } from '../../db/insights/label-days.ts'
import { sumAverages, sumOwnAccounts, sumOwnPoints } from '../../db/insights/own-days.ts'
import {
  type After,
  listPostsAfter,
  listReadings,
  type MeasuredPost,
} from '../../db/insights/post-numbers.ts'
import { labelNamesOf } from '../../db/posts/labels/labels.ts'
import { postMetrics } from '../../platforms/measurer.ts'
import { summedNames } from '../../platforms/own-metrics.ts'
import { type CsvCell, csvRows, csvTable } from '../../text/csv.ts'
import type { WebDeps } from '../http/env.ts'
import { titleOf } from '../posts/post-title.ts'
import { wallTimeOf } from '../time/wall-time.ts'
import { annotationsByDay } from './annotations/annotations.ts'
import { rateOf } from './engagement-rate.ts'
import { eveOf } from './lines.ts'
import { averageNames, ownLinesOf } from './own-lines.ts'
import { columnOf, ownMetricsOf } from './own-metrics.ts'
import type { Insights } from './page.ts'
import { bucketsOf } from './range.ts'
import { ratedHours } from './rated-hours.ts'

type Table = CsvCell[][]

/**
 * The tables behind the page, each with a header row. An empty cell means that there is no number,
 * which is not 0.
 */
const tables: Record<string, (deps: WebDeps, insights: Insights) => Promise<Table>> = {
  days: async (deps, insights) => {
    const { scope, range } = insights
    const buckets = bucketsOf(range, 1)
    const points = { days: range, before: null, size: 1 }
    const own = ownOf(deps)
    const names = averageNames(own)
    const asked = { days: range, summed: summedNames(own) }
    const span = { span: insights.instants, zone: insights.workspace.zone, names, apart: [] }
    const [sums, ownSums, averages, levels, annotations] = await Promise.all([
      onDays(deps.sql, scope, asked, sumPoints(deps.sql, scope, points)),
      onDays(deps.sql, scope, asked, sumOwnPoints(deps.sql, scope, points)),
      sumAverages(deps.sql, scope, points, span),
      listFollowers(
        deps.sql,
        scope,
        buckets.map((one) => one.to),
      ),
      annotationsByDay(deps, insights),
    ])
    const byBack = new Map(sums.map((one) => [one.back, one]))
    const lines = ownLinesOf(own, { buckets, bucketsBefore: [] }, ownSums, averages)
    const followers = new Map(levels.map((one) => [one.day, one.followers]))
    const rows = buckets.map(({ to }, index): CsvCell[] => {
      const sum = byBack.get(buckets.length - 1 - index)
      return [
        to,
        ...postMetrics.map((metric) => sum?.[metric]),
        followers.get(to),
        sum?.takenAt.toISOString(),
        annotations.get(to),
        ...lines.map((line) => wholeNumber(line.now[index] ?? null)),
      ]
    })
    const ofPublished = own.map((metric) =>
      metric.acrossPosts === 'average'
        ? `${columnOf(metric)}_of_posts_published`
        : columnOf(metric),
    )
    return [['day', ...postMetrics, 'followers', 'taken_at', 'note', ...ofPublished], ...rows]
  },
  accounts: async (deps, insights) => {
    const { accounts, accountSums, accountFollowers, postCounts, range } = insights
    const summed = ownOf(deps).filter(({ acrossPosts }) => acrossPosts === 'sum')
    const ids = accounts.map(({ id }) => id)
    const asked = { days: range, summed: summed.map(({ name }) => name) }
    const sums = sumOwnAccounts(deps.sql, insights.scope, ids, range)
    const own = new Map(
      (await onDays(deps.sql, insights.scope, asked, sums)).map((one) => [
        `${one.channelId} ${one.name}`,
        one.sum,
      ]),
    )
    const level = (id: string, day: string) =>
      accountFollowers.find((one) => one.channelId === id && one.day === day)?.followers
    const rows = accounts.map((one): CsvCell[] => {
      const sum = accountSums.find((each) => each.channelId === one.id)
      const followers = [level(one.id, range.to), level(one.id, eveOf(range.from))]
      const numbers = postMetrics.map((metric) => sum?.[metric])
      return [
        one.id,
        one.platform,
        one.name,
        one.handle,
        postCounts.get(one.id)?.posts ?? 0,
        postCounts.get(one.id)?.elsewhere ?? 0,
        ...numbers,
        ...followers,
        one.takenAt?.toISOString(),
        ...summed.map(({ name }) => own.get(`${one.id} ${name}`)),
      ]
    })
    return [
      [
        ...[
          'channel_id',
          'platform',
          'account',
          'handle',
          'posts',
          'posts_not_made_here',
          ...postMetrics,
        ],
        ...['followers', 'followers_before', 'taken_at', ...summed.map(columnOf)],
      ],
      ...rows,
    ]
  },
  account: async (deps, { channel, workspace, range }) => [
    ['platform_day', 'views', 'reach', 'taken_at'],
    ...(channel ? await listAccountDays(deps.sql, workspace.id, channel.id, range) : []).map(
      (one): CsvCell[] => [one.day, one.views, one.reach, one.takenAt.toISOString()],
    ),
  ],
  hours: async (_, insights) => [
    ['weekday', 'hour', 'views_against_usual', 'posts', 'stands_out'],
    ...ratedHours(insights).map((one): CsvCell[] => [
      Math.floor(one.hourOfWeek / 24) + 1,
      one.hourOfWeek % 24,
      one.ratio.toFixed(3),
      one.posts,
      one.stands ? 'yes' : 'no',
    ]),
  ],
}

/**
 * Identifies the post of a row. Both tables of posts use the same columns, so that they can be
 * joined.
 */
const postNames = [
  'post_id',
  'target_id',
  'platform_post_id',
  'channel_id',
  'platform',
  'account',
  'handle',
  'kind',
  'post',
  'address',
  'made_here',
]
const timeNames = ['published_at', 'published_local', 'time_zone']

const postCells = (post: MeasuredPost, zone: string): CsvCell[] => [
  ...[
    post.postId,
    post.targetId,
    post.platformPostId,
    post.channelId,
    post.platform,
    post.channelName,
    post.channelHandle,
  ],
  ...[post.kind, titleOf(post.text), post.permalink, post.made === 'here' ? 'yes' : 'no'],
  ...[post.publishedAt.toISOString(), wallTimeOf(post.publishedAt, zone), zone],
]

/** Interactions ÷ reach, or ÷ views if the platform gives no reach. */
const rateCells = (post: MeasuredPost): CsvCell[] => {
  const rate = rateOf(post)
  return [post.viewsAtWeek, rate?.share.toFixed(5), rate?.of]
}

/** What only some platforms have, in the last columns. Milliseconds are in the column's name. */
const ownOf = ({ platforms }: WebDeps) => ownMetricsOf([...platforms.platforms.values()])

const wholeNumber = (value: number | null): number | null => value && Math.round(value)

const postsAPage = 200

/**
 * Tables that grow with the history. They are generated page by page, so that only one page is in
 * memory.
 */
const longTables: Record<string, (deps: WebDeps, insights: Insights) => AsyncGenerator<Table>> = {
  posts: async function* (deps, insights) {
    const { id: workspaceId, zone } = insights.workspace
    const own = ownOf(deps)
    yield [
      [
        ...postNames,
        ...timeNames,
        'labels',
        ...postMetrics,
        'views_first_7_days',
        'engagement_rate',
        'engagement_rate_of',
        'no_longer_provided',
        'taken_at',
        ...own.map(columnOf),
      ],
    ]
    for await (const posts of pagesOf(deps, insights)) {
      const ids = posts.flatMap(({ postId }) => postId ?? [])
      const labels = await labelNamesOf(deps.sql, workspaceId, ids)
      yield posts.map((post) => [
        ...postCells(post, zone),
        labels.get(post.postId ?? '')?.join('; '),
        ...postMetrics.map((metric) => post[metric]),
        ...rateCells(post),
        ...[post.endedMetrics.join(' '), post.takenAt?.toISOString()],
        ...own.map(({ name }) => post.more[name]),
      ])
    }
  },
  readings: async function* (deps, insights) {
    const { id: workspaceId, zone } = insights.workspace
    const own = ownOf(deps)
    yield [
      [
        ...postNames,
        ...timeNames,
        'taken_at',
        'age_hours',
        ...postMetrics,
        'source',
        ...own.map(columnOf),
      ],
    ]
    for await (const posts of pagesOf(deps, insights)) {
      const idsOf = (made: PostOrigin) =>
        posts.filter((post) => post.made === made).map(({ id }) => id)
      const [here, elsewhere] = await Promise.all(
        (['here', 'elsewhere'] as const).map((made) =>
          listReadings(deps.sql, workspaceId, made, idsOf(made)),
        ),
      )
      const byPost = group([...(here ?? []), ...(elsewhere ?? [])], ({ id }) => id)
      yield posts.flatMap(
        (post): Table =>
          (byPost.get(post.id) ?? []).map((one) => {
            const ageHours = (
              (one.takenAt.getTime() - post.publishedAt.getTime()) /
              3_600_000
            ).toFixed(2)
            const numbers = postMetrics.map((metric) => one[metric])
            const more = own.map(({ name }) => one.more[name])
            return [
              ...postCells(post, zone),
              one.takenAt.toISOString(),
              ageHours,
              ...numbers,
              one.source,
              ...more,
            ]
          }),
      )
    }
  },
}

async function* pagesOf(
  deps: WebDeps,
  { scope, instants }: Insights,
): AsyncGenerator<MeasuredPost[]> {
  for (let after: After | null = null; ; ) {
    const posts = await listPostsAfter(deps.sql, scope, instants, { after, limit: postsAPage })
    if (posts.length > 0) yield posts
    const last = posts.at(-1)
    if (!last || posts.length < postsAPage) return
    after = last
  }
}

/** The table with this name as a stream of CSV text. Null if there is no such table. */
export const insightsCsv = async (
  deps: WebDeps,
  insights: Insights,
  name = 'days',
): Promise<AsyncIterable<string> | null> => {
  if (Object.hasOwn(longTables, name) && longTables[name])
    return textOf(longTables[name](deps, insights))
  const table = Object.hasOwn(tables, name) ? tables[name] : undefined
  return table ? textOf([await table(deps, insights)]) : null
}

async function* textOf(parts: Iterable<Table> | AsyncIterable<Table>): AsyncGenerator<string> {
  let isFirst = true
  for await (const rows of parts) {
    if (rows.length > 0) yield isFirst ? csvTable(rows) : csvRows(rows)
    isFirst = false
  }
}
