import { randomBytes } from 'node:crypto'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { Problem } from './problem.ts'

/** What a local installation makes up for itself and must keep: with another vault key no sealed token opens again. */
export type LocalSecrets = {
  databasePassword: string
  vaultKeys: string
  throttleKey: string
  metaAppId: string
  metaAppSecret: string
  tiktokClientKey: string
  tiktokClientSecret: string
}

/** Reads the secrets of this data folder; makes them at the first start, readable by their owner only. */
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
