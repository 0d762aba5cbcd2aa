import { forgetSealed, keyLostWords } from '../../db/channels/forgetting.ts'
import { recordEvent } from '../../db/notifications/events.ts'
import { notify } from '../../db/notifications/notifications.ts'
import { countPostsAtRisk } from '../../db/notifications/posts-at-risk.ts'
import { tx } from '../../db/postgres/connect.ts'
import { tellEverything } from '../../db/postgres/restored.ts'
import { listUnreadable } from '../../db/vault/sealed.ts'
import { createVault, type Place } from '../../db/vault/vault.ts'
import { type OperateDeps, Unfit } from './command.ts'
import type { Answer, Row } from './table.ts'
import { endEverything, withClient } from './workflows.ts'

/**
 * For an installation that has lost its vault key: removes values that can't be decrypted, notifies
 * admins to reconnect accounts, and restarts workflows whose arguments can't be decrypted. Without
 * `confirm`, only shows what it would do.
 */
export const forgetTokens = async (
  deps: OperateDeps,
  [confirm, ...more]: string[],
): Promise<Answer> => {
  if (more.length > 0 || (confirm !== undefined && confirm !== 'confirm'))
    throw new Unfit('Only the word "confirm" may follow forget-tokens.')
  const lost = await listUnreadable(deps.sql, createVault(deps.config.vaultKeys))
  const rows = countByColumn(lost)
  if (!confirm) return { rows, words: whatItWouldDo(lost.length) }
  return await withClient(
    deps,
    async (client) => {
      await client.connection.ensureConnected()
      const forgotten = await forget(deps, lost)
      const ended = await endEverything(client)
      return { rows, words: whatItDid({ values: lost.length, ...forgotten, ...ended }) }
    },
    patienceMs,
  )
}

/** Every scheduled post has a workflow, and they are ended one after the other. */
const patienceMs = 30 * 60_000

const forget = (
  { sql, now }: OperateDeps,
  lost: Place[],
): Promise<{ grants: number; webhooks: number; apps: number }> =>
  tx(sql, async (t) => {
    const { grants, webhooks, appUserIds } = await forgetSealed(t, lost, new Date(now()))
    for (const { id, workspaceId } of grants) {
      const event = {
        name: 'grant.refused',
        workspaceId,
        userId: null,
        subjectId: id,
        facts: { reason: 'key_lost' },
      }
      const cause = `ended:${id}:${await recordEvent(t, event)}`
      const risk = await countPostsAtRisk(t, id, 'lost')
      const facts = {
        waiting: risk.count,
        firstDueAt: risk.firstDueAt?.toISOString() ?? null,
        words: keyLostWords,
      }
      await notify(t, { workspaceId, kind: 'ended', cause, grantId: id, facts, to: 'admins' }) // promise: U4
    }
    for (const { id, workspaceId } of webhooks)
      await recordEvent(t, {
        name: 'webhook.removed',
        workspaceId,
        userId: null,
        subjectId: id,
        facts: { reason: 'key_lost' },
      })
    for (const subjectId of appUserIds)
      await recordEvent(t, {
        name: 'authenticator.removed',
        workspaceId: null,
        userId: null,
        subjectId,
      })
    await tellEverything(t)
    return { grants: grants.length, webhooks: webhooks.length, apps: appUserIds.length }
  })

const countByColumn = (places: Place[]): Row[] => {
  const counts = new Map<string, number>()
  for (const { table, column } of places)
    counts.set(`${table}.${column}`, (counts.get(`${table}.${column}`) ?? 0) + 1)
  return [...counts].map(([column, values]) => ({ column, values }))
}

const whatItWouldDo = (values: number): string =>
  values === 0
    ? 'Every stored secret opens with the keys in VAULT_KEYS. Nothing was changed.'
    : 'Nothing was changed. If the key still exists anywhere, put it back into VAULT_KEYS. Otherwise "forget-tokens confirm" removes these values for good.'

const whatItDid = (did: {
  values: number
  grants: number
  webhooks: number
  apps: number
  workflows: number
  schedules: number
}): string => {
  const grants =
    did.grants === 1
      ? '1 account needs to be reconnected, and its admins were notified.'
      : `${did.grants} accounts need to be reconnected, and their admins were notified.`
  const webhooks =
    did.webhooks === 0
      ? ''
      : `\nWebhooks that were deleted, and that an admin has to add again: ${did.webhooks}.`
  const ended = `Ended ${did.workflows} workflows and ${did.schedules} schedules; the worker starts them again.`
  const apps =
    did.apps === 0
      ? ''
      : `\nPeople who need to set up their authenticator app again, and sign in without it until then: ${did.apps}.`
  return `Removed ${did.values} stored values. ${grants}${webhooks}${apps}\n${ended}`
}
