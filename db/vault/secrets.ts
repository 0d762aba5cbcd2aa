import { createHash, randomBytes } from 'node:crypto'

/** 256 random bits, for a cookie or a link: 43 characters that need no encoding in a URL. */
export const newSecret = (): string => randomBytes(32).toString('base64url')

/** What is stored of a secret. A plain SHA-256 is enough: nobody can guess 256 random bits. */
export const hashSecret = (secret: string): Buffer => createHash('sha256').update(secret).digest()
