import type { Db } from './connect.ts'

/** A change is the web's and the relay's to tell for this long. */
const graceS = 60

/** Targets with something to do soon that nobody is about to tell to Temporal; whether their workflow runs, only Temporal knows. */
export const listTargetsAlone = async (sql: Db, look: { soonMs: number; limit: number }): Promise<string[]> => {
  const rows = await sql<{ id: string }[]>`
    select t.id from targets t
    where (
        (t.state in ('scheduled', 'preparing', 'ready') and t.due_at < now() + make_interval(secs => ${look.soonMs / 1_000}))
        or t.state in ('sending', 'processing')
        or (t.state = 'published' and t.finished_at is null)
      )
      and t.state_at < now() - make_interval(secs => ${graceS})
      and not exists (select from outbox o where o.kind = 'target' and o.ref_id = t.id)
    order by t.due_at limit ${look.limit}`
  return rows.map((row) => row.id)
}
