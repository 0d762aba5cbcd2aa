import { readFileSync } from 'node:fs'
import {
  addresses,
  baseUrl,
  boolean,
  hostAndPort,
  integer,
  isLoopback,
  longText,
  mailAddress,
  matching,
  oneOf,
  origin,
  text,
  urlOf,
  type VaultKey,
  vaultKeys,
} from './config-values.ts'

export type { VaultKey }
export type MetaConfig = {
  appId: string
  appSecret: string
  apiVersion: string
  configId: string | undefined
  graphUrl: string
  graphVideoUrl: string
  dialogUrl: string
  ruploadUrl: string
}
export type TikTokConfig = {
  clientKey: string
  clientSecret: string
  authUrl: string
  apiUrl: string
  videoSource: 'FILE_UPLOAD' | 'PULL_FROM_URL'
}
export type TemporalTls = { serverName?: string; serverCa?: string; clientCert?: string; clientKey?: string }
export type Config = {
  production: boolean
  /** The origin that people use, without a slash at its end. */
  publicUrl: string
  host: string
  port: number
  /** Port of /metrics on `host`; not served when undefined. */
  metricsPort: number | undefined
  /** Addresses and CIDR ranges whose X-Forwarded-For is believed. */
  trustedProxies: string[]
  database: { url: string; prepare: boolean }
  temporal: {
    address: string
    namespace: string
    apiKey: string | undefined
    tls: TemporalTls | undefined
    uiUrl: string | undefined
  }
  /** The first seals, all of them open. */
  vaultKeys: VaultKey[]
  throttleKey: string
  media: { url: string; publicUrl: string; maxUploadBytes: number }
  mail: { smtpUrl: string; from: string; contact: string }
  /** Undefined: Facebook and Instagram are not configured. */
  meta: MetaConfig | undefined
  /** Undefined: TikTok is not configured. */
  tiktok: TikTokConfig | undefined
  log: { level: string }
}

type Variable<T> = { parse: (text: string) => T; fallback?: string; optional?: boolean; secret?: boolean; about: string }
type Kind = { secret?: boolean; about: string }
type Values = { [K in keyof typeof variables]: (typeof variables)[K] extends Variable<infer T> ? T : never }

