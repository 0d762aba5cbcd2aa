import { Context } from '@temporalio/activity'
import type { Logger } from 'pino'
import { findAuthorizationUse, lockAuthorization } from '../../db/channels/authorization-use.ts'
import { endRevocation } from '../../db/channels/revocation-endings.ts'
import {
  claimRevoking,
  listPendingRevocations,
  openRevocationTokens,
  postponeRevocation,
  type Revocation,
  type RevocationOutcome,
  type RevocationScope,
  saveRevocationTokens,
} from '../../db/channels/revocations.ts'
import { recordEvent } from '../../db/notifications/events.ts'
import { notify } from '../../db/notifications/notifications.ts'
import { type Sql, tx } from '../../db/postgres/connect.ts'
import type { Vault } from '../../db/vault/vault.ts'
import { PlatformError } from '../../platforms/errors.ts'
import type { Issuer } from '../../platforms/grant.ts'
import type { Registry } from '../../platforms/index.ts'
import { backoffMs, notYet, retryWrite } from '../retry.ts'

export type RevokingDeps = {
  sql: Sql
  vault: Vault
  platforms: Registry
  log: Logger
  now: () => number
}
export type RevokingActivities = ReturnType<typeof createRevokingActivities>

const callTimeoutMs = 20_000
/** Long enough for renewing and then revoking. */
const callLeaseMs = 90_000
/** How long to wait while someone is choosing accounts with the same authorization. */
const choosingMs = 60_000
const longestPauseMs = 30 * 60_000

export const createRevokingActivities = (deps: RevokingDeps) => ({
  // promise: R2
  /**
   * Revokes the tokens that were set aside for a disconnected account or a deletion request.
   * Retries until each platform has answered, for at most `revocationDays`. If another connection
   * uses the authorization, only our copy of the token is deleted.
   */
  revokeTokens: async (scope: RevocationScope): Promise<void> => {
    const waits: number[] = []
    for (const revocation of await listPendingRevocations(deps.sql, scope)) {
      Context.current().heartbeat()
      const againInMs = await revokeOne(deps, revocation)
      if (againInMs !== null) waits.push(againInMs)
    }
    if (waits.length > 0) throw notYet(Math.min(...waits))
  },
})

/** Returns how long to wait before the next try, in ms, or null if it is finished. */
const revokeOne = async (deps: RevokingDeps, revocation: Revocation): Promise<number | null> => {
  const notBeforeMs = (revocation.nextTryAt?.getTime() ?? 0) - deps.now()
  const termMs = revocation.givesUpAt.getTime() - deps.now()
  if (notBeforeMs > 0 && termMs > 0) return Math.min(notBeforeMs, termMs)
  const claim = await claimCall(deps, revocation)
  if (claim === 'used') return end(deps, revocation, 'kept')
  if (claim === 'busy') return termMs > 0 ? choosingMs : end(deps, revocation, 'given_up')
  const answer = await callIssuer(deps, revocation)
  if (answer === 'revoked' || answer === 'unusable') return end(deps, revocation, answer)
  if (termMs <= 0) return end(deps, revocation, 'given_up')
  const pauseMs = answer.retryAfterMs ?? backoffMs(revocation.tries, 2_000, longestPauseMs)
  const againInMs = Math.max(1_000, Math.min(pauseMs, termMs))
  const nextTryAt = new Date(deps.now() + againInMs)
  await retryWrite(() =>
    postponeRevocation(deps.sql, revocation.id, { words: answer.words, nextTryAt }),
  )
  return againInMs
}

/**
 * Coordinates with connecting, under one lock: we see if someone is connecting with this
 * authorization or has just consented, and they see that we are about to revoke it.
 */
const claimCall = (deps: RevokingDeps, revocation: Revocation): Promise<'mine' | 'used' | 'busy'> =>
  tx(deps.sql, async (t) => {
    const now = new Date(deps.now())
    await lockAuthorization(t, revocation)
    const use = await findAuthorizationUse(t, revocation, now)
    if (use === 'used') return 'used'
    if (use === 'choosing') {
      const nextTryAt = new Date(now.getTime() + choosingMs)
      await postponeRevocation(t, revocation.id, { words: null, nextTryAt })
      return 'busy'
    }
    const until = new Date(now.getTime() + callLeaseMs)
    return (await claimRevoking(t, revocation.id, { now, until })) ? 'mine' : 'busy'
  })

type Answer = 'revoked' | 'unusable' | { words: string; retryAfterMs: number | null }

const callIssuer = async (deps: RevokingDeps, revocation: Revocation): Promise<Answer> => {
  const issuer = deps.platforms.issuers.get(revocation.issuer)
  if (!issuer)
    return {
      words: 'The platform is not set up on this installation.',
      retryAfterMs: longestPauseMs,
    }
  try {
    const accessToken = await currentToken(deps, issuer, revocation)
    if (accessToken === null) return 'unusable'
    return await issuer.revoke(
      { accessToken, userId: revocation.issuerUserId },
      AbortSignal.timeout(callTimeoutMs),
    )
  } catch (error) {
    if (!(error instanceof PlatformError)) throw error
    // The platform rejects our tokens permanently. It doesn't say whether CrateSocial is still
    // listed there for the person.
    if (error.kind === 'reauthorize') return 'unusable'
    const { code, words, retryAfterMs } = error.problem
    deps.log.info(
      { issuer: revocation.issuer, kind: error.kind, code },
      'a revocation will be retried: the platform did not confirm it',
    )
    return { words, retryAfterMs }
  }
}

/**
 * An expired token can't revoke, so it is renewed first. The new pair is stored before it is used,
 * because TikTok has already ended the old one.
 */
const currentToken = async (
  deps: RevokingDeps,
  issuer: Issuer,
  revocation: Revocation,
): Promise<string | null> => {
  const tokens = await openRevocationTokens(deps.sql, deps.vault, revocation.id)
  if (!tokens) return null
  const { accessExpiresAt } = revocation
  const isStale = accessExpiresAt !== null && accessExpiresAt.getTime() < deps.now() + 60_000
  if (!isStale || tokens.refreshToken === null) return tokens.accessToken
  const renewed = await issuer.renew(tokens, AbortSignal.timeout(callTimeoutMs))
  if (!renewed) return tokens.accessToken
  const { accessToken, refreshToken, expiresAtMs } = renewed
  const pair = {
    accessToken,
    refreshToken,
    expiresAt: expiresAtMs === null ? null : new Date(expiresAtMs),
  }
  await retryWrite(() => saveRevocationTokens(deps.sql, deps.vault, revocation.id, pair))
  return accessToken
}

/**
 * Deletes our copy of the tokens. For a disconnected account, notifies the admins of the outcome; a
 * deletion request has its own page.
 */
const end = async (
  deps: RevokingDeps,
  revocation: Revocation,
  outcome: RevocationOutcome,
): Promise<null> => {
  const { id, workspaceId, channelId, platform, issuer, askedAt } = revocation
  await retryWrite(() =>
    tx(deps.sql, async (t) => {
      if (!(await endRevocation(t, id, outcome, new Date(deps.now())))) return
      if (workspaceId === null || channelId === null) return
      const facts = { platform, issuer, outcome }
      await recordEvent(t, {
        name: 'grant.revoked',
        workspaceId,
        userId: null,
        subjectId: channelId,
        facts,
      })
      const cause = `disconnected:${channelId}:${askedAt.toISOString()}`
      await notify(t, {
        workspaceId,
        kind: 'disconnected',
        cause,
        channelId,
        facts: { outcome },
        to: 'admins',
      })
    }),
  )
  return null
}
