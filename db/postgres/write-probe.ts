import { type Sql, tx } from './connect.ts'

/**
 * Whether the error means that the database can't write now: its disk is full (53100), or the
 * provider made it read-only for that reason (25006). Nothing was changed. Writes work again once
 * there is space.
 */
export const refusesWrites = (error: unknown): boolean =>
  error instanceof Error && 'code' in error && (error.code === '53100' || error.code === '25006')

/**
 * Whether the database can write. Makes PostgreSQL spill about 1.5 MB to a temporary file. That
 * needs disk space and leaves nothing behind, unlike a row that is written and deleted. Throws if
 * the database doesn't answer.
 */
export const canWrite = async (sql: Sql): Promise<boolean> => {
  try {
    return await tx(sql, async (t) => {
      await t`select set_config('work_mem', '64kB', true)`
      const [row] = await t<{ readOnly: string; rows: number }[]>`
        select current_setting('transaction_read_only') as read_only, count(*)::int as rows
        from generate_series(1, 100000)`
      return row?.readOnly === 'off'
    })
  } catch (error) {
    if (refusesWrites(error)) return false
    throw error
  }
}
