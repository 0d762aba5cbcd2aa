import type { Db } from './connect.ts'

/** `wasKnown`: that it no longer works had been found out, and told, before the issuer said it. */
export type RemovedGrant = { id: string; workspaceId: string; wasKnown: boolean }

// promise: E5
/**
 * The person took the authorization away at the issuer: in every workspace its tokens are deleted at once and its accounts wait for a
 * person. One that was connected after the issuer wrote this (`saidAt`) stays,
 * so a call that comes again, or late, changes nothing.
 */
export const endRemovedGrants = async (
  t: Db,
  said: { issuer: string; issuerUserId: string; saidAt: Date; words: string },
  at: Date,
): Promise<RemovedGrant[]> => {
  const grants = await t<RemovedGrant[]>`
    with before as (
      select id, state from grants
      where issuer = ${said.issuer} and issuer_user_id = ${said.issuerUserId} and state <> 'ended'
        and connected_at < ${said.saidAt}::timestamptz + interval '1 second'
      for update)
    update grants g set state = 'ended', state_reason = 'removed', ended_at = ${at}, access_token_sealed = null, refresh_token_sealed = null,
      renewing_by = null, renewing_until = null
    from before where g.id = before.id
    returning g.id, g.workspace_id, before.state = 'reauthorize' as was_known`
  const ids = grants.map((grant) => grant.id)
  await t`
    update channels set state = 'reconnect', state_reason = ${said.words}, token_sealed = null
    where grant_id = any(${ids}) and state <> 'disconnected'`
  await t`
    update disconnections d set state = 'revoked', ended_at = ${at}, problem = null, access_token_sealed = null, refresh_token_sealed = null
    from grants g where g.id = d.grant_id and g.issuer = ${said.issuer} and g.issuer_user_id = ${said.issuerUserId} and d.state = 'pending'
      and d.asked_at < ${said.saidAt}::timestamptz + interval '1 second'`
  return grants
}

/** Targets whose workflow waits for news of this publication. */
export const findTargetsByHandle = async (sql: Db, platforms: string[], handle: string, value: string): Promise<string[]> => {
  const rows = await sql<{ id: string }[]>`
    select id from targets where platform = any(${platforms}) and handles ->> ${handle} = ${value}
      and (state in ('sending', 'processing') or (state = 'published' and finished_at is null))`
  return rows.map((row) => row.id)
}
