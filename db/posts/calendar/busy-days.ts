import type { Db } from '../../postgres/connect.ts'
import type { DayBounds } from './posts.ts'

/** How many posts, drafts with a time included, each of these days has. Days without are left out. */
export const listBusyDays = (
  sql: Db,
  workspaceId: string,
  days: DayBounds[],
): Promise<{ date: string; posts: number }[]> => sql<{ date: string; posts: number }[]>`
  select d.date, count(*)::int as posts
  from unnest(${days.map((day) => day.date)}::text[], ${days.map((day) => day.from.toISOString())}::timestamptz[],
      ${days.map((day) => day.to.toISOString())}::timestamptz[]) as d (date, from_at, to_at)
    join posts p on p.workspace_id = ${workspaceId} and p.due_at >= d.from_at and p.due_at < d.to_at
  group by d.date`
