import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto'
import { extname, join } from 'node:path'
import type { DataConverter, Payload, PayloadCodec } from '@temporalio/common'
import type { VaultKey } from '../config/values.ts'
import { temporal } from './payload-proto.ts'

/**
 * Temporal loads this file by its path, also into workflows. It is next to this file and has the
 * same extension, compiled or not.
 */
export const failureConverterPath = join(
  import.meta.dirname,
  `failure-converter${extname(import.meta.filename)}`,
)

/**
 * A second protection for what Temporal stores (promise: S3): every payload is sealed with the
 * vault's key before it leaves the process. Arguments contain only ids, states and times anyway.
 */
export const createDataConverter = (
  keys: VaultKey[],
  options: CodecOptions = {},
): DataConverter => ({
  payloadCodecs: [createCodec(keys, options)],
  failureConverterPath,
})

const encoding = 'binary/encrypted'
const tagBytes = 16
const nonceBytes = 12

/**
 * `acceptUnsealed`: set it while workflows are running that were started before payloads were
 * sealed.
 */
export type CodecOptions = { acceptUnsealed?: boolean }

/**
 * Seals every payload, and opens only payloads that were sealed with one of our keys. Someone who
 * can write to the Temporal cluster but has no key can't give the worker an argument or a result.
 */
export const createCodec = (
  keys: VaultKey[],
  { acceptUnsealed = false }: CodecOptions = {},
): PayloadCodec => {
  const [current] = keys
  if (!current) throw new Error('the codec needs a key')
  return {
    encode: async (payloads) => payloads.map((payload) => seal(payload, current)),
    decode: async (payloads) => payloads.map((payload) => open(payload, keys, acceptUnsealed)),
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

const open = (payload: Payload, keys: VaultKey[], acceptUnsealed: boolean): Payload => {
  if (text(payload.metadata?.encoding) !== encoding) {
    if (acceptUnsealed || isServersOwn(payload)) return payload
    throw new Error(
      'a payload is not sealed with a key of the vault; TEMPORAL_ACCEPT_UNSEALED=true accepts it',
    )
  }
  const key = keys.find(({ id }) => id === text(payload.metadata?.key))
  if (!key || !payload.data)
    throw new Error('a payload is sealed with a key that the vault does not hold')
  const decipher = createDecipheriv('aes-256-gcm', key.key, payload.data.subarray(0, nonceBytes), {
    authTagLength: tagBytes,
  })
  decipher.setAuthTag(payload.data.subarray(-tagBytes))
  const plain = Buffer.concat([
    decipher.update(payload.data.subarray(nonceBytes, -tagBytes)),
    decipher.final(),
  ])
  return temporal.Payload.decode(plain)
}

/**
 * The details that the Temporal server writes when an activity is canceled before a worker gets it:
 * always one of these constants. Refusing them would block the workflow permanently.
 */
const serversDetails = ['"ACTIVITY_ID_NOT_STARTED"', '"ACTIVITY_ID_UNKNOWN"']

const isServersOwn = ({ metadata, data }: Payload): boolean =>
  text(metadata?.encoding) === 'json/plain' && serversDetails.includes(text(data))

const text = (bytes: Uint8Array | null | undefined): string =>
  bytes ? Buffer.from(bytes).toString() : ''
