import type { Db } from '../postgres/connect.ts'

/** Counts calls that read numbers, by minute and across all processes, to limit them per hour. */

type Wanted = {
  issuer: string
  /** How many calls are about to be made. */
  count: number
  /** The hourly limit for each person whose accounts are connected. */
  perPerson: number
  /** The hourly limit in total, if that is higher. */
  most: number
}

/**
 * Counts these calls and returns the total of the last hour. Returns null and counts nothing if
 * that would exceed the limit.
 */
export const takeReadings = async (sql: Db, wanted: Wanted, now: Date): Promise<number | null> => {
  const { issuer, count, perPerson, most } = wanted
  const take = async (limit: number): Promise<number | null> => {
    const [row] = await sql<
      { made: number | null }[]
    >`select take_readings(${issuer}, ${count}, ${limit}, ${now}) as made`
    return row?.made ?? null
  }
  const taken = await take(Math.max(most, perPerson))
  if (taken !== null) return taken
  const [row] = await sql<{ persons: number }[]>`
    select count(distinct issuer_user_id)::int as persons from grants where issuer = ${issuer} and state = 'active'`
  const ofAll = (row?.persons ?? 0) * perPerson
  return ofAll > Math.max(most, perPerson) ? await take(ofAll) : null
}