/** Everything that can be set. `secret` ones may also come from a file: NAME_FILE holds its path. */
export const variables = {
  NODE_ENV: variable(oneOf('development', 'test', 'production'), {
    fallback: 'development',
    about: 'production is strict: https and the real platforms',
  }),
  DATABASE_URL: variable(urlOf('postgres:', 'postgresql:'), { secret: true, about: 'PostgreSQL 17 or newer' }),
  DATABASE_PREPARE: variable(boolean, { fallback: 'true', about: 'prepared statements; false behind PgBouncer' }),
  TEMPORAL_ADDRESS: variable(hostAndPort, { fallback: '127.0.0.1:7233', about: 'the Temporal cluster' }),
  TEMPORAL_NAMESPACE: variable(text, { fallback: 'default', about: 'its namespace' }),
  TEMPORAL_API_KEY: variable(text, { optional: true, secret: true, about: 'for Temporal Cloud; implies TLS' }),
  TEMPORAL_TLS: variable(boolean, { fallback: 'false', about: 'speak TLS to Temporal' }),
  TEMPORAL_TLS_SERVER_NAME: variable(text, { optional: true, about: 'name expected in the certificate of the cluster' }),
  TEMPORAL_TLS_SERVER_CA: variable(text, { optional: true, secret: true, about: 'PEM of the authority that signed it' }),
  TEMPORAL_TLS_CLIENT_CERT: variable(text, { optional: true, secret: true, about: 'PEM of our certificate, for mutual TLS' }),
  TEMPORAL_TLS_CLIENT_KEY: variable(text, { optional: true, secret: true, about: 'PEM of its key' }),
  TEMPORAL_UI_URL: variable(baseUrl, { optional: true, about: 'the Temporal UI, shown to operators at /temporal/' }),
  PUBLIC_URL: variable(origin, { fallback: 'http://localhost:3000', about: 'the origin that people use' }),
  HOST: variable(text, { fallback: '127.0.0.1', about: 'the address to listen on' }),
  PORT: variable(integer(0, 65_535), { fallback: '3000', about: 'the port to listen on' }),
  METRICS_PORT: variable(integer(0, 65_535), { optional: true, about: 'serves /metrics; keep it internal' }),
  TRUSTED_PROXIES: variable(addresses, {
    fallback: '',
    about: 'proxies whose X-Forwarded-For is believed: addresses or CIDR ranges',
  }),
  VAULT_KEYS: variable(vaultKeys, { secret: true, about: 'id:base64 of 32 bytes, comma separated; the first seals, all open' }),
  THROTTLE_KEY: variable(longText(32), { secret: true, about: 'keys the hashes that count sign-in attempts' }),
  MEDIA_URL: variable(urlOf('file:'), {
    fallback: new URL('.data/media', `file://${process.cwd()}/`).href,
    about: 'the folder of uploaded media',
  }),
  MEDIA_PUBLIC_URL: variable(baseUrl, { optional: true, about: 'where platforms fetch media; PUBLIC_URL/media by default' }),
  UPLOAD_MAX_BYTES: variable(integer(1, 2 ** 42), { fallback: String(2 ** 30), about: 'the largest upload' }),
  SMTP_URL: variable(urlOf('smtp:', 'smtps:'), { secret: true, about: 'the mail server' }),
  MAIL_FROM: variable(mailAddress, { fallback: 'CrateSocial <no-reply@cratesocial.net>', about: 'sender of every mail' }),
  CONTACT_EMAIL: variable(mailAddress, { fallback: 'privacy@cratesocial.net', about: 'who answers questions about data' }),
  META_APP_ID: variable(text, { optional: true, about: 'app at Meta; without it Facebook and Instagram are off' }),
  META_APP_SECRET: variable(text, { optional: true, secret: true, about: 'its secret' }),
  META_API_VERSION: variable(matching(/^v\d+\.\d+$/, 'a version such as v25.0'), {
    fallback: 'v25.0',
    about: 'Graph API version',
  }),
  META_CONFIG_ID: variable(text, { optional: true, about: 'Facebook Login for Business configuration' }),
  META_GRAPH_URL: variable(baseUrl, { fallback: 'https://graph.facebook.com', about: 'Graph API' }),
  META_GRAPH_VIDEO_URL: variable(baseUrl, { fallback: 'https://graph-video.facebook.com', about: 'video uploads' }),
  META_DIALOG_URL: variable(baseUrl, { fallback: 'https://www.facebook.com', about: 'consent dialog' }),
  META_RUPLOAD_URL: variable(baseUrl, { fallback: 'https://rupload.facebook.com', about: 'resumable uploads' }),
  TIKTOK_CLIENT_KEY: variable(text, { optional: true, about: 'app at TikTok; without it TikTok is off' }),
  TIKTOK_CLIENT_SECRET: variable(text, { optional: true, secret: true, about: 'its secret' }),
  TIKTOK_AUTH_URL: variable(baseUrl, { fallback: 'https://www.tiktok.com', about: 'consent page' }),
  TIKTOK_API_URL: variable(baseUrl, { fallback: 'https://open.tiktokapis.com', about: 'TikTok API' }),
  TIKTOK_VIDEO_SOURCE: variable(oneOf('FILE_UPLOAD', 'PULL_FROM_URL'), {
    fallback: 'FILE_UPLOAD',
    about: 'how TikTok gets a video',
  }),
  ALLOW_LOCAL_PLATFORMS: variable(boolean, { fallback: 'false', about: 'lets production talk to the sandbox' }),
  LOG_LEVEL: variable(oneOf('trace', 'debug', 'info', 'warn', 'error', 'silent'), { fallback: 'info', about: 'what is logged' }),
}

