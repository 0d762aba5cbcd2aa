import { deleteAuthenticatorApp } from '../people/authenticator-apps.ts'
import { dropUselessRecoveryCodes } from '../people/second-factor.ts'
import type { Db } from '../postgres/connect.ts'
import type { Place } from '../vault/vault.ts'
import { withoutTokens } from './grants.ts'
import { endRevocation } from './revocation-endings.ts'

/** A connection that must be reconnected, because its tokens are gone. */
type ForgottenGrant = { id: string; workspaceId: string }
/** A webhook whose address or secret nobody knows anymore. An admin adds it again. */
type ForgottenWebhook = { id: string; workspaceId: string }
/** `appUserIds`: people whose authenticator app no longer works. They sign in without it. */
export type Forgotten = {
  grants: ForgottenGrant[]
  webhooks: ForgottenWebhook[]
  appUserIds: string[]
}

/** The explanation shown under the account. */
export const keyLostWords =
  'The key that protected this connection was lost. Reconnect the account.'

/**
 * Removes encrypted values that no key can decrypt, and updates everything that depended on them.
 * `places`: as returned by listUnreadable. Call it in a transaction.
 */
export const forgetSealed = async (t: Db, places: Place[], at: Date): Promise<Forgotten> => {
  const idsOf = (table: string): string[] => [
    ...new Set(places.filter((place) => place.table === table).map(({ id }) => id)),
  ]
  const unknown = places.find(({ table }) => !forgettable.includes(table))
  if (unknown) throw new Error(`nobody has said what forgetting a value of ${unknown.table} means`)
  const grants = await forgetGrants(t, idsOf('grants'))
  await forgetChannels(t, { channelIds: idsOf('channels'), grantIds: idsOf('grants') })
  await forgetUnderWay(t, idsOf('connections_under_way'))
  // The platforms can no longer be told, and the pages of a disconnection or a deletion request say
  // so. promise: R2, E3
  for (const id of idsOf('revocations')) await endRevocation(t, id, 'given_up', at)
  // The request's page keeps its URL. Only a second tab can no longer be redirected to it.
  await t`update deletion_requests set code_sealed = null where id = any(${idsOf('deletion_requests')}::uuid[])`
  await t`delete from deletion_mails where id = any(${idsOf('deletion_mails')}::uuid[])`
  const webhooks = await forgetWebhooks(t, idsOf('webhook_endpoints'))
  const appUserIds = idsOf('authenticator_apps')
  for (const userId of appUserIds) {
    await deleteAuthenticatorApp(t, userId)
    await dropUselessRecoveryCodes(t, userId)
  }
  return { grants, webhooks, appUserIds }
}

/**
 * The tables whose encrypted values can be removed. A test compares them with the encrypted
 * columns.
 */
export const forgettable = [
  'authenticator_apps',
  'grants',
  'channels',
  'connections_under_way',
  'revocations',
  'webhook_endpoints',
  'deletion_requests',
  'deletion_mails',
]

const forgetGrants = async (t: Db, ids: string[]): Promise<ForgottenGrant[]> =>
  await t<ForgottenGrant[]>`
  with lost as (select id, state = 'active' as was_active from grants where id = any(${ids}) for no key update),
  forgotten as (
    update grants g set ${withoutTokens(t)},
      state = case when lost.was_active then 'reauthorize' else g.state end,
      state_reason = case when lost.was_active then 'key_lost' else g.state_reason end
    from lost where lost.id = g.id returning g.id, g.workspace_id, lost.was_active)
  select id, workspace_id from forgotten where was_active order by id`

const forgetChannels = async (
  t: Db,
  { channelIds, grantIds }: { channelIds: string[]; grantIds: string[] },
): Promise<void> => {
  await t`
    update channels set token_sealed = null, state = case when state = 'connected' then 'reconnect' else state end,
      state_reason = case when state = 'connected' then ${keyLostWords} else state_reason end
    where id = any(${channelIds}) or grant_id = any(${grantIds})`
}

const forgetWebhooks = async (t: Db, ids: string[]): Promise<ForgottenWebhook[]> =>
  await t<ForgottenWebhook[]>`
  delete from webhook_endpoints where id = any(${ids}::uuid[]) returning id, workspace_id`

/** People who were connecting an account have to start again. */
const forgetUnderWay = async (t: Db, hashes: string[]): Promise<void> => {
  await t`delete from connections_under_way where encode(state_hash, 'hex') = any(${hashes})`
}
