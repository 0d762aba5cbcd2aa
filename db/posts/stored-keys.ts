import type { Db } from '../postgres/connect.ts'

/** All keys of the media store that belong in a backup. Exports don't (db/postgres/dump.ts). */
export const listStoredKeys = async (sql: Db): Promise<string[]> => {
  const rows = await sql<{ key: string }[]>`
    select store_key as key from media where purged_at is null and conversion is null
    union select original_key from media where purged_at is null and original_key is not null
    union select r.store_key from renditions r join media m on m.id = r.media_id where m.purged_at is null and r.state = 'ready'
    union select thumbnail_key from media where purged_at is null and thumbnail_key is not null
    union select medium_key from media where purged_at is null and medium_key is not null
    order by 1`
  return rows.map(({ key }) => key)
}
