import { saveChannel } from '../db/channels.ts'
import { tx } from '../db/connect.ts'
import { recordEvent } from '../db/events.ts'
import {
  claimWarning,
  findGrant,
  type GrantRow,
  listGrantChannels,
  noteNextCheck,
  noteRenewalFailed,
  saveCheck,
} from '../db/grant-upkeep.ts'
import { type OpenGrant, openGrant } from '../db/grants.ts'
import { countPostsAtRisk, notify } from '../db/notices.ts'
import { reviveTargets } from '../db/waiting-targets.ts'
import { PlatformError } from '../platforms/errors.ts'
import type { AccountOffer, GrantState } from '../platforms/grant.ts'
import type { GrantRef, GrantStep, Searchable } from '../workflows/names.ts'
import { type GrantDeps, giveUp, isReauthorize, issuerOf, loseChannel, markLost, renew } from './grants.ts'
import { decideGrantStep, dueWarning, endOf, shareOf } from './upkeep-step.ts'

type UpkeepDeps = GrantDeps & { isSearchable?: () => boolean }
export type UpkeepActivities = ReturnType<typeof createUpkeepActivities>

const dayMs = 86_400_000
const callTimeoutMs = 30_000
/** A check that failed for the moment is made again after this. */
const checkAgainMs = 15 * 60_000

/** promise: U2: what keeps a grant alive. Each ends with the row saying what is next; a transient trouble changes nothing but that. */
export const createUpkeepActivities = (deps: UpkeepDeps) => ({
  nextGrantStep: async ({ grantId }: GrantRef): Promise<GrantStep & Searchable> => {
    const grant = await findGrant(deps.sql, grantId)
    if (!grant) return { do: 'end', words: 'Its row is gone' }
    const attributes = { workspace: grant.workspaceId, channel: null, platform: grant.issuer, state: grant.state }
    return { ...decideGrantStep(grant, deps.now()), ...(deps.isSearchable?.() ? { attributes } : {}) }
  },

  /** New tokens ahead of the end; after a failure for the moment again later, at most every half hour. */
  renewGrant: async ({ grantId }: GrantRef): Promise<void> => {
    const found = await findActive(deps, grantId)
    if (!found) return
    try {
      await renew(deps, found.open)
      // That it was renewed shows that it is good; an issuer without refresh tokens may have taken single accounts away.
      if (found.row.hasRefreshToken) await noteNextCheck(deps.sql, grantId, new Date(deps.now() + dayMs))
    } catch (error) {
      if (!(error instanceof PlatformError)) throw error
      const waitMs = Math.min(30 * 60_000, 30_000 * 2 ** Math.min(found.row.renewalFailures, 10))
      await noteRenewalFailed(deps.sql, grantId, new Date(deps.now() + waitMs))
    }
  },

  /** Asks the issuer whether the grant and each of its accounts are still good. */
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

  /** promise: U4: tells the admins ahead of the end that only a person can prevent, with the number of posts at risk. */
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
      await recordEvent(t, { name: 'grant.ending', workspaceId, userId: null, subjectId: grantId, facts })
      const cause = `ending:${grantId}:${endsAt.toISOString()}:${days}`
      await notify(t, { workspaceId, kind: 'ending', cause, grantId, facts, to: 'admins' })
    })
  },
})

const findActive = async (deps: GrantDeps, grantId: string): Promise<{ row: GrantRow; open: OpenGrant } | null> => {
  const row = await findGrant(deps.sql, grantId)
  const open = row?.state === 'active' ? await openGrant(deps.sql, deps.vault, row.workspaceId, grantId) : null
  return row && open ? { row, open } : null
}

const check = async (deps: GrantDeps, row: GrantRow, grant: OpenGrant): Promise<void> => {
  const signal = AbortSignal.timeout(callTimeoutMs)
  const issuer = issuerOf(deps, grant)
  const said = await issuer.inspect({ accessToken: grant.accessToken, userId: grant.issuerUserId }, signal)
  const nextAt = new Date(deps.now() + dayMs * (0.9 + shareOf(row.id) / 10))
  if (!said.valid) {
    if (grant.refreshToken === null) throw refused(said)
    await renew(deps, grant) // only the access token is gone, or all of it: the issuer says which
    return await noteNextCheck(deps.sql, row.id, nextAt)
  }
  const offers = await issuer.listAccounts({ accessToken: grant.accessToken, scopes: said.scopes ?? row.scopes }, signal)
  await compareChannels(deps, row, offers, said)
  await saveCheck(deps.sql, grant, said, new Date(deps.now()), nextAt)
  await takeEnd(deps, row, grant)
}

const refused = (said: GrantState): PlatformError =>
  new PlatformError({ kind: 'reauthorize', code: 'check', words: said.reason ?? 'The connection is not accepted any more.' })

/** Accounts that are no longer shared, or may no longer be used, wait for a person; one that is back is connected again by itself. */
const compareChannels = async (deps: GrantDeps, row: GrantRow, offers: AccountOffer[], said: GrantState): Promise<void> => {
  const endedMs = said.dataAccessExpiresAtMs ?? Number.POSITIVE_INFINITY
  const { workspaceId } = row
  for (const channel of await listGrantChannels(deps.sql, row.id)) {
    const offer = offers.find((one) => one.platform === channel.platform && one.accountId === channel.accountId)
    const isCut = deps.platforms.platforms.get(channel.platform)?.needsDataAccess && endedMs <= deps.now()
    const why = offer ? offer.blocked : 'It is no longer shared with CrateSocial, or your role there ended.'
    if (channel.state === 'connected' && why) await tx(deps.sql, (t) => loseChannel(t, workspaceId, channel, why))
    if (channel.state === 'reconnect' && offer && !why && !isCut)
      await tx(deps.sql, async (t) => {
        await saveChannel(t, deps.vault, { workspaceId, grantId: row.id, offer })
        const facts = { platform: channel.platform, isNew: false }
        await recordEvent(t, { name: 'channel.connected', workspaceId, userId: null, subjectId: channel.id, facts })
        await reviveTargets(t, { workspaceId, channelIds: [channel.id] }, new Date(deps.now()))
      })
  }
}

/** The end that only a person could have prevented has come. Where it is the end of data access alone, accounts that do without go on. */
const takeEnd = async (deps: GrantDeps, row: GrantRow, grant: OpenGrant): Promise<void> => {
  const now = await findGrant(deps.sql, row.id)
  const endsAt = now && endOf(now)
  if (now?.state !== 'active' || !endsAt || endsAt.getTime() > deps.now()) return
  if (now.dataAccessExpiresAt?.getTime() !== endsAt.getTime()) {
    const words = `The time that ${issuerOf(deps, row).label} gave this connection is over.`
    throw new PlatformError({ kind: 'reauthorize', code: 'expired', words })
  }
  const words = `${issuerOf(deps, row).label} ends access after 90 days unless the person signs in again.`
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
    const facts = { accounts, waiting: risk.count, firstDueAt: risk.firstDueAt?.toISOString() ?? null, words }
    const cause = `data-access:${row.id}:${endsAt.toISOString()}` // promise: U4: one cause, however many accounts it takes
    await notify(t, { workspaceId, kind: 'ended', cause, grantId: row.id, facts, to: 'admins' })
  })
}
