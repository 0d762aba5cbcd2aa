import type { Db } from '../../postgres/connect.ts'
import type { Fragment } from '../../postgres/json-rows.ts'
import { stateList, unsentStates } from '../target-states.ts'

/**
 * How many posts wait for approval or for changes, as an SQL subquery. Leaves out those of which
 * nothing is left to go out. `workspaceId` is an expression.
 */
export const countReviews = (sql: Db, workspaceId: Fragment): Fragment => sql`(
  select count(*)::int from reviews r where r.workspace_id = ${workspaceId} and r.state <> 'approved' and exists (
    select from posts p where p.id = r.post_id and (p.state = 'draft' or exists (
      select from targets t where t.post_id = p.id and t.state in ${stateList(sql, unsentStates)}))))`
