import { createCipheriv, createDecipheriv, createHmac, randomBytes } from 'node:crypto'
import type { VaultKey } from '../../config/values.ts'

/** promise: S1: encrypts platform tokens before they reach the database, and decrypts them. */
export type Vault = {
  /** `place` is the table, row id and column. A sealed value doesn't open anywhere else. */
  seal(secret: string, place: Place): string
  open(sealed: string, place: Place): string
  /** The id of the key that seals new values. */
  keyId: string
  /** Whether an older key sealed the value. */
  isStale(sealed: string): boolean
  /** 32 bytes derived from the text and the current key. The same until the keys are rotated. */
  derive(purpose: string, text: string): Buffer
}

export type Place = { table: string; id: string; column: string }

const algorithm = 'aes-256-gcm'
const tagBytes = 16

/**
 * The first key seals; any key opens. Format: `v1.<key id>.<nonce>.<ciphertext and tag>`, in
 * base64url.
 */
export const createVault = (keys: VaultKey[]): Vault => {
  const [current] = keys
  if (!current) throw new Error('the vault needs a key')
  const byId = new Map(keys.map((key) => [key.id, key.key]))
  return {
    keyId: current.id,
    seal: (secret, place) => {
      const nonce = randomBytes(12)
      const cipher = createCipheriv(algorithm, current.key, nonce, { authTagLength: tagBytes })
      cipher.setAAD(associated(place))
      const body = Buffer.concat([
        cipher.update(secret, 'utf8'),
        cipher.final(),
        cipher.getAuthTag(),
      ])
      return `v1.${current.id}.${nonce.toString('base64url')}.${body.toString('base64url')}`
    },
    open: (sealed, place) => {
      const [version, keyId = '', nonce = '', body = ''] = sealed.split('.')
      const key = byId.get(keyId)
      if (version !== 'v1' || !key)
        throw new Error(
          `the vault has no key "${keyId}" for ${place.table}.${place.column} of ${place.id}`,
        )
      const bytes = Buffer.from(body, 'base64url')
      const decipher = createDecipheriv(algorithm, key, Buffer.from(nonce, 'base64url'), {
        authTagLength: tagBytes,
      })
      decipher.setAAD(associated(place))
      decipher.setAuthTag(bytes.subarray(-tagBytes))
      return (
        decipher.update(bytes.subarray(0, -tagBytes), undefined, 'utf8') + decipher.final('utf8')
      )
    },
    isStale: (sealed) => sealed.split('.')[1] !== current.id,
    derive: (purpose, text) =>
      createHmac('sha256', current.key).update(`${purpose}:${text}`).digest(),
  }
}

const associated = (place: Place): Buffer =>
  Buffer.from(`${place.table}:${place.id}:${place.column}`)
