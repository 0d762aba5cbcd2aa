import { createHash } from 'node:crypto'
import type { GrantRow } from '../../db/channels/grant-upkeep.ts'
import type { GrantStep } from '../../workflows/names.ts'

const dayMs = 86_400_000
/** promise: U4: how many days before the end admins are warned. */
const warningDays = [14, 7, 1] as const

/** What to do next with a grant, decided only from its row. */
export const decideGrantStep = (grant: GrantRow, nowMs: number): GrantStep => {
  if (grant.state === 'ended') return { do: 'end', words: 'The connection was ended' }
  if (grant.state === 'reauthorize') return { do: 'end', words: 'An admin needs to reconnect it' }
  const ends = endOf(grant)
  const isOver = ends !== null && ends.getTime() <= nowMs
  if (isOver && !isEndHandled(grant, ends))
    return { do: 'check', words: 'It has expired: checking whether it still works' }
  const renewMs = renewAtMs(grant)
  if (renewMs !== null && renewMs <= nowMs)
    return { do: 'renew', words: 'Renewing before it expires' }
  const checkMs = grant.nextCheckAt?.getTime() ?? 0
  if (checkMs <= nowMs) return { do: 'check', words: 'Checking its permissions with the issuer' }
  const warnMs = ends === null || isOver ? null : warnAtMs(grant, ends)
  if (warnMs !== null && warnMs <= nowMs)
    return { do: 'warn', words: 'Warning the admins: it needs to be reconnected by hand' }
  const moments = [renewMs, checkMs, warnMs, isOver ? null : (ends?.getTime() ?? null)].filter(
    (ms) => ms !== null,
  )
  return {
    do: 'wait',
    untilMs: Math.min(...moments),
    words: 'Healthy: waiting for the next renewal, check or warning',
  }
}

/**
 * Whether this end was handled: the accounts it affected are marked, and the grant continues for
 * the others.
 */
const isEndHandled = (grant: GrantRow, ends: Date): boolean =>
  isSameEnd(grant.warnedOf, ends) && grant.warnedDays === 0

/** If the issuer gives the end in seconds from now, it shifts slightly with every answer. */
const isSameEnd = (a: Date | null, b: Date): boolean =>
  a !== null && Math.abs(a.getTime() - b.getTime()) < dayMs / 2

/**
 * When only a person can renew. A grant that renews automatically ends with its refresh token, or
 * with the issuer's own deadline.
 */
export const endOf = (
  grant: Pick<GrantRow, 'expiresAt' | 'refreshExpiresAt' | 'dataAccessExpiresAt'>,
): Date | null => {
  if (grant.refreshExpiresAt) return grant.refreshExpiresAt
  const ends = [grant.expiresAt, grant.dataAccessExpiresAt].filter((date) => date !== null)
  return ends.length > 0 ? new Date(Math.min(...ends.map((date) => date.getTime()))) : null
}

/**
 * promise: U2: between one half and two thirds of the token's lifetime, spread by the id. That is
 * days before the first warning for tokens that live for weeks, and half a day ahead for those that
 * live for a day. Null if the token doesn't expire.
 */
const renewAtMs = (grant: GrantRow): number | null => {
  if (grant.nextRenewalAt) return grant.nextRenewalAt.getTime()
  if (!grant.expiresAt) return null
  const sinceMs = (grant.renewedAt ?? grant.connectedAt).getTime()
  const lifeMs = grant.expiresAt.getTime() - sinceMs
  return sinceMs + lifeMs * (0.5 + shareOf(grant.id) / 6)
}

/** When the next warning is due. */
const warnAtMs = (grant: GrantRow, ends: Date): number | null => {
  const given = isSameEnd(grant.warnedOf, ends) ? (grant.warnedDays ?? 99) : 99
  const next = warningDays.find((days) => days < given)
  return next === undefined ? null : ends.getTime() - next * dayMs
}

/**
 * How many days the warning that is due now is about. If several were missed, the one closest to
 * the end.
 */
export const dueWarning = (ends: Date, nowMs: number): number | null =>
  warningDays.toReversed().find((days) => ends.getTime() - days * dayMs <= nowMs) ?? null

/** A number from 0 to below 1, always the same for an id. */
const shareOf = (id: string): number =>
  createHash('sha256').update(id).digest().readUInt32BE(0) / 2 ** 32
