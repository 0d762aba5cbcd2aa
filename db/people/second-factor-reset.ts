import type { Db } from '../postgres/connect.ts'
import { endAccessAndApps } from './access.ts'
import { recordAccountEvent } from './account-events.ts'
import { removeSecondFactors } from './second-factor.ts'

/**
 * Removes all second factors of a person who lost them, signs them and their apps out everywhere
 * and emails them. `byId` is null on the command line. Returns false if there was nothing to reset.
 * Call it in a transaction.
 */
export const resetSecondFactor = async (
  sql: Db,
  userId: string,
  byId: string | null,
  now: Date,
): Promise<boolean> => {
  if (!(await removeSecondFactors(sql, userId))) return false
  await endAccessAndApps(sql, userId, now)
  await recordAccountEvent(sql, 'second_factor.reset', userId, byId)
  return true
}
