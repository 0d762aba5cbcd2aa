import type { Db } from '../postgres/connect.ts'
import { stateList, underWayStates, unsentStates } from './target-states.ts'

/**
 * After a change, the web server and the relay have this long to start or signal the workflow, in
 * seconds.
 */
const graceS = 60

/**
 * Targets that are due soon and that no outbox row is about to start; only Temporal knows if their
 * workflow is running. Returns about `limit` of them. If there are more, each turn returns the next
 * part, so that each target comes once per cycle. The query has three parts, so that each uses its
 * partial index (`targets_open`, `targets_unfinished`, `targets_comment_open`).
 */
export const listTargetsAlone = async (
  sql: Db,
  look: { soonMs: number; limit: number; turn: number },
): Promise<string[]> => {
  const rows = await sql<{ id: string }[]>`
    with alone as (
      select t.id, t.due_at from (
        select id, due_at, state_at from targets
          where state in ${stateList(sql, unsentStates)} and due_at < now() + make_interval(secs => ${look.soonMs / 1_000})
        union all
        select id, due_at, state_at from targets
          where state in ${stateList(sql, underWayStates)} or (state = 'published' and finished_at is null)
        union all
        select id, due_at, state_at from targets where comment_open and finished_at is not null) t
      where t.state_at < now() - make_interval(secs => ${graceS})
        and not exists (select from outbox o where o.kind = 'target' and o.ref_id = t.id)
    ), parts as (select greatest(1, ceil(count(*) / ${look.limit}::float8))::bigint as count from alone)
    select id from alone, parts
    where mod(hashtextextended(id::text, 0) & 9223372036854775807, parts.count) = mod(${look.turn}::bigint, parts.count)
    order by due_at`
  return rows.map((row) => row.id)
}
