import {
  claimWarning,
  findGrant,
  type GrantRow,
  listGrantChannels,
  noteNextCheck,
  noteRenewalFailed,
  saveCheck,
} from '../../db/channels/grant-upkeep.ts'
import { type OpenGrant, openGrant } from '../../db/channels/grants.ts'
import { recordEvent } from '../../db/notifications/events.ts'
import { notify } from '../../db/notifications/notifications.ts'
import { countPostsAtRisk } from '../../db/notifications/posts-at-risk.ts'
import { tx } from '../../db/postgres/connect.ts'
import { PlatformError } from '../../platforms/errors.ts'
import type { GrantRef, GrantStep, Searchable } from '../../workflows/names.ts'
import { backoffMs, shareOf } from '../retry.ts'
import { unlessSeen } from './account-check.ts'
import { compareChannels, type UpkeepDeps } from './channel-comparison.ts'
import { ended, giveUp, isReauthorize, issuerOf, markLost } from './losing.ts'
import { type GrantDeps, renew } from './tokens.ts'
import { decideGrantStep, dueWarning, endOf } from './upkeep-step.ts'

export type UpkeepActivities = ReturnType<typeof createUpkeepActivities>

const dayMs = 86_400_000
const callTimeoutMs = 30_000
/** How soon to check again after a temporary failure, or after an account was found lost. */
const checkAgainMs = 15 * 60_000

/**
 * promise: U2: what keeps a grant alive. Each activity records in the row what is next. A temporary
 * error changes nothing else.
 */
export const createUpkeepActivities = (deps: UpkeepDeps) => ({
  nextGrantStep: async ({ grantId }: GrantRef): Promise<GrantStep & Searchable> => {
    const grant = await findGrant(deps.sql, grantId)
    if (!grant) return { do: 'end', words: 'The row was deleted' }
    const attributes = {
      workspace: grant.workspaceId,
      channel: null,
      platform: grant.issuer,
      state: grant.state,
    }
    return {
      ...decideGrantStep(grant, deps.now()),
      ...(deps.isSearchable?.() ? { attributes } : {}),
    }
  },

  /**
   * Renews the tokens in advance. After a temporary failure, retries with a growing delay of at
   * most half an hour.
   */
  renewGrant: async ({ grantId }: GrantRef): Promise<void> => {
    const found = await findActive(deps, grantId)
    if (!found) return
    try {
      await renew(deps, found.open)
      // The renewal proves that the grant is valid. But an issuer without refresh tokens may have
      // removed single accounts, so those are checked at the usual time.
      if (found.row.hasRefreshToken)
        await noteNextCheck(deps.sql, grantId, new Date(deps.now() + dayMs))
    } catch (error) {
      if (!(error instanceof PlatformError)) throw error
      const waitMs = backoffMs(found.row.renewalFailures, 30_000, 30 * 60_000)
      await noteRenewalFailed(deps.sql, grantId, new Date(deps.now() + waitMs))
    }
  },

  /** Asks the issuer whether the grant and each of its accounts are still valid. */
  checkGrant: async ({ grantId }: GrantRef): Promise<void> => {
    const found = await findActive(deps, grantId)
    if (!found) return
    try {
      await check(deps, found.row, found.open)
    } catch (error) {
      if (!(error instanceof PlatformError)) throw error
      if (isReauthorize(error)) return void (await giveUp(deps, found.open, error))
      await noteNextCheck(deps.sql, grantId, new Date(deps.now() + checkAgainMs))
    }
  },

  /**
   * promise: U4: warns the admins before an end that only a person can prevent, with the number of
   * posts at risk.
   */
  warnOfGrantEnd: async ({ grantId }: GrantRef): Promise<void> => {
    const grant = await findGrant(deps.sql, grantId)
    const endsAt = grant && endOf(grant)
    const days = endsAt ? dueWarning(endsAt, deps.now()) : null
    if (!grant || !endsAt || days === null) return
    await tx(deps.sql, async (t) => {
      if (!(await claimWarning(t, grantId, endsAt, days))) return
      const { workspaceId } = grant
      const risk = await countPostsAtRisk(t, grantId, endsAt)
      const facts = {
        endsAt: endsAt.toISOString(),
        days,
        waiting: risk.count,
        firstDueAt: risk.firstDueAt?.toISOString() ?? null,
      }
      await recordEvent(t, {
        name: 'grant.ending',
        workspaceId,
        userId: null,
        subjectId: grantId,
        facts,
      })
      const cause = `ending:${grantId}:${endsAt.toISOString()}:${days}`
      await notify(t, { workspaceId, kind: 'ending', cause, grantId, facts, to: 'admins' })
    })
  },
})

