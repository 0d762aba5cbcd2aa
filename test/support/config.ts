import { fileURLToPath } from 'node:url'
import { type Config, loadConfig } from '../../config/index.ts'
import { knownFfmpeg } from '../../local/programs/ffmpeg.ts'
import { issuerModules } from '../../platforms/index.ts'

const cacheDir = fileURLToPath(new URL('../../.cache', import.meta.url))

/** Our apps at the issuers, by their variables. */
export const testApps = {
  META_APP_ID: '1000000000000001',
  META_APP_SECRET: '0123456789abcdef0123456789abcdef',
  TIKTOK_CLIENT_KEY: 'awtestclientkey01',
  TIKTOK_CLIENT_SECRET: 'abcdef0123456789abcdef0123456789',
}

/**
 * A configuration for tests, with its own keys and all issuers. `env` sets or overrides
 * variables.
 */
export function testConfig(env: NodeJS.ProcessEnv = {}, issuers = issuerModules): Config {
  const given = {
    NODE_ENV: 'test',
    DATABASE_URL: 'postgres://not-set.invalid/test',
    VAULT_KEYS: `test:${Buffer.alloc(32, 7).toString('base64')}`,
    THROTTLE_KEY: 'a throttle key for tests, long enough',
    SMTP_URL: 'smtp://127.0.0.1:2',
    ...testApps,
    LOG_LEVEL: 'silent',
    DISK_MIN_FREE_BYTES: '0', // tests run on disks of any size
    FFMPEG_PATH: knownFfmpeg({ env: process.env, cacheDir }) ?? '',
    ...env,
  }
  return loadConfig(given, issuers)
}
