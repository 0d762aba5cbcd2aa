import { markChannelLost, noteNextCheck } from '../../db/channels/grant-upkeep.ts'
import { markReauthorize, type OpenGrant } from '../../db/channels/grants.ts'
import { recordEvent } from '../../db/notifications/events.ts'
import { notify } from '../../db/notifications/notifications.ts'
import { enqueue } from '../../db/notifications/outbox.ts'
import { countPostsAtRisk } from '../../db/notifications/posts-at-risk.ts'
import { type Db, type Sql, tx } from '../../db/postgres/connect.ts'
import { PlatformError } from '../../platforms/errors.ts'
import type { Issuer } from '../../platforms/grant.ts'
import type { Registry } from '../../platforms/index.ts'
import { retryWrite } from '../retry.ts'

export const issuerOf = (deps: { platforms: Registry }, grant: { issuer: string }): Issuer => {
  const issuer = deps.platforms.issuers.get(grant.issuer)
  if (!issuer) throw new Error(`issuer ${grant.issuer} is not configured`)
  return issuer
}

export const isReauthorize = (error: unknown): error is PlatformError =>
  error instanceof PlatformError && error.kind === 'reauthorize'

/** An error for a connection that only a person can restore. */
export const ended = (code: string, words: string): PlatformError =>
  new PlatformError({ kind: 'reauthorize', code, words })

/** Makes the grant's workflow check with the issuer at this time instead of its usual one. */
export const askCheck = async (t: Db, grantId: string, at: Date): Promise<void> => {
  await noteNextCheck(t, grantId, at)
  await enqueue(t, 'grant', grantId)
}

/**
 * Marks one account as lost, although its grant is still active; a person has to reconnect it.
 * Returns the id of the event, or null if it was already marked.
 */
export const markLost = async (
  t: Db,
  workspaceId: string,
  channel: { id: string; platform: string },
  words: string,
): Promise<string | null> => {
  if (!(await markChannelLost(t, channel.id, words))) return null
  const facts = { platform: channel.platform }
  return await recordEvent(t, {
    name: 'channel.lost',
    workspaceId,
    userId: null,
    subjectId: channel.id,
    facts,
  })
}

/** Like `markLost`, and also notifies the admins. */
export const loseChannel = async (
  t: Db,
  workspaceId: string,
  channel: { id: string; platform: string },
  words: string,
): Promise<void> => {
  const eventId = await markLost(t, workspaceId, channel, words)
  if (eventId === null) return
  await notify(t, {
    workspaceId,
    kind: 'ended',
    cause: `lost:${channel.id}:${eventId}`,
    channelId: channel.id,
    to: 'admins',
  })
}

/**
 * Marks the grant as ended, with an event and a notice to the admins, unless it was reconnected in
 * the meantime. Returns the error to throw.
 */
export const giveUp = async (
  deps: { sql: Sql },
  grant: OpenGrant,
  error: PlatformError,
): Promise<PlatformError> => {
  const { code, subcode, words } = error.problem
  const reason = subcode ? `${code}/${subcode}` : code
  await retryWrite(() =>
    tx(deps.sql, async (t) => {
      if (!(await markReauthorize(t, grant, { code: reason, words }))) return
      const { workspaceId } = grant
      const event = {
        name: 'grant.refused',
        workspaceId,
        userId: null,
        subjectId: grant.id,
        facts: { reason },
      }
      const eventId = await recordEvent(t, event)
      const risk = await countPostsAtRisk(t, grant.id, 'lost')
      const facts = {
        waiting: risk.count,
        firstDueAt: risk.firstDueAt?.toISOString() ?? null,
        words,
      }
      // promise: U4
      await notify(t, {
        workspaceId,
        kind: 'ended',
        cause: `ended:${grant.id}:${eventId}`,
        grantId: grant.id,
        facts,
        to: 'admins',
      })
    }),
  )
  return error
}