const findActive = async (
  deps: GrantDeps,
  grantId: string,
): Promise<{ row: GrantRow; open: OpenGrant } | null> => {
  const row = await findGrant(deps.sql, grantId)
  const open =
    row?.state === 'active' ? await openGrant(deps.sql, deps.vault, row.workspaceId, grantId) : null
  return row && open ? { row, open } : null
}

const check = async (deps: UpkeepDeps, row: GrantRow, grant: OpenGrant): Promise<void> => {
  const signal = AbortSignal.timeout(callTimeoutMs)
  const issuer = issuerOf(deps, grant)
  const said = await issuer.inspect(
    { accessToken: grant.accessToken, userId: grant.issuerUserId },
    signal,
  )
  const tomorrow = new Date(deps.now() + dayMs * (0.9 + shareOf(row.id) / 10))
  if (!said.valid) {
    if (grant.refreshToken === null)
      throw ended('check', said.reason ?? 'The platform no longer accepts the connection.')
    await renew(deps, grant) // the access token or the whole grant is invalid
    return await noteNextCheck(deps.sql, row.id, tomorrow)
  }
  const { offers } = await issuer.listAccounts(
    { accessToken: grant.accessToken, scopes: said.scopes ?? row.scopes },
    signal,
  )
  const isSettled = await compareChannels(deps, grant, offers, said)
  const nextAt = isSettled ? tomorrow : new Date(deps.now() + checkAgainMs)
  await saveCheck(deps.sql, grant, said, new Date(deps.now()), nextAt)
  await takeEnd(deps, row, grant)
}

/**
 * Handles an end that only a person could have prevented. If only data access ended, accounts that
 * don't need it continue.
 */
const takeEnd = async (deps: GrantDeps, row: GrantRow, grant: OpenGrant): Promise<void> => {
  const now = await findGrant(deps.sql, row.id)
  const endsAt = now && endOf(now)
  if (now?.state !== 'active' || !endsAt || endsAt.getTime() > deps.now()) return
  if (now.dataAccessExpiresAt?.getTime() !== endsAt.getTime()) {
    const words = `The connection to ${issuerOf(deps, row).label} has expired.`
    throw new PlatformError({ kind: 'reauthorize', code: 'expired', words })
  }
  const words = `${issuerOf(deps, row).label} ends access ${unlessSeen}.`
  await tx(deps.sql, async (t) => {
    if (!(await claimWarning(t, row.id, endsAt, 0))) return
    const { workspaceId } = grant
    let accounts = 0
    for (const channel of await listGrantChannels(t, row.id)) {
      const isCut = deps.platforms.platforms.get(channel.platform)?.needsDataAccess
      if (isCut && (await markLost(t, workspaceId, channel, words))) accounts += 1
    }
    if (accounts === 0) return
    const risk = await countPostsAtRisk(t, row.id, 'lost')
    const facts = {
      accounts,
      waiting: risk.count,
      firstDueAt: risk.firstDueAt?.toISOString() ?? null,
      words,
    }
    const cause = `data-access:${row.id}:${endsAt.toISOString()}` // promise: U4: one cause for all
    await notify(t, { workspaceId, kind: 'ended', cause, grantId: row.id, facts, to: 'admins' })
  })
}
