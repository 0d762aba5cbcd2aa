import { lockGrant } from '../../db/channels/grants.ts'
import { recordEvent } from '../../db/notifications/events.ts'
import { findAsked, notify } from '../../db/notifications/notifications.ts'
import { tx } from '../../db/postgres/connect.ts'
import type { WebDeps } from '../http/env.ts'

/**
 * Admins are asked about a connection at most once in this time, no matter how many members ask.
 */
export const askAgainMs = 24 * 3_600_000

/**
 * promise: U4: asks the admins to reconnect or renew a connection. False if the workspace has no
 * such connection.
 */
export const askAdmins = (
  deps: WebDeps,
  ask: { workspaceId: string; userId: string; grantId: string },
): Promise<boolean> =>
  tx(deps.sql, async (t) => {
    const { workspaceId, userId, grantId } = ask
    if (!(await lockGrant(t, { workspaceId, grantId }))) return false
    const last = await findAsked(t, grantId)
    if (last && deps.now() - last.getTime() < askAgainMs) return true
    const eventId = await recordEvent(t, {
      name: 'grant.asked',
      workspaceId,
      userId,
      subjectId: grantId,
    })
    const cause = `asked:${grantId}:${eventId}`
    await notify(t, {
      workspaceId,
      kind: 'asked',
      cause,
      grantId,
      facts: { by: userId },
      to: 'admins',
    })
    return true
  })