/** One sentence for each thing that is wrong; never the value of a secret. */
export class ConfigError extends Error {
  override name = 'ConfigError'
  problems: string[]
  constructor(problems: string[]) {
    super(
      `The configuration has ${problems.length === 1 ? 'a problem' : `${problems.length} problems`}:\n${problems.map((p) => `  - ${p}`).join('\n')}`,
    )
    this.problems = problems
  }
}

/** Reads and checks the whole environment. Throws a ConfigError that lists every problem at once. */
export function loadConfig(env: NodeJS.ProcessEnv = process.env): Config {
  const problems: string[] = []
  const values = readAll(env, problems)
  problems.push(...contradictions(values))
  if (problems.length > 0) throw new ConfigError(problems)
  return shape(values)
}

function readAll(env: NodeJS.ProcessEnv, problems: string[]): Values {
  const entries = Object.entries(variables as Record<string, Variable<unknown>>).map(([name, variable]) => {
    try {
      const given = readText(env, name, variable)
      return [name, given === undefined ? undefined : variable.parse(given)]
    } catch (error) {
      problems.push(`${name} ${(error as Error).message}.`)
      return [name, undefined]
    }
  })
  return Object.fromEntries(entries) as Values
}

/** Empty counts as not set: compose files pass on variables that nobody filled in. */
function readText(
  env: NodeJS.ProcessEnv,
  name: string,
  { fallback, optional, secret, about }: Variable<unknown>,
): string | undefined {
  const path = secret ? env[`${name}_FILE`] : undefined
  if (path && env[name]) throw new Error(`and ${name}_FILE are both set; keep one of them`)
  const given = path ? readSecretFile(name, path) : env[name]
  if (given !== undefined && given !== '') return given
  if (fallback !== undefined || optional) return fallback
  throw new Error(`is not set (${about}${secret ? `; or ${name}_FILE with the path of a file that holds it` : ''})`)
}

function readSecretFile(name: string, path: string): string {
  try {
    return readFileSync(path, 'utf8').trim()
  } catch (error) {
    throw new Error(`cannot be read: ${name}_FILE names ${path}, ${(error as NodeJS.ErrnoException).code}`)
  }
}

function contradictions(v: Values): string[] {
  const production = v.NODE_ENV === 'production'
  const moved = platformUrls.filter((name) => v[name] !== undefined && v[name] !== variables[name].fallback)
  const rules: [boolean | undefined, string][] = [
    [production && v.PUBLIC_URL?.startsWith('http:'), 'PUBLIC_URL must begin with https:// in production.'],
    [
      !production && v.PUBLIC_URL?.startsWith('http:') && !isLoopback(v.PUBLIC_URL),
      'PUBLIC_URL must be https:// unless it is localhost: browsers keep the session cookie only there.',
    ],
    [production && v.MEDIA_PUBLIC_URL?.startsWith('http:'), 'MEDIA_PUBLIC_URL must begin with https:// in production.'],
    [
      Boolean(v.META_APP_ID) !== Boolean(v.META_APP_SECRET),
      'META_APP_ID and META_APP_SECRET belong together; one of them is missing.',
    ],
    [
      Boolean(v.TIKTOK_CLIENT_KEY) !== Boolean(v.TIKTOK_CLIENT_SECRET),
      'TIKTOK_CLIENT_KEY and TIKTOK_CLIENT_SECRET belong together; one of them is missing.',
    ],
    [
      Boolean(v.TEMPORAL_TLS_CLIENT_CERT) !== Boolean(v.TEMPORAL_TLS_CLIENT_KEY),
      'TEMPORAL_TLS_CLIENT_CERT and TEMPORAL_TLS_CLIENT_KEY belong together; one of them is missing.',
    ],
    [
      production && moved.length > 0 && v.ALLOW_LOCAL_PLATFORMS === false,
      `${moved.join(', ')} must be the real platform in production; ALLOW_LOCAL_PLATFORMS=true permits another.`,
    ],
  ]
  return rules.filter(([broken]) => broken).map(([, sentence]) => sentence)
}

