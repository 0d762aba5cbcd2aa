import { group } from 'd3-array'
import { claimUnread, type UnreadAccount } from '../../db/insights/unread.ts'
import { notify } from '../../db/notifications/notifications.ts'
import { type Sql, tx } from '../../db/postgres/connect.ts'

/**
 * promise: U4: notifies admins when readings of an account have been overdue for two days, once for
 * each time that readings stop. One email for all such accounts of a workspace, because they
 * usually have the same cause.
 */
export const notifyOfUnread = async (sql: Sql, now: Date): Promise<void> => {
  await tx(sql, async (t) => {
    const workspaces = group(await claimUnread(t, now), (account) => account.workspaceId)
    for (const [workspaceId, accounts] of workspaces) {
      const [only] = accounts.length === 1 ? accounts : []
      await notify(t, {
        workspaceId,
        kind: 'unread',
        cause: `unread:${workspaceId}:${now.toISOString()}`,
        ...(only ? { channelId: only.channelId } : {}),
        facts: { accounts: accounts.length, since: earliest(accounts).toISOString() },
        to: 'admins',
      })
    }
  })
}

const earliest = (accounts: UnreadAccount[]): Date =>
  new Date(Math.min(...accounts.map(({ since }) => since.getTime())))
