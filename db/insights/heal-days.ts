import type { Db } from '../postgres/connect.ts'

/**
 * Fills in what the days of all workspaces lack, by comparing them with the readings that are kept.
 * Reads all of them. `summed`: the own numbers that are added up. Returns the number of changed
 * rows.
 */
export const healDays = async (sql: Db, summed: string[]): Promise<number> => {
  const [row] = await sql<{ healed: number }[]>`select heal_days(${summed}::text[]) as healed`
  return row!.healed
}
