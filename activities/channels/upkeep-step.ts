import { createHash } from 'node:crypto'
import type { GrantRow } from '../db/grant-upkeep.ts'
import type { GrantStep } from '../workflows/names.ts'

const dayMs = 86_400_000
/** promise: U4: how many days before its end admins are warned. */
export const warningDays = [14, 7, 1] as const

/** What to do next for a grant, from its row alone. */
export const decideGrantStep = (grant: GrantRow, nowMs: number): GrantStep => {
  if (grant.state === 'ended') return { do: 'end', words: 'The connection was ended' }
  if (grant.state === 'reauthorize') return { do: 'end', words: 'A person must connect it again' }
  const ends = endOf(grant)
  const isOver = ends !== null && ends.getTime() <= nowMs
  if (isOver && !isEndHandled(grant, ends)) return { do: 'check', words: 'Its time is over: asking whether it still works' }
  const renewMs = renewAtMs(grant)
  if (renewMs !== null && renewMs <= nowMs) return { do: 'renew', words: 'Renewing ahead of its end' }
  const checkMs = grant.nextCheckAt?.getTime() ?? 0
  if (checkMs <= nowMs) return { do: 'check', words: 'Asking the issuer what it is good for' }
  const warnMs = ends === null || isOver ? null : warnAtMs(grant, ends)
  if (warnMs !== null && warnMs <= nowMs) return { do: 'warn', words: 'Warning the admins: only a person can renew it' }
  const moments = [renewMs, checkMs, warnMs, isOver ? null : (ends?.getTime() ?? null)].filter((ms) => ms !== null)
  return { do: 'wait', untilMs: Math.min(...moments), words: 'Good; waits for its next renewal, check or warning' }
}

/** What the end took with it is marked; the grant goes on for the rest. */
const isEndHandled = (grant: GrantRow, ends: Date): boolean => isSameEnd(grant.warnedOf, ends) && grant.warnedDays === 0

/** An end that is told as seconds from now moves a little with every answer. */
const isSameEnd = (a: Date | null, b: Date): boolean => a !== null && Math.abs(a.getTime() - b.getTime()) < dayMs / 2

/** When only a person can go on. What is renewed by itself ends with its refresh token, or with the issuer's own deadline. */
export const endOf = (grant: Pick<GrantRow, 'expiresAt' | 'refreshExpiresAt' | 'dataAccessExpiresAt'>): Date | null => {
  if (grant.refreshExpiresAt) return grant.refreshExpiresAt
  const ends = [grant.expiresAt, grant.dataAccessExpiresAt].filter((date) => date !== null)
  return ends.length > 0 ? new Date(Math.min(...ends.map((date) => date.getTime()))) : null
}

/**
 * promise: U2: between one half and two thirds of the token's life, spread by the id; days before the first warning for what lives for
 * weeks, half a day ahead for what lives for one. Null: it has no end.
 */
const renewAtMs = (grant: GrantRow): number | null => {
  if (grant.nextRenewalAt) return grant.nextRenewalAt.getTime()
  if (!grant.expiresAt) return null
  const sinceMs = (grant.renewedAt ?? grant.connectedAt).getTime()
  const lifeMs = grant.expiresAt.getTime() - sinceMs
  return sinceMs + lifeMs * (0.5 + shareOf(grant.id) / 6)
}

/** The next warning that was not given yet. */
const warnAtMs = (grant: GrantRow, ends: Date): number | null => {
  const given = isSameEnd(grant.warnedOf, ends) ? (grant.warnedDays ?? 99) : 99
  const next = warningDays.find((days) => days < given)
  return next === undefined ? null : ends.getTime() - next * dayMs
}

/** Days of the warning that is due now; the nearest, when several were slept through. */
export const dueWarning = (ends: Date, nowMs: number): number | null =>
  warningDays.toReversed().find((days) => ends.getTime() - days * dayMs <= nowMs) ?? null

/** 0 up to 1, the same for the same id. */
export const shareOf = (id: string): number => createHash('sha256').update(id).digest().readUInt32BE(0) / 2 ** 32
