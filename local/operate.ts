import { existsSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { productEnvironment, whatIsGiven } from './environment.ts'
import { readPorts } from './ports.ts'
import { localSecrets } from './secrets.ts'

/** `npm run operate`: with the settings of the stack that `npm start` brought up here, unless a database is given. */
const root = new URL('../', import.meta.url).pathname
const settingsFile = join(root, '.env')
if (existsSync(settingsFile)) process.loadEnvFile(settingsFile)

const dataDir = resolve(root, process.env.DATA_DIR || '.data')
const given = whatIsGiven(process.env)
if (!given.database && existsSync(join(dataDir, 'secrets.json'))) {
  const secrets = localSecrets(dataDir)
  const ports = readPorts(process.env)
  const databaseUrl = `postgres://cratesocial:${secrets.databasePassword}@127.0.0.1:${ports.postgres}/cratesocial`
  Object.assign(process.env, productEnvironment({ env: process.env, given, ports, secrets, dataDir, databaseUrl }))
}
await import('../operate.ts')
