import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { variables } from '../config/variables.ts'
import type { Ports } from './ports.ts'
import { pick, systemEnvironment } from './programs/system-environment.ts'
import type { LocalSecrets } from './secrets.ts'

/** Which outside services the environment configures. The others are replaced by local ones. */
export type Given = { database: boolean; temporal: boolean; mail: boolean; meta: boolean; tiktok: boolean }

export function whatIsGiven(env: NodeJS.ProcessEnv): Given {
  return {
    database: Boolean(env.DATABASE_URL || env.DATABASE_URL_FILE),
    temporal: Boolean(env.TEMPORAL_ADDRESS || env.TEMPORAL_CONFIG_FILE),
    mail: Boolean(env.SMTP_URL || env.SMTP_URL_FILE),
    meta: Boolean(env.META_APP_ID),
    tiktok: Boolean(env.TIKTOK_CLIENT_KEY),
  }
}

type Place = { env: NodeJS.ProcessEnv; given: Given; ports: Ports; secrets: LocalSecrets; dataDir: string }

/** The URL of the database that `npm start` runs. */
export const databaseUrl = (ports: Ports, secrets: LocalSecrets): string =>
  `postgres://cratesocial:${secrets.databasePassword}@127.0.0.1:${ports.postgres}/cratesocial`

/**
 * The environment of the web server and the worker: our defaults, overridden by what the user has
 * set.
 */
export function productEnvironment({ env, given, ports, secrets, dataDir }: Place): NodeJS.ProcessEnv {
  const sandbox = `http://127.0.0.1:${ports.sandbox}`
  const ours: NodeJS.ProcessEnv = {
    PORT: String(ports.web),
    PUBLIC_URL: `http://localhost:${ports.web}`,
    MEDIA_URL: pathToFileURL(join(dataDir, 'media')).href,
  }
  if (!given.database) ours.DATABASE_URL = databaseUrl(ports, secrets)
  if (!given.temporal) {
    ours.TEMPORAL_ADDRESS = `127.0.0.1:${ports.temporal}`
    ours.TEMPORAL_UI_URL = `http://127.0.0.1:${ports.temporalUi}`
  }
  if (!given.mail) ours.SMTP_URL = `smtp://127.0.0.1:${ports.smtp}`
  if (!env.VAULT_KEYS_FILE) ours.VAULT_KEYS = secrets.vaultKeys
  if (!env.THROTTLE_KEY_FILE) ours.THROTTLE_KEY = secrets.throttleKey
  if (!given.meta) Object.assign(ours, metaOfSandbox(sandbox, secrets))
  if (!given.tiktok) Object.assign(ours, tiktokOfSandbox(sandbox, secrets, env))
  return { ...ours, ...systemEnvironment(env), ...pick(env, isSetting) }
}

function metaOfSandbox(sandbox: string, secrets: LocalSecrets): NodeJS.ProcessEnv {
  return {
    META_APP_ID: secrets.metaAppId,
    META_APP_SECRET: secrets.metaAppSecret,
    META_GRAPH_URL: `${sandbox}/graph`,
    META_GRAPH_VIDEO_URL: `${sandbox}/graph-video`,
    META_DIALOG_URL: `${sandbox}/facebook`,
    META_RUPLOAD_URL: `${sandbox}/rupload`,
    META_APP_LIVE: 'true',
  }
}

function tiktokOfSandbox(sandbox: string, secrets: LocalSecrets, env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  return {
    TIKTOK_CLIENT_KEY: secrets.tiktokClientKey,
    TIKTOK_CLIENT_SECRET: secrets.tiktokClientSecret,
    TIKTOK_AUTH_URL: `${sandbox}/tiktok`,
    TIKTOK_API_URL: `${sandbox}/tiktok-api`,
    TIKTOK_APP_AUDITED: env.TIKTOK_AUDITED ?? 'true',
  }
}

/** Both programs serve /metrics, so the worker gets the next port. */
export function workerEnvironment(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  return env.METRICS_PORT ? { ...env, METRICS_PORT: String(Number(env.METRICS_PORT) + 1) } : env
}

/**
 * The sandbox's environment. It knows nothing about CrateSocial and gets what a developer would
 * register at Meta and TikTok.
 */
export function sandboxEnvironment(
  env: NodeJS.ProcessEnv,
  place: { ports: Ports; secrets: LocalSecrets; dataDir: string; publicUrl: string; mediaUrl: string },
): NodeJS.ProcessEnv {
  const { ports, secrets, dataDir, publicUrl, mediaUrl } = place
  const callback = (issuer: string) => `${publicUrl}/oauth/${issuer}/callback`
  return {
    ...systemEnvironment(env),
    ...pick(env, isOfSandbox),
    SANDBOX_PORT: String(ports.sandbox),
    SANDBOX_CONTROL_PORT: String(ports.sandboxControl),
    SANDBOX_DIR: join(dataDir, 'sandbox'),
    SANDBOX_APP_NAME: 'CrateSocial',
    META_APP_ID: secrets.metaAppId,
    META_APP_SECRET: secrets.metaAppSecret,
    META_REDIRECT_URIS: callback('meta'),
    TIKTOK_CLIENT_KEY: secrets.tiktokClientKey,
    TIKTOK_CLIENT_SECRET: secrets.tiktokClientSecret,
    TIKTOK_REDIRECT_URIS: callback('tiktok'),
    // TikTok lets only desktop apps return to http://localhost
    TIKTOK_APP_TYPE: publicUrl.startsWith('https:') ? 'web' : 'desktop',
    TIKTOK_VERIFIED_PREFIXES: `${mediaUrl}/`,
  }
}

/**
 * A variable of the product, its _FILE form, or one that Amazon's library reads for the role of a
 * machine.
 */
const isSetting = (name: string): boolean => name.replace(/_FILE$/, '') in variables || /^AWS_/.test(name)

/** Variables of the sandbox itself, besides those set here. */
const isOfSandbox = (name: string): boolean =>
  /^SANDBOX_|^TIKTOK_(AUDITED|WEBHOOK_URL)$|^META_(DEAUTHORIZE|DATA_DELETION)_URL$/.test(name)
