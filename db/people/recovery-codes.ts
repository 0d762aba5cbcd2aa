import type { Db } from '../postgres/connect.ts'

/** Replaces all recovery codes of a person, including used ones. */
export const replaceRecoveryCodes = async (
  sql: Db,
  userId: string,
  codes: { hashes: Buffer[]; salt: Buffer; now: Date },
): Promise<void> => {
  await sql`
    with former as (delete from recovery_codes where user_id = ${userId})
    insert into recovery_codes (user_id, code_hash, salt, created_at)
    select ${userId}, decode(hash, 'hex'), ${codes.salt}, ${codes.now} from unnest(${codes.hashes.map((hash) => hash.toString('hex'))}::text[]) as hash`
}

/** How many unused codes there are, and when they were created. Null if the person has none. */
export const countRecoveryCodes = async (
  sql: Db,
  userId: string,
): Promise<{ left: number; createdAt: Date } | null> => {
  const [row] = await sql<{ left: number; createdAt: Date | null }[]>`
    select count(*) filter (where used_at is null)::int as left, min(created_at) as created_at from recovery_codes where user_id = ${userId}`
  return row?.createdAt ? { left: row.left, createdAt: row.createdAt } : null
}

export const findRecoverySalt = async (sql: Db, userId: string): Promise<Buffer | null> => {
  const [row] = await sql<
    { salt: Buffer }[]
  >`select salt from recovery_codes where user_id = ${userId} and used_at is null limit 1`
  return row?.salt ?? null
}

/** Marks a code as used. False if the code is wrong or was used before. */
export const spendRecoveryCode = async (
  sql: Db,
  userId: string,
  hash: Buffer,
  now: Date,
): Promise<boolean> => {
  const { count } = await sql`
    update recovery_codes set used_at = ${now} where user_id = ${userId} and code_hash = ${hash} and used_at is null`
  return count > 0
}
