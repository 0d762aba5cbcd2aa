import { createHash } from 'node:crypto'
import { setTimeout as pause } from 'node:timers/promises'
import { ApplicationFailure, ApplicationFailureCategory } from '@temporalio/common'
import { isConnectionLost } from '../db/postgres/lost.ts'
import type { FailureType } from '../workflows/names.ts'

/** How long to wait before a retry. Times are in milliseconds. */

/** Starts at `firstMs`, doubles with each failure, and is at most `longestMs`. */
export const backoffMs = (
  failures: number,
  firstMs: number,
  longestMs = Number.POSITIVE_INFINITY,
): number => Math.min(longestMs, firstMs * 2 ** failures)

/** From 0 to below 1, always the same for an id. Spreads work that would start all at once. */
export const shareOf = (id: string): number =>
  createHash('sha256').update(id).digest().readUInt32BE(0) / 2 ** 32

/** A number from 0 to below `rangeMs`, always the same for an id. */
export const jitterMs = (id: string, rangeMs: number): number => Math.floor(shareOf(id) * rangeMs)

/**
 * Fails the activity attempt so that it is retried after `againInMs`. This adds nothing to the
 * history.
 */
export const notYet = (againInMs: number): ApplicationFailure =>
  ApplicationFailure.create({
    type: 'NotYet' satisfies FailureType,
    message: 'not yet',
    nextRetryDelay: Math.max(100, againInMs),
    category: ApplicationFailureCategory.BENIGN,
  })

const pausesMs = [200, 500, 1_000, 2_000, 5_000, 10_000, 20_000]

/**
 * Retries a write while the database is briefly unavailable, so that the outcome of a call isn't
 * lost with a connection. After about forty seconds it throws the error; the attempt is then
 * reconciled with what the platform shows.
 */
export const retryWrite = async <T>(write: () => Promise<T>): Promise<T> => {
  for (const pauseMs of pausesMs) {
    try {
      return await write()
    } catch (error) {
      if (!isConnectionLost(error)) throw error
      await pause(pauseMs)
    }
  }
  return write()
}
