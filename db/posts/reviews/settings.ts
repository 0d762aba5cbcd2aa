import type { Role } from '../../people/memberships.ts'
import type { Db } from '../../postgres/connect.ts'

/** Which posts need approval: none, those last edited by someone who isn't an admin, or all. */
export const reviewScopes = ['off', 'managers', 'all'] as const
export type ReviewScope = (typeof reviewScopes)[number]
/** Who approves: the team, the client, or the team and then the client. */
export const reviewPaths = ['team', 'client', 'both'] as const
type ReviewPath = (typeof reviewPaths)[number]
export type ReviewSettings = { reviewOf: ReviewScope; reviewStages: ReviewPath }

export const getReviewSettings = async (sql: Db, workspaceId: string): Promise<ReviewSettings> => {
  const [row] = await sql<ReviewSettings[]>`
    select review_of, review_stages from workspaces where id = ${workspaceId}`
  if (!row) throw new Error(`there is no workspace ${workspaceId}`)
  return row
}

export const changeReviewSettings = async (
  sql: Db,
  workspaceId: string,
  to: ReviewSettings,
): Promise<void> => {
  await sql`
    update workspaces set review_of = ${to.reviewOf}, review_stages = ${to.reviewStages} where id = ${workspaceId}`
}

/** Replaces the members who approve posts. Leaves out people who aren't members. */
export const replaceReviewers = async (
  t: Db,
  workspaceId: string,
  userIds: string[],
): Promise<void> => {
  await t`
    with gone as (
      delete from reviewers where workspace_id = ${workspaceId} and user_id <> all(${userIds}::uuid[]))
    insert into reviewers (workspace_id, user_id)
    select workspace_id, user_id from memberships
    where workspace_id = ${workspaceId} and user_id = any(${userIds}::uuid[]) on conflict do nothing`
}

/** A member who may approve posts. `isChosen`: as a reviewer. Admins always may. */
export type Approver = { userId: string; name: string; role: Role; isChosen: boolean }

export const listApprovers = (sql: Db, workspaceId: string): Promise<Approver[]> => sql<Approver[]>`
  select m.user_id, u.name, m.role, v.user_id is not null as is_chosen
  from memberships m join users u on u.id = m.user_id
    left join reviewers v on v.workspace_id = m.workspace_id and v.user_id = m.user_id
  where m.workspace_id = ${workspaceId} and u.deactivated_at is null and (v.user_id is not null or m.role = 'admin')
  order by lower(u.name), u.id`
