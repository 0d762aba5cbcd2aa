import { existsSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { productEnvironment, whatIsGiven } from './environment.ts'
import { isFree, readPorts } from './ports.ts'
import { Problem } from './problem.ts'
import { localSecrets } from './secrets.ts'

/** `npm run operate`: with the settings of the stack that `npm start` brought up here, unless a database is given. */
const root = new URL('../', import.meta.url).pathname
const settingsFile = join(root, '.env')
if (existsSync(settingsFile)) process.loadEnvFile(settingsFile)

try {
  const isCommand = process.argv.slice(2).some((word) => !word.startsWith('-'))
  if (isCommand && !whatIsGiven(process.env).database) await useLocalStack()
  await import('../operate.ts')
} catch (error) {
  if (!(error instanceof Problem)) throw error
  console.error(error.message)
  process.exitCode = 1
}

/** Throws a Problem when there is none, or when it does not run. */
async function useLocalStack(): Promise<void> {
  const dataDir = resolve(root, process.env.DATA_DIR || '.data')
  if (!existsSync(join(dataDir, 'secrets.json'))) {
    throw new Problem(`DATABASE_URL is not set, and npm start has made no installation in ${dataDir} (DATA_DIR).`)
  }
  const secrets = localSecrets(dataDir)
  const ports = readPorts(process.env)
  if (await isFree(ports.postgres)) {
    throw new Problem(
      `PostgreSQL does not run on port ${ports.postgres}. Start the installation with npm start; if it runs, give the same POSTGRES_PORT and TEMPORAL_PORT here.`,
    )
  }
  const given = whatIsGiven(process.env)
  Object.assign(process.env, productEnvironment({ env: process.env, given, ports, secrets, dataDir }))
}
