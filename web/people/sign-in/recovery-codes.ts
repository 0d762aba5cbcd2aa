import { randomBytes, randomInt } from 'node:crypto'
import argon2 from 'argon2'
import {
  findRecoverySalt,
  replaceRecoveryCodes,
  spendRecoveryCode,
} from '../../../db/people/recovery-codes.ts'
import type { Db } from '../../../db/postgres/connect.ts'

const codesMade = 10
/** Crockford's Base32 alphabet, which leaves out letters that look like digits. */
const letters = '0123456789ABCDEFGHJKMNPQRSTVWXYZ'
const codeLength = 8

/**
 * A code has 40 random bits, so a plain hash of a stolen database could be searched completely.
 * With Argon2id that takes centuries. All codes of a person share a salt, so checking a code takes
 * one hash (about 30 ms).
 */
const cost = {
  type: argon2.argon2id,
  memoryCost: 19_456,
  timeCost: 2,
  parallelism: 1,
  hashLength: 32,
  raw: true,
} as const

export type MadeCodes = { codes: string[]; hashes: Buffer[]; salt: Buffer }

/** Separate from storing them, because hashing ten codes takes too long for a transaction. */
export const newRecoveryCodes = async (): Promise<MadeCodes> => {
  const salt = randomBytes(16)
  const codes = Array.from({ length: codesMade }, newCode)
  const hashes: Buffer[] = []
  for (const code of codes) hashes.push(await hashCode(code, salt))
  return { codes, hashes, salt }
}

export const storeRecoveryCodes = (
  sql: Db,
  userId: string,
  made: MadeCodes,
  now: Date,
): Promise<void> => replaceRecoveryCodes(sql, userId, { ...made, now })

/** Marks a code as used. False if the code is wrong or was used before. */
export const useRecoveryCode = async (
  sql: Db,
  userId: string,
  typed: string,
  now: Date,
): Promise<boolean> => {
  const code = canonical(typed)
  const salt = code.length === codeLength ? await findRecoverySalt(sql, userId) : null
  return salt !== null && (await spendRecoveryCode(sql, userId, await hashCode(code, salt), now))
}

const newCode = (): string => {
  const code = Array.from({ length: codeLength }, () => letters[randomInt(letters.length)]).join('')
  return `${code.slice(0, 4)}-${code.slice(4)}`
}

/** The code in its original form: ignores case and spaces, and reads O as zero, I and L as one. */
const canonical = (typed: string): string =>
  typed
    .slice(0, 40)
    .toUpperCase()
    .replace(/[^0-9A-Z]/g, '')
    .replace(/O/g, '0')
    .replace(/[IL]/g, '1')

const hashCode = (code: string, salt: Buffer): Promise<Buffer> =>
  argon2.hash(canonical(code), { ...cost, salt })
