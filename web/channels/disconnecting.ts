import { lockAuthorization } from '../../db/channels/authorization-use.ts'
import {
  cancelUnsentOf,
  findAuthorizationOf,
  findToDisconnect,
  type ToDisconnect,
  takeChannelsOut,
} from '../../db/channels/disconnecting.ts'
import { endGrant, openGrant } from '../../db/channels/grants.ts'
import { insertEndedRevocation, insertRevocation } from '../../db/channels/revocations.ts'
import { recordEvent } from '../../db/notifications/events.ts'
import { notify } from '../../db/notifications/notifications.ts'
import { enqueue } from '../../db/notifications/outbox.ts'
import { type Db, tx } from '../../db/postgres/connect.ts'
import type { WebDeps } from '../http/env.ts'

export type Disconnect = {
  workspaceId: string
  userId: string
  channelId: string
  erasesHistory: boolean
}

// promise: R2
/**
 * Disconnects an account in one transaction: cancels its unsent posts and deletes its token. If it
 * is the last account of the authorization, also retires the authorization's tokens, and a workflow
 * revokes them at the platform. False if there is no such account.
 */
export const disconnect = async (deps: WebDeps, ask: Disconnect): Promise<boolean> => {
  const { workspaceId, userId, channelId, erasesHistory } = ask
  const at = new Date(deps.now())
  const canceled = await tx(deps.sql, async (t) => {
    const authorization = await findAuthorizationOf(t, ask)
    if (authorization) await lockAuthorization(t, authorization)
    const account = await findToDisconnect(t, ask)
    if (!account) return null
    await takeChannelsOut(t, { channelId }, at)
    const targets = await cancelUnsentOf(t, channelId)
    for (const { id, revision } of targets) {
      await enqueue(t, 'target', id)
      await notify(t, {
        workspaceId,
        kind: 'canceled',
        cause: `canceled:${id}:${revision}`,
        targetId: id,
        to: 'author',
      })
    }
    const revokes = await endAuthorization(deps, t, ask, account, at)
    await enqueue(t, 'disconnect', channelId)
    const facts = { platform: account.platform, canceled: targets.length, erasesHistory, revokes }
    await recordEvent(t, {
      name: 'channel.disconnected',
      workspaceId,
      userId,
      subjectId: channelId,
      facts,
    })
    return targets.map((target) => target.id)
  })
  if (canceled) deps.temporal.signalTargets(canceled)
  return canceled !== null
}

/**
 * Ends the authorization if no account here uses it. Returns true if it must be revoked at the
 * platform. Revoking ends it for all accounts in all workspaces, so it waits for the last one.
 */
const endAuthorization = async (
  deps: WebDeps,
  t: Db,
  ask: Disconnect,
  account: ToDisconnect,
  at: Date,
): Promise<boolean> => {
  const { workspaceId, userId, channelId, erasesHistory } = ask
  const { issuer, issuerUserId, grantId } = account
  const entry = {
    issuer,
    issuerUserId,
    workspaceId,
    grantId,
    channelId,
    askedBy: userId,
    at,
    erasesHistory,
  }
  const isLastHere = account.othersHere.length === 0
  const grant =
    isLastHere && account.othersElsewhere === 0
      ? await openGrant(t, deps.vault, workspaceId, grantId)
      : null
  if (grant) await insertRevocation(t, deps.vault, entry, grant)
  else
    await insertEndedRevocation(
      t,
      entry,
      isLastHere && account.othersElsewhere === 0 ? 'unusable' : 'kept',
    )
  if (isLastHere) await endGrant(t, grantId, 'disconnected', at)
  return grant !== null
}
