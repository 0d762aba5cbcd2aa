import { Context } from '@temporalio/activity'
import { type Sql, tx } from '../db/connect.ts'
import {
  countUnderWay,
  type Disconnection,
  endRevocation,
  eraseHistory,
  findDisconnection,
  isConnectedElsewhere,
  noteRevocationFailed,
  openRevocation,
  saveRevocationTokens,
} from '../db/disconnections.ts'
import { recordEvent } from '../db/events.ts'
import { notify } from '../db/notices.ts'
import type { Vault } from '../db/vault.ts'
import { PlatformError } from '../platforms/errors.ts'
import type { Issuer } from '../platforms/grant.ts'
import type { Registry } from '../platforms/index.ts'
import type { ChannelRef } from '../workflows/names.ts'
import { issuerOf } from './grants.ts'
import { insist } from './insist.ts'
import { notYet } from './steps.ts'

export type DisconnectingDeps = { sql: Sql; vault: Vault; platforms: Registry; now: () => number }
export type DisconnectingActivities = ReturnType<typeof createDisconnectingActivities>

const callTimeoutMs = 20_000
/** A post that is on its way ends within hours; its history is erased then. */
const underWayLookMs = 60_000

// promise: R2
export const createDisconnectingActivities = (deps: DisconnectingDeps) => ({
  /** Ends the authorization at the platform; comes back until the platform confirms it, or has ended it by itself. */
  revokeChannelGrant: async ({ channelId }: ChannelRef): Promise<void> => {
    const disconnection = await findDisconnection(deps.sql, channelId)
    if (disconnection?.state !== 'pending') return
    if (await isConnectedElsewhere(deps.sql, disconnection)) return end(deps, disconnection, 'kept')
    if (disconnection.givesUpAt && disconnection.givesUpAt.getTime() <= deps.now()) return end(deps, disconnection, 'given_up')
    try {
      await revoke(deps, disconnection)
    } catch (error) {
      if (!(error instanceof PlatformError)) throw error
      await noteRevocationFailed(deps.sql, channelId, error.problem.words)
      throw notYet(error.problem.retryAfterMs ?? Math.min(3_600_000, 2_000 * 2 ** Math.min(Context.current().info.attempt, 12)))
    }
    await end(deps, disconnection, 'revoked')
  },

  /** Where the admin wanted it: what became of posts there goes, once nothing of it is on its way. */
  eraseChannelHistory: async ({ channelId }: ChannelRef): Promise<void> => {
    const disconnection = await findDisconnection(deps.sql, channelId)
    if (!disconnection?.erasesHistory || disconnection.erasedAt) return
    if ((await countUnderWay(deps.sql, channelId)) > 0) throw notYet(underWayLookMs)
    const { workspaceId } = disconnection
    await tx(deps.sql, async (t) => {
      const targets = await eraseHistory(t, channelId, new Date(deps.now()))
      const facts = { platform: disconnection.platform, targets }
      await recordEvent(t, { name: 'channel.history_erased', workspaceId, userId: null, subjectId: channelId, facts })
    })
  },
})

/** A stale token cannot revoke: it is renewed first. A refusal for good means that the platform has ended it already. */
const revoke = async (deps: DisconnectingDeps, disconnection: Disconnection): Promise<void> => {
  const issuer = issuerOf(deps, disconnection)
  try {
    const accessToken = await livingToken(deps, issuer, disconnection)
    if (accessToken === null) return
    await issuer.revoke({ accessToken, userId: disconnection.issuerUserId }, AbortSignal.timeout(callTimeoutMs))
  } catch (error) {
    if (!(error instanceof PlatformError) || error.kind !== 'reauthorize') throw error
  }
}

const livingToken = async (deps: DisconnectingDeps, issuer: Issuer, disconnection: Disconnection): Promise<string | null> => {
  const tokens = await openRevocation(deps.sql, deps.vault, disconnection.channelId)
  if (!tokens) return null
  const isStale = disconnection.accessExpiresAt !== null && disconnection.accessExpiresAt.getTime() < deps.now() + 60_000
  if (!isStale || tokens.refreshToken === null) return tokens.accessToken
  const renewed = await issuer.renew(tokens, AbortSignal.timeout(callTimeoutMs))
  if (!renewed) return tokens.accessToken
  await insist(() => saveRevocationTokens(deps.sql, deps.vault, disconnection.channelId, renewed))
  return renewed.accessToken
}

const end = async (
  deps: DisconnectingDeps,
  { channelId, ...disconnection }: Disconnection,
  state: 'revoked' | 'kept' | 'given_up',
) => {
  const { workspaceId, platform, issuer, askedAt } = disconnection
  await insist(() =>
    tx(deps.sql, async (t) => {
      if (!(await endRevocation(t, channelId, state, new Date(deps.now())))) return
      const facts = { platform, issuer, outcome: state }
      await recordEvent(t, { name: 'grant.revoked', workspaceId, userId: null, subjectId: channelId, facts })
      const cause = `disconnected:${channelId}:${askedAt.toISOString()}`
      await notify(t, { workspaceId, kind: 'disconnected', cause, channelId, facts: { outcome: state }, to: 'admins' })
    }),
  )
}
