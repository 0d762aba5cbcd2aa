import { tx } from '../db/connect.ts'
import {
  cancelUnsentOf,
  findToDisconnect,
  insertKept,
  lockGrantOf,
  moveTokensToRevocation,
  takeChannelOut,
} from '../db/disconnections.ts'
import { recordEvent } from '../db/events.ts'
import { endGrant } from '../db/grants.ts'
import { notify } from '../db/notices.ts'
import { enqueue } from '../db/outbox.ts'
import type { WebDeps } from './env.ts'

export type Disconnect = { workspaceId: string; userId: string; channelId: string; erasesHistory: boolean }

// promise: R2
/**
 * Disconnects an account in one transaction: its posts that have not gone out are canceled, its tokens are out of use, and with the last
 * account of the authorization that one ends, too. What is left, telling the platform, a workflow does. False when there is no such account.
 */
export const disconnect = async (deps: WebDeps, ask: Disconnect): Promise<boolean> => {
  const { workspaceId, userId, channelId, erasesHistory } = ask
  const at = new Date(deps.now())
  const canceled = await tx(deps.sql, async (t) => {
    await lockGrantOf(t, ask)
    const account = await findToDisconnect(t, ask)
    if (!account) return null
    await takeChannelOut(t, channelId, at)
    const targets = await cancelUnsentOf(t, channelId, at)
    for (const { id, revision } of targets) {
      await enqueue(t, 'target', id)
      await notify(t, { workspaceId, kind: 'canceled', cause: `canceled:${id}:${revision}`, targetId: id, to: 'author' })
    }
    const entry = { workspaceId, channelId, grantId: account.grantId, askedBy: userId, at, erasesHistory }
    const isLast = account.othersHere.length === 0
    // promise: R2: revoking is all or nothing for a person at an issuer, so it waits for their last account
    const revokes = isLast && account.othersElsewhere === 0 && (await moveTokensToRevocation(t, deps.vault, entry))
    if (!isLast || account.othersElsewhere > 0) await insertKept(t, entry)
    if (isLast && account.othersElsewhere > 0) await endGrant(t, account.grantId, 'disconnected', at)
    await enqueue(t, 'disconnect', channelId)
    const facts = { platform: account.platform, canceled: targets.length, erasesHistory, revokes }
    await recordEvent(t, { name: 'channel.disconnected', workspaceId, userId, subjectId: channelId, facts })
    return targets.map((target) => target.id)
  })
  if (canceled) await deps.temporal.nudge(canceled)
  return canceled !== null
}
