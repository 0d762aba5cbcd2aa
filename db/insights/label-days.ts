import type { Db } from '../postgres/connect.ts'
import type { Fragment } from '../postgres/json-rows.ts'
import { terms } from '../privacy/terms.ts'
import { type DaySpan, type InsightScope, ofChannels, ofKind } from './insights.ts'
import { metricColumns } from './metric-columns.ts'

/** The days of a label that statements need: over these days, with these own numbers added up. */
export type LabelDaysAsked = { days: DaySpan; summed: string[] }

/**
 * SQL: `with label_days`, for all parts of a statement that read the days of a scope with a label.
 * The growth of its posts by account, format and day, as in `format_days`, from the readings of
 * these days and the last one before. It isn't stored, because labels of old posts change. Empty
 * for a scope without a label.
 */
export const withLabelDays = (sql: Db, scope: InsightScope, asked: LabelDaysAsked): Fragment =>
  scope.labelId ? sql`with label_days as materialized (${labelDays(sql, scope, asked)})` : sql``

/** A statement of its own that reads the days of a scope. */
export const onDays = <Row extends object>(
  sql: Db,
  scope: InsightScope,
  asked: LabelDaysAsked,
  query: Promise<Row[]>,
): Promise<Row[]> => sql<Row[]>`${withLabelDays(sql, scope, asked)} ${query as unknown as Fragment}`

/**
 * A reading may be on the day before or after its day in UTC, because of its zone. The last one
 * before these days is where the growth of the first one begins.
 */
const labelDays = (sql: Db, scope: InsightScope, { days, summed }: LabelDaysAsked) => {
  const from = sql`((${days.from}::date - 1)::timestamp at time zone 'UTC')`
  const until = sql`((${days.to}::date + 2)::timestamp at time zone 'UTC')`
  const numbers = [
    ...metricColumns.map((name) => ({ name, value: sql`s.${sql(name)}`, first: unlessOld(sql) })),
    ...summed.map((name, index) => ({
      name: `own_${index}`,
      value: sql`(s.more ->> ${name})::numeric`,
      first: unlessLate(sql),
    })),
  ]
  const each = (part: (number: (typeof numbers)[number]) => Fragment) =>
    listOf(sql, numbers.map(part))
  const columns = sql`s.taken_at, s.last_seen_at, ${each(({ name, value }) => sql`${value} as ${sql(name)}`)}`
  const own = summed.map((name, index) => sql`${name}::text, sum(${sql(`own_${index}`)})`)
  const more =
    own.length > 0
      ? sql`jsonb_strip_nulls(jsonb_build_object(${listOf(sql, own)}))`
      : sql`'{}'::jsonb`
  return sql`
    with labeled as materialized (
      select m.target_id, m.channel_id, m.kind, m.published_at
      from measured_targets m where m.workspace_id = ${scope.workspaceId} ${ofChannels(sql, scope)} ${ofKind(sql, scope)}
        ${ofLabel(sql, scope)}),
    readings as (
      select l.*, ${columns} from labeled l join snapshots s on s.target_id = l.target_id
      where s.taken_at >= ${from} and s.taken_at < ${until}
      union all
      select l.*, ${columns} from labeled l cross join lateral (
        select * from snapshots s where s.target_id = l.target_id and s.taken_at < ${from} order by s.taken_at desc limit 1) s
      where l.published_at < ${from}),
    steps as (
      select channel_id, kind, taken_at, ${each(({ name, value, first }) => {
        const column = sql(name)
        return sql`${column} - coalesce(lag(${column}) over earlier,
          case when ${column} is not null and row_number() over earlier > 1 then (
            select ${value} from snapshots s where s.target_id = r.target_id and s.taken_at < r.taken_at and ${value} is not null
            order by s.taken_at desc limit 1) end,
          ${first}) as ${column}`
      })}
      from readings r window earlier as (partition by target_id order by taken_at)),
    zones as (
      select coalesce(lag(z.until) over (order by z.until nulls last), '-infinity') as since, coalesce(z.until, 'infinity') as until, z.zone
      from workspaces w cross join lateral (
        select one ->> 'zone' as zone, (one ->> 'until')::timestamptz as until from jsonb_array_elements(w.earlier_zones) one
        union all select w.zone, null) z
      where w.id = ${scope.workspaceId})
    select ${scope.workspaceId}::uuid as workspace_id, channel_id, kind, (taken_at at time zone z.zone)::date as day,
      ${listOf(
        sql,
        metricColumns.map((name) => sql`sum(${sql(name)}) as ${sql(name)}`),
      )}, max(taken_at) as taken_at, ${more} as more
    from steps join zones z on taken_at >= z.since and taken_at < z.until
    where taken_at >= ${from}
    group by channel_id, kind, day`
}

const listOf = (sql: Db, parts: Fragment[]): Fragment =>
  parts.reduce((all, one) => sql`${all}, ${one}`)

/**
 * SQL: what a first reading grew from. Readings leave after some time, so the oldest one that is
 * kept of an older post is not its first.
 */
const unlessOld = (sql: Db) =>
  sql`case when published_at >= now() - ${terms.numbers}::interval then 0 end`

/** SQL: the same for own numbers, by the rule of the database's `own_gains_from_readings`. */
const unlessLate = (sql: Db) => sql`
  case when published_at >= now() - ${terms.numbers}::interval
    and coalesce(greatest(lag(taken_at) over earlier, lag(last_seen_at) over earlier) - published_at <= interval '3 days', true) then 0 end`

/** SQL: only targets whose post has the label. */
export const ofLabel = (sql: Db, { workspaceId, labelId }: InsightScope, column = 'target_id') =>
  labelId
    ? sql`and ${sql(column)} in (select t.id from post_labels pl join targets t on t.post_id = pl.post_id
        where pl.label_id = ${labelId} and t.workspace_id = ${workspaceId})`
    : sql``
