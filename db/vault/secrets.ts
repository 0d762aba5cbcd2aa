import { createHash, randomBytes } from 'node:crypto'

/** 256 random bits for a cookie or link, as 43 characters that need no URL encoding. */
export const newSecret = (): string => randomBytes(32).toString('base64url')

/**
 * The stored form of a secret. A plain SHA-256 is enough, because nobody can guess 256 random bits.
 */
export const hashSecret = (secret: string): Buffer => createHash('sha256').update(secret).digest()
