import type { Db } from '../postgres/connect.ts'

/** One run of a rule or check, with its result. */
export type Sweep = {
  rule: string
  removed: number
  leftCount: number
  oldestLeftAt: Date | null
  durationMs: number
  at: Date
}

export const insertSweep = async (sql: Db, sweep: Sweep): Promise<void> => {
  await sql`
    insert into sweeps (rule, removed, left_count, oldest_left_at, duration_ms, at)
    values (${sweep.rule}, ${sweep.removed}, ${sweep.leftCount}, ${sweep.oldestLeftAt}, ${Math.round(sweep.durationMs)}, ${sweep.at})`
}

/** The latest run of each rule. */
export const listLatestSweeps = async (sql: Db): Promise<Map<string, Sweep>> => {
  const rows = await sql<Sweep[]>`
    select distinct on (rule) rule, removed, left_count, oldest_left_at, duration_ms, at from sweeps order by rule, at desc`
  return new Map(rows.map((sweep) => [sweep.rule, sweep]))
}
