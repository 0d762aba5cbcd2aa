import type { JsonRecord } from '../../../platforms/json.ts'
import type { Db } from '../../postgres/connect.ts'
import { lockWorkspace } from '../../postgres/workspace-lock.ts'
import type { Draft } from '../posts.ts'

/** When a series repeats. Weekdays: 1 is Monday, 7 is Sunday. */
export type RepeatRule =
  | { every: 'week'; step: number; weekdays: number[] }
  /** In a shorter month, on its last day. */
  | { every: 'month'; day: number }
  | { every: 'month'; week: 'first' | 'last'; weekday: number }

/** What each occurrence is made from. */
export type Pattern = Pick<Draft, 'text' | 'link' | 'variants' | 'choices'>

/** Dates are such as `2026-12-08`. */
export type Timing = {
  rule: RepeatRule
  startsOn: string
  /** `18:30:00` */
  wallTime: string
  zone: string
  endsOn: string | null
  /** How many posts it has in all. */
  occurrences: number | null
}

export type SeriesRow = Pattern &
  Timing & {
    id: string
    workspaceId: string
    createdBy: string | null
    /** The newest date that was dealt with. */
    madeOn: string
    made: number
    endedAt: Date | null
  }

export type SeriesRef = { workspaceId: string; seriesId: string }

const columns = (sql: Db) => sql`
  id, workspace_id, created_by, rule, starts_on::text, wall_time::text, zone, ends_on::text, occurrences, made_on::text, made,
  ended_at, text, link, variants, choices`

export const insertSeries = async (
  t: Db,
  series: Omit<SeriesRow, 'id' | 'endedAt'>,
): Promise<string> => {
  const { rule, variants, choices } = series
  const [row] = await t<{ id: string }[]>`
    insert into series (workspace_id, created_by, rule, starts_on, wall_time, zone, ends_on, occurrences, made_on, made, text, link, variants, choices)
    values (${series.workspaceId}, ${series.createdBy}, ${t.json(rule)}, ${series.startsOn}, ${series.wallTime}, ${series.zone},
      ${series.endsOn}, ${series.occurrences}, ${series.madeOn}, ${series.made}, ${series.text}, ${series.link},
      ${t.json(variants)}, ${t.json(choices as JsonRecord)})
    returning id`
  if (!row) throw new Error('the series was not inserted')
  return row.id
}

export const findSeries = async (sql: Db, ref: SeriesRef): Promise<SeriesRow | null> => {
  const [row] = await sql<SeriesRow[]>`
    select ${columns(sql)} from series where workspace_id = ${ref.workspaceId} and id = ${ref.seriesId}`
  return row ?? null
}

/**
 * Locks a series until the transaction ends, so that its occurrences are made and changed by one at a
 * time. Call it before a post is locked.
 */
export const lockSeries = async (t: Db, ref: SeriesRef): Promise<SeriesRow | null> => {
  const [row] = await t<SeriesRow[]>`
    select ${columns(t)} from series where workspace_id = ${ref.workspaceId} and id = ${ref.seriesId} for no key update`
  return row ?? null
}

/** The series of a workspace that run, the next due first. */
export const listRunningSeries = (
  sql: Db,
  workspaceId: string,
): Promise<(SeriesRow & { nextDueAt: Date | null })[]> => sql<
  (SeriesRow & { nextDueAt: Date | null })[]
>`
  select ${columns(sql)}, (select min(p.due_at) from posts p
      where p.series_id = series.id and p.state <> 'discarded' and p.due_at > now()) as next_due_at
  from series where workspace_id = ${workspaceId} and ended_at is null order by next_due_at nulls last, id`

/** Locks the workspace, so that two people at once don't exceed the limit. */
export const countRunningSeries = async (t: Db, workspaceId: string): Promise<number> => {
  await lockWorkspace(t, workspaceId)
  const [row] = await t<{ count: number }[]>`
    select count(*)::int from series where workspace_id = ${workspaceId} and ended_at is null`
  return row?.count ?? 0
}

/** Series that run and were last dealt with before this day, after the series `after`. */
export const listSeriesToExtend = (
  sql: Db,
  wanted: { before: string; after: string | null; limit: number },
): Promise<SeriesRef[]> => sql<SeriesRef[]>`
  select workspace_id, id as series_id from series
  where ended_at is null and made_on < ${wanted.before}
    and (${wanted.after}::uuid is null or id > ${wanted.after}) order by id limit ${wanted.limit}`

/** `made`: how many posts were made for this date. */
export const setMade = async (
  t: Db,
  ref: SeriesRef,
  { madeOn, made }: { madeOn: string; made: 0 | 1 },
): Promise<void> => {
  await t`
    update series set made_on = ${madeOn}, made = made + ${made}::int
    where workspace_id = ${ref.workspaceId} and id = ${ref.seriesId}`
}

/**
 * Ends a series and deletes what occurrences were made from. `lastOn`: its last day, if that is
 * earlier than planned. Returns whether it ran.
 */
export const endSeries = async (
  t: Db,
  ref: SeriesRef,
  { at, lastOn }: { at: Date; lastOn: string | null },
): Promise<boolean> => {
  await t`delete from series_media where workspace_id = ${ref.workspaceId} and series_id = ${ref.seriesId}`
  const { count } = await t`
    update series set ended_at = ${at}, ends_on = coalesce(${lastOn}::date, ends_on), text = '', link = null, variants = '{}', choices = '{}'
    where workspace_id = ${ref.workspaceId} and id = ${ref.seriesId} and ended_at is null`
  return count > 0
}
