import type { Db } from '../postgres/connect.ts'

/** Those of the media store's keys that no row has. Rows whose files were removed don't count. */
export const listUnclaimedKeys = async (sql: Db, keys: string[]): Promise<string[]> => {
  // `except` stays quick however many keys there are: `not in` searches a list that outgrows its
  // memory once for each given key.
  const rows = await sql<{ key: string }[]>`
    select unnest(${keys}::text[]) as key
    except (
      select key from media, lateral (values (store_key), (original_key), (thumbnail_key), (medium_key)) as own (key)
      where key is not null and files_removed_at is null
      union all select store_key from renditions where store_key is not null
      union all select store_key from exports where store_key is not null)`
  return rows.map(({ key }) => key)
}
