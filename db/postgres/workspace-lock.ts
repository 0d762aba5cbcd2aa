import type { Db } from './connect.ts'

/**
 * Locks a workspace until the transaction ends. Every "at most so many" of a workspace takes this
 * lock before it counts, so that requests that arrive together can't pass the limit together: each
 * sees what the one before it added. Posts are locked before it, and members after it.
 */
export const lockWorkspace = async (t: Db, workspaceId: string): Promise<void> => {
  await t`select from workspaces where id = ${workspaceId} for no key update`
}
