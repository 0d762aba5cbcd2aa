import { Context } from '@temporalio/activity'
import type { Logger } from 'pino'
import type { Sql } from '../db/connect.ts'
import { endRevocation, keepRenewedTokens, listOpenRevocations, markRevoking, type Revocation } from '../db/revocations.ts'
import type { Vault } from '../db/vault.ts'
import { PlatformError } from '../platforms/errors.ts'
import type { Registry } from '../platforms/index.ts'
import type { RequestRef } from '../workflows/names.ts'
import { notYet } from './steps.ts'

export type RevokingDeps = { sql: Sql; vault: Vault; platforms: Registry; log: Logger; now: () => number }
export type RevokingActivities = ReturnType<typeof createRevokingActivities>

const timeoutMs = 20_000
/** As long as we try; the public page says so. After it the tokens go without the platform's answer. */
export const giveUpAfterMs = 3 * 86_400_000

export const createRevokingActivities = (deps: RevokingDeps) => ({
  // promise: R2
  /** Ends at one issuer what was set aside for it. Comes back until the issuer has answered, or for three days. */
  revokeTokens: async ({ requestId, issuer }: RequestRef & { issuer: string }): Promise<void> => {
    const { attempt } = Context.current().info
    const againInMs = Math.min(30 * 60_000, 2_000 * 2 ** Math.min(attempt, 12))
    let waiting = 0
    let gaveUp = 0
    for (const revocation of await listOpenRevocations(deps.sql, deps.vault, requestId, issuer)) {
      const outcome = await revoke(deps, revocation)
      if (outcome === 'waits') waiting += 1
      if (outcome === 'gave_up') gaveUp += 1
    }
    const now = new Date(deps.now())
    const state = waiting > 0 ? 'trying' : gaveUp > 0 ? 'gave_up' : 'done'
    const nextTryAt = waiting > 0 ? new Date(now.getTime() + againInMs) : null
    await markRevoking(deps.sql, { requestId, issuer, state, nextTryAt, now })
    if (waiting > 0) throw notYet(againInMs)
  },
})

const revoke = async (deps: RevokingDeps, revocation: Revocation): Promise<'done' | 'waits' | 'gave_up'> => {
  const now = new Date(deps.now())
  const outcome = await tellIssuer(deps, revocation)
  if (outcome === 'waits' && now.getTime() - revocation.createdAt.getTime() < giveUpAfterMs) return 'waits'
  await endRevocation(deps.sql, revocation.id, now)
  return outcome === 'waits' ? 'gave_up' : outcome
}

/** A refusal of the token itself means that it ended already: that is what we want. */
const tellIssuer = async (deps: RevokingDeps, revocation: Revocation): Promise<'done' | 'waits' | 'gave_up'> => {
  const issuer = deps.platforms.issuers.get(revocation.issuer)
  if (!issuer) return 'gave_up'
  try {
    const accessToken = await livingToken(deps, revocation)
    await issuer.revoke({ accessToken, userId: revocation.issuerUserId }, AbortSignal.timeout(timeoutMs))
    return 'done'
  } catch (error) {
    if (!(error instanceof PlatformError)) throw error
    if (error.kind === 'reauthorize') return 'done'
    deps.log.info(
      { issuer: revocation.issuer, kind: error.kind, code: error.problem.code },
      'a revocation waits for its platform',
    )
    return 'waits'
  }
}

const livingToken = async (deps: RevokingDeps, { id, issuer, tokens }: Revocation): Promise<string> => {
  const expired = tokens.expiresAtMs !== null && tokens.expiresAtMs <= deps.now() + 60_000
  if (!expired || tokens.refreshToken === null) return tokens.accessToken
  const renewed = await deps.platforms.issuers.get(issuer)?.renew(tokens, AbortSignal.timeout(timeoutMs))
  if (!renewed) return tokens.accessToken
  const { accessToken, refreshToken, expiresAtMs } = renewed
  await keepRenewedTokens(deps.sql, deps.vault, id, { accessToken, refreshToken, expiresAtMs })
  return accessToken
}
