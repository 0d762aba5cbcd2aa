import type { Db } from '../postgres/connect.ts'
import type { Place, Vault } from './vault.ts'

/**
 * A column with sealed values. `key` is the id they were sealed with. `free` is the condition for
 * rows that may be written now.
 */
type Column = { table: string; column: string; key: string; free?: string }
type Sealed = { id: string; seal: string }

/**
 * Don't reseal a grant during a renewal: the renewal compares the sealed value it has read, and
 * would lose the new token pair. A lease that ended five minutes ago no longer counts.
 */
const notRenewing =
  "(renewing_by is null or renewing_until < $3::timestamptz - interval '5 minutes')"

// promise: S1: every column that holds something sealed; a test compares the list with the schema
export const sealedColumns: Column[] = [
  { table: 'authenticator_apps', column: 'secret_sealed', key: 'user_id' },
  { table: 'grants', column: 'access_token_sealed', key: 'id', free: notRenewing },
  { table: 'grants', column: 'refresh_token_sealed', key: 'id', free: notRenewing },
  { table: 'channels', column: 'token_sealed', key: 'id' },
  { table: 'connections_under_way', column: 'verifier_sealed', key: "encode(state_hash, 'hex')" },
  { table: 'connections_under_way', column: 'offer_sealed', key: "encode(state_hash, 'hex')" },
  { table: 'revocations', column: 'access_token_sealed', key: 'id' },
  { table: 'revocations', column: 'refresh_token_sealed', key: 'id' },
  { table: 'webhook_endpoints', column: 'url_sealed', key: 'id' },
  { table: 'webhook_endpoints', column: 'secret_sealed', key: 'id' },
  { table: 'webhook_endpoints', column: 'old_secret_sealed', key: 'id' },
  { table: 'deletion_requests', column: 'code_sealed', key: 'id' },
  { table: 'deletion_mails', column: 'content_sealed', key: 'id' },
]

export type Rotated = { sealed: number; resealed: number; left: number }

/**
 * Reseals with the vault's first key what an older key sealed. The system can keep running. `left`
 * counts rows that changed in the meantime; run it again for them. Throws before writing anything
 * if no key opens a value.
 */
export const reseal = async (sql: Db, vault: Vault, at: Date): Promise<Rotated> => {
  await refuseUnreadable(sql, vault)
  const total = { sealed: 0, resealed: 0, left: 0 }
  for (const place of sealedColumns) {
    const rows = await listSealed(sql, place)
    const stale = rows.filter((row) => vault.isStale(row.seal))
    total.sealed += rows.length
    for (const row of stale) {
      if (await write(sql, vault, place, row, at)) total.resealed += 1
      else total.left += 1
    }
  }
  return total
}

const write = async (
  sql: Db,
  vault: Vault,
  { table, column, key, free }: Column,
  row: Sealed,
  at: Date,
): Promise<boolean> => {
  const place = { table, id: row.id, column }
  const seal = vault.seal(vault.open(row.seal, place), place)
  const statement = `update ${table} set ${column} = $1 where ${key}::text = $2 and ${column} = ${free ? '$4' : '$3'}`
  const written = free
    ? await sql.unsafe(`${statement} and ${free}`, [seal, row.id, at.toISOString(), row.seal])
    : await sql.unsafe(statement, [seal, row.id, row.seal])
  return written.count > 0
}

const listSealed = async (sql: Db, { table, column, key }: Column): Promise<Sealed[]> =>
  await sql.unsafe<Sealed[]>(
    `select ${key}::text as id, ${column} as seal from ${table} where ${column} is not null order by 1`,
  )

/**
 * Checks at startup that the keys open every sealed value, so that a wrong or missing key is found
 * before a post needs it. @throws UnreadableError, which names the rows and no secret
 */
export const refuseUnreadable = async (sql: Db, vault: Vault): Promise<void> => {
  const places = await listUnreadable(sql, vault)
  if (places.length > 0) throw new UnreadableError(places)
}

/** The sealed values that no key of the vault opens. */
export const listUnreadable = async (sql: Db, vault: Vault): Promise<Place[]> => {
  const places: Place[] = []
  for (const { table, column, key } of sealedColumns) {
    const rows = await listSealed(sql, { table, column, key })
    const all = rows.map(({ id, seal }) => ({ seal, place: { table, id, column } }))
    places.push(
      ...all.filter(({ seal, place }) => !opens(vault, seal, place)).map(({ place }) => place),
    )
  }
  return places
}

const opens = (vault: Vault, seal: string, place: Place): boolean => {
  try {
    vault.open(seal, place)
    return true
  } catch {
    return false // the caller reports which row it is
  }
}

const shown = 20

class UnreadableError extends Error {
  override name = 'UnreadableError'
  places: Place[]
  constructor(places: Place[]) {
    const rows = places
      .slice(0, shown)
      .map(({ table, id, column }) => `  - ${table}.${column} of ${id}`)
    const more = places.length > shown ? [`  - and ${places.length - shown} more`] : []
    super(
      [
        `${places.length === 1 ? '1 sealed value opens' : `${places.length} sealed values open`} with none of the keys in VAULT_KEYS. Put back the key that sealed them, or see "A vault key is lost" in docs/operate.md:`,
        ...rows,
        ...more,
      ].join('\n'),
    )
    this.places = places
  }
}
