import type { Db } from '../postgres/connect.ts'
import { stateList, underWayStates } from '../posts/target-states.ts'
import { endingGrant } from './grants.ts'
import { endRevocationsOf } from './revocation-endings.ts'

/** `wasKnown`: we had already found out, and notified people, that it no longer works. */
export type RemovedGrant = { id: string; workspaceId: string; wasKnown: boolean }

// promise: E5
/**
 * Ends an authorization that ended at the issuer: deletes its tokens in every workspace, and its
 * accounts wait to be reconnected. Grants that were connected after the issuer's message (`saidAt`)
 * stay, so a repeated or late webhook changes nothing. Only a removal by the person (`by: 'them'`)
 * starts the term after which the account's data is deleted; our own revocation doesn't.
 */
export const endRemovedGrants = async (
  t: Db,
  said: { issuer: string; issuerUserId: string; by: 'them' | 'us'; saidAt: Date; words: string },
  at: Date,
): Promise<RemovedGrant[]> => {
  const grants = await t<RemovedGrant[]>`
    with before as (
      select id, state from grants
      where issuer = ${said.issuer} and issuer_user_id = ${said.issuerUserId} and state <> 'ended'
        and connected_at < ${said.saidAt}::timestamptz + interval '1 second'
      for no key update)
    update grants g set ${endingGrant(t, said.by === 'us' ? 'revoked' : 'removed', at)}
    from before where g.id = before.id
    returning g.id, g.workspace_id, before.state = 'reauthorize' as was_known`
  const ids = grants.map((grant) => grant.id)
  await t`
    update channels set state = 'reconnect', state_reason = ${said.words}, token_sealed = null
    where grant_id = any(${ids}) and state <> 'disconnected'`
  await endRevocationsOf(t, said, at)
  return grants
}

/** The targets whose workflows wait for news about this publication. */
export const findTargetsByHandle = async (
  sql: Db,
  platforms: string[],
  handle: string,
  value: string,
): Promise<string[]> => {
  const rows = await sql<{ id: string }[]>`
    select id from targets where platform = any(${platforms}) and handles ->> ${handle} = ${value}
      and (state in ${stateList(sql, underWayStates)} or (state = 'published' and finished_at is null))`
  return rows.map((row) => row.id)
}
