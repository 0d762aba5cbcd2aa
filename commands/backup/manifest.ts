import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { z } from 'zod'
import type { VaultKey } from '../../config/values.ts'
import { createVault } from '../../db/vault/vault.ts'

/** `manifest.json`. It is written last, so a folder without it is an incomplete backup. */
export type Manifest = z.infer<typeof shape>

const shape = z.object({
  format: z.literal(1),
  /** The moment of the snapshot. */
  at: z.iso.datetime(),
  schemaVersion: z.number().int().positive(),
  tables: z.array(z.object({ name: z.string(), columns: z.array(z.string()), sha256: z.string() })),
  partitions: z.array(z.object({ name: z.string(), of: z.string(), bound: z.string() })),
  /**
   * A known word, encrypted with each key. Shows whether a vault has the key without revealing it.
   */
  keys: z.array(z.object({ id: z.string(), check: z.string() })),
  /** The media keys whose bytes are in the backup. Null if media were not backed up. */
  media: z.array(z.object({ key: z.string(), sizeBytes: z.number() })).nullable(),
})

/** An error with a message for the person at the command line. */
export class BackupError extends Error {
  override name = 'BackupError'
}

export const readManifest = async (folder: string): Promise<Manifest> => {
  const text = await readFile(join(folder, 'manifest.json'), 'utf8').catch(() => {
    throw new BackupError(
      `${folder} has no manifest.json. It isn’t a backup, or the backup was interrupted.`,
    )
  })
  const parsed = shape.safeParse(parseJson(text))
  if (!parsed.success)
    throw new BackupError(
      `${join(folder, 'manifest.json')} is damaged, or was written by another version of CrateSocial.`,
    )
  return parsed.data
}

const parseJson = (text: string): unknown => {
  try {
    return JSON.parse(text)
  } catch {
    return undefined // the schema check reports what is wrong
  }
}

export const tableFile = (folder: string, table: string): string =>
  join(folder, 'tables', `${table}.copy`)
export const mediaFile = (folder: string, key: string): string => join(folder, 'media', key)

const word = 'CrateSocial'
const place = (id: string) => ({ table: 'backup', id, column: 'check' })

export const sealChecks = (keys: VaultKey[]): Manifest['keys'] =>
  keys.map((key) => ({ id: key.id, check: createVault([key]).seal(word, place(key.id)) }))

/** Throws unless the vault has the keys that encrypt the backup's tokens. */
export const refuseOtherKeys = (manifest: Manifest, keys: VaultKey[]): void => {
  const vault = createVault(keys)
  const lacking = manifest.keys.filter(({ id, check }) => {
    try {
      return vault.open(check, place(id)) !== word
    } catch {
      return true // another key under this id, or none
    }
  })
  if (lacking.length > 0)
    throw new BackupError(
      `VAULT_KEYS does not hold the key ${lacking.map(({ id }) => `"${id}"`).join(', ')} with which this backup’s tokens are sealed. Nothing was written.`,
    )
}

export const hashOf = async (path: string): Promise<string> => {
  const hash = createHash('sha256')
  await pipeline(createReadStream(path), hash)
  return hash.digest('hex')
}
