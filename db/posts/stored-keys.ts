import type { Db } from './connect.ts'

/** Every key of the media store that a row names. */
export const listStoredKeys = async (sql: Db): Promise<string[]> => {
  const rows = await sql<{ key: string }[]>`
    select store_key as key from media where purged_at is null
    union select thumbnail_key from media where purged_at is null and thumbnail_key is not null
    union select store_key from exports where store_key is not null
    order by 1`
  return rows.map(({ key }) => key)
}
