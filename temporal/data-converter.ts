import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto'
import type { DataConverter, Payload, PayloadCodec } from '@temporalio/common'
import type { VaultKey } from '../db/vault.ts'
import { temporal } from './payload-proto.ts'

/** Temporal loads it by its path, also into workflows: its neighbour here, compiled or not. */
export const failureConverterPath = new URL(import.meta.url.replace('data-converter', 'failure-converter')).pathname

/**
 * The second wall around what Temporal keeps (promise: S3): every payload is sealed with the vault's key before it leaves the process.
 * What stands in arguments is harmless already: ids, states and times.
 */
export const createDataConverter = (keys: VaultKey[]): DataConverter => ({
  payloadCodecs: [createCodec(keys)],
  failureConverterPath,
})

const encoding = 'binary/encrypted'
const tagBytes = 16
const nonceBytes = 12

export const createCodec = (keys: VaultKey[]): PayloadCodec => {
  const [current] = keys
  if (!current) throw new Error('the codec needs a key')
  return {
    encode: async (payloads) => payloads.map((payload) => seal(payload, current)),
    decode: async (payloads) => payloads.map((payload) => open(payload, keys)),
  }
}

const seal = (payload: Payload, { id, key }: VaultKey): Payload => {
  const nonce = randomBytes(nonceBytes)
  const cipher = createCipheriv('aes-256-gcm', key, nonce, { authTagLength: tagBytes })
  const body = Buffer.concat([
    nonce,
    cipher.update(temporal.Payload.encode(payload).finish()),
    cipher.final(),
    cipher.getAuthTag(),
  ])
  return { metadata: { encoding: Buffer.from(encoding), key: Buffer.from(id) }, data: body }
}

/** Payloads of others (written before sealing, or by the command line) pass through. */
const open = (payload: Payload, keys: VaultKey[]): Payload => {
  if (text(payload.metadata?.encoding) !== encoding) return payload
  const key = keys.find(({ id }) => id === text(payload.metadata?.key))
  if (!key || !payload.data) throw new Error('a payload is sealed with a key that the vault does not hold')
  const decipher = createDecipheriv('aes-256-gcm', key.key, payload.data.subarray(0, nonceBytes), { authTagLength: tagBytes })
  decipher.setAuthTag(payload.data.subarray(-tagBytes))
  const plain = Buffer.concat([decipher.update(payload.data.subarray(nonceBytes, -tagBytes)), decipher.final()])
  return temporal.Payload.decode(plain)
}

const text = (bytes: Uint8Array | null | undefined): string => (bytes ? Buffer.from(bytes).toString() : '')
