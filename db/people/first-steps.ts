import type { Db } from '../postgres/connect.ts'

type Ref = { workspaceId: string; userId: string }

/** Progress of the first steps in a workspace. `people` counts members, including this person. */
export type StepsDone = { accounts: number; posts: number; people: number }

/** Null if the workspace is set up or this person dismissed the steps. */
export const findStepsDone = async (
  sql: Db,
  { workspaceId, userId }: Ref,
): Promise<StepsDone | null> => {
  const [row] = await sql<StepsDone[]>`
    select
      (select count(*)::int from channels c where c.workspace_id = w.id and c.state <> 'disconnected') as accounts,
      (select count(*)::int from posts p where p.workspace_id = w.id and p.state <> 'discarded') as posts,
      (select count(*)::int from memberships o where o.workspace_id = w.id) as people
    from workspaces w join memberships m on m.workspace_id = w.id and m.user_id = ${userId}
    where w.id = ${workspaceId} and w.set_up_at is null and m.steps_dismissed_at is null`
  return row ?? null
}

/**
 * Marks the workspace as set up for good: the steps don't come back when something is deleted
 * later.
 */
export const markSetUp = async (sql: Db, workspaceId: string, now: Date): Promise<void> => {
  await sql`update workspaces set set_up_at = ${now} where id = ${workspaceId} and set_up_at is null`
}

/** `at`: null shows the steps again. */
export const dismissSteps = async (
  sql: Db,
  { workspaceId, userId }: Ref,
  at: Date | null,
): Promise<void> => {
  await sql`update memberships set steps_dismissed_at = ${at} where workspace_id = ${workspaceId} and user_id = ${userId}`
}

/** What an empty page needs to suggest the next step. */
export const findBeginnings = async (
  sql: Db,
  workspaceId: string,
): Promise<{ hasAccounts: boolean; hasPosts: boolean }> => {
  const [row] = await sql<{ hasAccounts: boolean; hasPosts: boolean }[]>`
    select exists (select from channels where workspace_id = ${workspaceId} and state <> 'disconnected') as has_accounts,
      exists (select from posts where workspace_id = ${workspaceId} and state <> 'discarded') as has_posts`
  return row ?? { hasAccounts: false, hasPosts: false }
}
