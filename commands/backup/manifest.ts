import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { z } from 'zod'
import { createVault, type VaultKey } from '../db/vault.ts'

/** `manifest.json`, written last: a folder without it is a backup that was broken off. */
export type Manifest = z.infer<typeof shape>

const shape = z.object({
  format: z.literal(1),
  /** The moment of the snapshot. */
  at: z.iso.datetime(),
  schemaVersion: z.number().int().positive(),
  tables: z.array(z.object({ name: z.string(), columns: z.array(z.string()), sha256: z.string() })),
  partitions: z.array(z.object({ name: z.string(), of: z.string(), bound: z.string() })),
  /** A known word, sealed with each key: shows whether a vault has the key without telling anything about it. */
  keys: z.array(z.object({ id: z.string(), check: z.string() })),
  /** Keys of the media store whose bytes are here; null: they were left where they are. */
  media: z.array(z.object({ key: z.string(), sizeBytes: z.number() })).nullable(),
})

/** A sentence for the person at the command line. */
export class BackupError extends Error {
  override name = 'BackupError'
}

export const readManifest = async (folder: string): Promise<Manifest> => {
  const text = await readFile(join(folder, 'manifest.json'), 'utf8').catch(() => {
    throw new BackupError(`${folder} has no manifest.json: it is no backup, or one that was broken off.`)
  })
  return shape.parse(JSON.parse(text))
}

export const tableFile = (folder: string, table: string): string => join(folder, 'tables', `${table}.copy`)
export const mediaFile = (folder: string, key: string): string => join(folder, 'media', key)

const word = 'CrateSocial'
const place = (id: string) => ({ table: 'backup', id, column: 'check' })

export const sealChecks = (keys: VaultKey[]): Manifest['keys'] =>
  keys.map((key) => ({ id: key.id, check: createVault([key]).seal(word, place(key.id)) }))

/** Throws unless the vault has the very keys that the backup's tokens are sealed with. */
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
      `VAULT_KEYS does not hold the key ${lacking.map(({ id }) => `"${id}"`).join(', ')} with which this backup's tokens are sealed. Nothing was written.`,
    )
}

export const hashOf = async (path: string): Promise<string> => {
  const hash = createHash('sha256')
  await pipeline(createReadStream(path), hash)
  return hash.digest('hex')
}