const platformUrls = [
  'META_GRAPH_URL',
  'META_GRAPH_VIDEO_URL',
  'META_DIALOG_URL',
  'META_RUPLOAD_URL',
  'TIKTOK_AUTH_URL',
  'TIKTOK_API_URL',
] as const

function shape(v: Values): Config {
  return {
    production: v.NODE_ENV === 'production',
    publicUrl: v.PUBLIC_URL,
    host: v.HOST,
    port: v.PORT,
    metricsPort: v.METRICS_PORT,
    trustedProxies: v.TRUSTED_PROXIES,
    database: { url: v.DATABASE_URL, prepare: v.DATABASE_PREPARE },
    temporal: {
      address: v.TEMPORAL_ADDRESS,
      namespace: v.TEMPORAL_NAMESPACE,
      apiKey: v.TEMPORAL_API_KEY,
      tls: temporalTls(v),
      uiUrl: v.TEMPORAL_UI_URL,
    },
    vaultKeys: v.VAULT_KEYS,
    throttleKey: v.THROTTLE_KEY,
    media: { url: v.MEDIA_URL, publicUrl: v.MEDIA_PUBLIC_URL ?? `${v.PUBLIC_URL}/media`, maxUploadBytes: v.UPLOAD_MAX_BYTES },
    mail: { smtpUrl: v.SMTP_URL, from: v.MAIL_FROM, contact: v.CONTACT_EMAIL },
    meta: v.META_APP_ID && v.META_APP_SECRET ? metaConfig(v, v.META_APP_ID, v.META_APP_SECRET) : undefined,
    tiktok:
      v.TIKTOK_CLIENT_KEY && v.TIKTOK_CLIENT_SECRET ? tiktokConfig(v, v.TIKTOK_CLIENT_KEY, v.TIKTOK_CLIENT_SECRET) : undefined,
    log: { level: v.LOG_LEVEL },
  }
}

function temporalTls(v: Values): TemporalTls | undefined {
  if (!v.TEMPORAL_TLS && !v.TEMPORAL_API_KEY && !v.TEMPORAL_TLS_CLIENT_CERT && !v.TEMPORAL_TLS_SERVER_CA) return undefined
  return {
    serverName: v.TEMPORAL_TLS_SERVER_NAME,
    serverCa: v.TEMPORAL_TLS_SERVER_CA,
    clientCert: v.TEMPORAL_TLS_CLIENT_CERT,
    clientKey: v.TEMPORAL_TLS_CLIENT_KEY,
  }
}

function metaConfig(v: Values, appId: string, appSecret: string): MetaConfig {
  const { META_API_VERSION: apiVersion, META_CONFIG_ID: configId, META_GRAPH_URL: graphUrl } = v
  const { META_GRAPH_VIDEO_URL: graphVideoUrl, META_DIALOG_URL: dialogUrl, META_RUPLOAD_URL: ruploadUrl } = v
  return { appId, appSecret, apiVersion, configId, graphUrl, graphVideoUrl, dialogUrl, ruploadUrl }
}

function tiktokConfig(v: Values, clientKey: string, clientSecret: string): TikTokConfig {
  return { clientKey, clientSecret, authUrl: v.TIKTOK_AUTH_URL, apiUrl: v.TIKTOK_API_URL, videoSource: v.TIKTOK_VIDEO_SOURCE }
}

function variable<T>(parse: (text: string) => T, kind: Kind & { optional: true }): Variable<T | undefined>
function variable<T>(parse: (text: string) => T, kind: Kind & { fallback?: string }): Variable<T>
function variable<T>(parse: (text: string) => T, kind: Kind): Variable<T> {
  return { parse, ...kind }
}
