import { listMeasuredAccounts, type MeasuredAccount } from '../../db/insights/measured-accounts.ts'
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

/** The first day with a number. Null if there is none. */
export const firstDayOf = (accounts: MeasuredAccount[]): string | null =>
  accounts.flatMap((one) => one.firstDay ?? []).sort()[0] ?? null

/** When the newest number was taken. Null if there is none. */
export const takenAtOf = (accounts: MeasuredAccount[]): Date | null => {
  const times = accounts.flatMap((one) => one.takenAt?.getTime() ?? [])
  return times.length > 0 ? new Date(Math.max(...times)) : null
}
