import { join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { ffmpegProgram } from '../../local/programs/ffmpeg.ts'
import type { Watchdog } from '../../local/programs/watchdog.ts'
import { operatorEnv } from '../support/programs/operator-env.ts'
import type { Certificate } from './front-door.ts'
import type { Supervision } from './supervised.ts'

/** The folder of the repository. */
export const root = fileURLToPath(new URL('../../', import.meta.url))

export type HousePlan = Supervision & {
  /** The folder for all data. */
  folder: string
  ports: Ports
  watchdog: Watchdog
  workers?: number
  servers?: number
  /** Existing servers, which aren't killed. */
  given?: { databaseUrl?: string; temporalAddress: string; namespace: string }
  /** A folder from `npm run build`, used instead of the sources. */
  build?: string
  /**
   * People use HTTPS, and the programs run as strictly as in production, so their clocks can't be
   * moved.
   */
  https?: Certificate
  /**
   * A folder that `real-temporal.sh` has set up. Its server is used instead of the development
   * server.
   */
  realTemporal?: string
  /** Additional variables for the workers. */
  workerEnv?: NodeJS.ProcessEnv
}

/** The key of all tests, which also opens recorded histories. */
const vaultKeys = `test:${Buffer.alloc(32, 7).toString('base64')}`

export type Ports = Record<'postgres' | 'temporal' | 'sandbox' | 'control' | 'door', number> & {
  servers: number[]
}

/**
 * Seven consecutive ports. Below the range of outgoing connections, a port stays ours while its
 * process is down.
 */
export const portsFrom = (first: number): Ports => ({
  postgres: first,
  temporal: first + 1,
  sandbox: first + 2,
  control: first + 3,
  door: first + 4,
  servers: [first + 5, first + 6],
})

export const named = (count: number, name: string): string[] =>
  Array.from({ length: count }, (_, index) => `${name}-${index + 1}`)

const app = {
  id: '1000000000000001',
  secret: '0123456789abcdef'.repeat(2),
  key: 'awchaosclientkey1',
  tiktokSecret: 'fedcba9876543210'.repeat(2),
}

export const environmentOf = (
  plan: HousePlan,
  ports: Ports,
  url: string,
  clockFile: string,
): NodeJS.ProcessEnv => {
  const sandbox = `http://127.0.0.1:${ports.sandbox}`
  return {
    PATH: process.env.PATH,
    NODE_ENV: plan.https ? 'production' : 'test',
    ALLOW_LOCAL_PLATFORMS: 'true',
    DATABASE_URL:
      plan.given?.databaseUrl ??
      `postgres://cratesocial:chaos@127.0.0.1:${ports.postgres}/cratesocial`,
    TEMPORAL_ADDRESS: plan.given?.temporalAddress ?? `127.0.0.1:${ports.temporal}`,
    TEMPORAL_NAMESPACE: plan.given?.namespace ?? 'default',
    PUBLIC_URL: url,
    MEDIA_URL: pathToFileURL(join(plan.folder, 'media')).href,
    VAULT_KEYS: vaultKeys,
    THROTTLE_KEY: 'a throttle key for chaos, which is long enough',
    SMTP_URL: 'smtp://127.0.0.1:2',
    WEBHOOK_PRIVATE_ADDRESSES: '127.0.0.1',
    FFMPEG_PATH: ffmpegProgram({
      cacheDir: join(root, '.cache'),
      env: process.env,
      say: () => undefined,
    }),
    ...operatorEnv,
    META_APP_ID: app.id,
    META_APP_SECRET: app.secret,
    META_GRAPH_URL: `${sandbox}/graph`,
    META_GRAPH_VIDEO_URL: `${sandbox}/graph-video`,
    META_DIALOG_URL: `${sandbox}/facebook`,
    META_RUPLOAD_URL: `${sandbox}/rupload`,
    TIKTOK_CLIENT_KEY: app.key,
    TIKTOK_CLIENT_SECRET: app.tiktokSecret,
    TIKTOK_AUTH_URL: `${sandbox}/tiktok`,
    TIKTOK_API_URL: `${sandbox}/tiktok-api`,
    CLOCK_AHEAD_FILE: clockFile,
  }
}

export const sandboxEnvironment = (
  plan: HousePlan,
  ports: Ports,
  url: string,
): NodeJS.ProcessEnv => ({
  PATH: process.env.PATH,
  SANDBOX_PORT: String(ports.sandbox),
  SANDBOX_CONTROL_PORT: String(ports.control),
  SANDBOX_APP_NAME: 'CrateSocial',
  META_APP_ID: app.id,
  META_APP_SECRET: app.secret,
  META_REDIRECT_URIS: `${url}/oauth/meta/callback`,
  TIKTOK_CLIENT_KEY: app.key,
  TIKTOK_CLIENT_SECRET: app.tiktokSecret,
  TIKTOK_REDIRECT_URIS: `${url}/oauth/tiktok/callback`,
  TIKTOK_APP_TYPE: plan.https ? 'web' : 'desktop',
  TIKTOK_VERIFIED_PREFIXES: `${url}/media/`,
  ...(plan.https ? { NODE_EXTRA_CA_CERTS: plan.https.caFile } : {}),
})
