import type { Db } from '../postgres/connect.ts'
import type { Vault } from '../vault/vault.ts'

/** Crockford's Base32 alphabet, which leaves out letters that look like digits. */
const letters = '0123456789ABCDEFGHJKMNPQRSTVWXYZ'

/** A code from 100 of the given bits, such as `7F2K-Q9MD-4XWA-80TJ-M3VX`. */
export const codeOf = (bytes: Buffer): string =>
  readableCode([...bytes.subarray(0, 20)].map((byte) => letters[byte % 32]).join(''))

/** Upper-case letters and digits only: removes hyphens and anything else that was typed. */
export const canonicalCode = (given: string): string =>
  given.toUpperCase().replaceAll(/[^0-9A-Z]/g, '')

/** The code in groups of four with hyphens, as people read it. */
export const readableCode = (given: string): string =>
  canonicalCode(given)
    .match(/.{1,4}/g)
    ?.join('-') ?? ''

/**
 * promise: E4: the code that this person's deletion will have. The form carries it, so that a
 * second tab finds the status page even if the first tab has deleted the account. It is derived
 * from the password hash, which is deleted with the person, so that afterwards nobody can tell
 * whose code it was. Null if there is no such person.
 */
export const findFutureCode = async (
  sql: Db,
  vault: Vault,
  userId: string,
): Promise<string | null> => {
  const [row] = await sql<
    { passwordHash: string }[]
  >`select password_hash from users where id = ${userId}`
  return row ? codeOf(vault.derive('deletion code', `${userId} ${row.passwordHash}`)) : null
}
