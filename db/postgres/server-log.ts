import type { Db } from './connect.ts'

/**
 * False if PostgreSQL may write row values to its log: after an error it logs the row in a DETAIL
 * line, unless `log_error_verbosity` is terse. We start our own databases with this setting; an
 * external one may have the default.
 */
export const keepsValuesOutOfItsLog = async (sql: Db): Promise<boolean> => {
  const [row] = await sql<
    { verbosity: string }[]
  >`select current_setting('log_error_verbosity') as verbosity`
  return row?.verbosity === 'terse'
}
