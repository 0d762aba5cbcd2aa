import { randomBytes } from 'node:crypto'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { Problem } from './problem.ts'

/**
 * Secrets that a local installation generates and must keep: with another vault key, no sealed
 * token can be opened.
 */
export type LocalSecrets = {
  databasePassword: string
  vaultKeys: string
  throttleKey: string
  metaAppId: string
  metaAppSecret: string
  tiktokClientKey: string
  tiktokClientSecret: string
}

/**
 * Reads the secrets of this data folder. Generates them at the first start, readable only by their
 * owner.
 */
export function localSecrets(dataDir: string): LocalSecrets {
  const path = join(dataDir, 'secrets.json')
  if (!existsSync(path)) writeFileSync(path, `${JSON.stringify(newSecrets(), null, 2)}\n`, { mode: 0o600, flag: 'wx' })
  try {
    return JSON.parse(readFileSync(path, 'utf8')) as LocalSecrets
  } catch {
    throw new Problem(
      `${path} holds this installation's keys and cannot be read as JSON; restore it, or remove the whole folder to begin anew.`,
    )
  }
}

function newSecrets(): LocalSecrets {
  return {
    databasePassword: randomBytes(24).toString('base64url'),
    vaultKeys: `local:${randomBytes(32).toString('base64')}`,
    throttleKey: randomBytes(32).toString('base64url'),
    metaAppId: String(randomBytes(6).readUIntBE(0, 6) + 10 ** 15),
    metaAppSecret: randomBytes(16).toString('hex'),
    tiktokClientKey: `aw${randomBytes(8).toString('hex')}`,
    tiktokClientSecret: randomBytes(16).toString('hex'),
  }
}
