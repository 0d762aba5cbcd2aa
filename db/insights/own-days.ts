import type { Db } from '../postgres/connect.ts'
import {
  type DaySpan,
  daysOf,
  type InsightScope,
  ofChannels,
  ofKind,
  type PointsAsked,
  pointOf,
  sumsOf,
} from './insights.ts'
import { type Instants, publishedIn } from './post-numbers.ts'

/** The growth of one of the platforms' own numbers at a point of a line (see `sumPoints`). */
export type OwnPointSum = { name: string; isBefore: boolean; back: number; sum: number }

/** The growth of the platforms' own numbers, by point of a line. */
export const sumOwnPoints = (
  sql: Db,
  scope: InsightScope,
  points: PointsAsked,
): Promise<OwnPointSum[]> => sql<OwnPointSum[]>`
  select n.key as name, ${pointOf(sql, points)}, sum(n.value::numeric)::float8 as sum
  from ${sumsOf(sql, scope)} ${ownNumbers(sql, scope)}
  where workspace_id = ${scope.workspaceId} and day between ${points.before?.from ?? points.days.from}::date and ${points.days.to}::date
    ${ofChannels(sql, scope)} ${ofKind(sql, scope)}
  group by 1, 2, 3`

export type OwnAccountSum = { channelId: string; name: string; sum: number }

/** The same growth by account. */
export const sumOwnAccounts = (
  sql: Db,
  scope: InsightScope,
  channelIds: string[],
  days: DaySpan,
): Promise<OwnAccountSum[]> => sql<OwnAccountSum[]>`
  select channel_id, n.key as name, sum(n.value::numeric)::float8 as sum
  from ${daysOf(sql, scope)} ${ownNumbers(sql, scope)}
  where workspace_id = ${scope.workspaceId} and channel_id = any(${channelIds}::uuid[]) ${ofKind(sql, scope)}
    and day between ${days.from}::date and ${days.to}::date
  group by 1, 2`

/** SQL: each of the own numbers of a day, of the posts in scope. */
const ownNumbers = (sql: Db, { made }: InsightScope) =>
  made === 'here'
    ? sql`cross join lateral jsonb_each_text(more) n`
    : sql`cross join lateral (select * from jsonb_each_text(more) union all select * from jsonb_each_text(other_more)) n`

/**
 * The newest values of a number that can't be added up, over the posts published at a point: their
 * sum and how many there are. `isApart`: posts of accounts that are not compared.
 */
export type OwnAverage = OwnPointSum & { posts: number; isApart: boolean }

export const sumAverages = (
  sql: Db,
  scope: InsightScope,
  points: PointsAsked,
  of: { span: Instants; zone: string; names: string[]; apart: string[] },
): Promise<OwnAverage[]> => sql<OwnAverage[]>`
  select name, ${pointOf(sql, points)}, is_apart, sum(value)::float8 as sum, count(*)::int as posts
  from (
    select n.key as name, n.value::numeric as value, (published_at at time zone ${of.zone})::date as day,
      channel_id = any(${of.apart}::uuid[]) as is_apart
    from (${publishedIn(sql, scope, of.span, { here: sql``, elsewhere: sql`` })}) m cross join lateral jsonb_each_text(m.more) n
    where n.key = any(${of.names})) posts
  group by 1, 2, 3, 4`
