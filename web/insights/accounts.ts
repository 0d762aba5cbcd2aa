import { listMeasuredAccounts } from '../../db/insights/measured-accounts.ts'
import type { WebDeps } from '../http/env.ts'
import type { LabeledAccount } from './standing.ts'

/** The measured accounts of a workspace, or one of them, with their platforms' labels. */
export const loadAccounts = async (
  deps: WebDeps,
  of: { workspaceId: string; channelId: string | null },
): Promise<LabeledAccount[]> => {
  const accounts = await listMeasuredAccounts(deps.sql, of, new Date(deps.now()))
  return accounts.map((one) => ({
    ...one,
    label: deps.platforms.platforms.get(one.platform)?.label ?? one.platform,
  }))
}
