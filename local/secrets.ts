import { randomBytes } from 'node:crypto'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { Problem } from './problem.ts'
import * as companies from './sandbox/companies.ts'

/**
 * Secrets that a local installation generates and must keep: with another vault key, no sealed
 * token can be opened.
 */
export type LocalSecrets = {
  databasePassword: string
  vaultKeys: string
  throttleKey: string
  /** The apps at the sandbox, by variable in camel case: `metaAppId`. See `appSecret`. */
  [app: string]: string
}

/**
 * Reads the secrets of this data folder. Generates them at the first start, readable only by their
 * owner.
 */
export function localSecrets(dataDir: string): LocalSecrets {
  const path = join(dataDir, 'secrets.json')
  if (!existsSync(path)) write(path, { ...newSecrets(), ...newApps() }, 'wx')
  const kept = readSecrets(path)
  const secrets = { ...newApps(), ...kept }
  // A company that the sandbox did not simulate yet when this installation began.
  if (Object.keys(secrets).length > Object.keys(kept).length) write(path, secrets, 'w')
  return secrets
}

/** The id or the secret of the app at the sandbox, by its variable, such as `META_APP_ID`. */
export const appSecret = (secrets: LocalSecrets, variable: string): string => {
  const found = secrets[inCamelCase(variable)]
  if (!found) throw new Error(`The sandbox has no app with ${variable}.`)
  return found
}

function readSecrets(path: string): LocalSecrets {
  try {
    return JSON.parse(readFileSync(path, 'utf8')) as LocalSecrets
  } catch {
    throw new Problem(
      `${path} holds this installation’s keys and isn’t valid JSON. Restore it, or remove the whole folder to start over.`,
    )
  }
}

function write(path: string, secrets: LocalSecrets, flag: 'w' | 'wx'): void {
  writeFileSync(path, `${JSON.stringify(secrets, null, 2)}\n`, { mode: 0o600, flag })
}

const newApps = (): Record<string, string> =>
  Object.fromEntries(
    Object.values(companies)
      .flatMap((company) => Object.entries(company.newApp()))
      .map(([variable, value]) => [inCamelCase(variable), value]),
  )

const inCamelCase = (variable: string): string =>
  variable.toLowerCase().replace(/_(\w)/g, (_, letter: string) => letter.toUpperCase())

function newSecrets(): LocalSecrets {
  return {
    databasePassword: randomBytes(24).toString('base64url'),
    vaultKeys: `local:${randomBytes(32).toString('base64')}`,
    throttleKey: randomBytes(32).toString('base64url'),
  }
}
