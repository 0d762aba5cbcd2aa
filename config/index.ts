import { readFileSync } from 'node:fs'
import { type InstalledIssuer, issuerModules } from '../platforms/index.ts'
import type { IssuerModule } from '../platforms/issuer-module.ts'
import { type OperatorConfig, operator, untruePolicy } from './operator.ts'
import { type TemporalCluster, temporalCluster } from './temporal.ts'
import { isLoopback, type VaultKey } from './values.ts'
import type { Variable } from './variable.ts'
import { type Values, variablesWith } from './variables.ts'

export type S3Settings = {
  /** `s3://bucket` or `s3://bucket/folder`. */
  url: string
  /** Undefined: Amazon's. */
  endpoint: string | undefined
  region: string
  /** Undefined: the machine's role, found by Amazon's libraries. */
  credentials: { accessKeyId: string; secretAccessKey: string } | undefined
}
export type Config = {
  production: boolean
  /** The origin that people use, without a trailing slash. */
  publicUrl: string
  host: string
  port: number
  /** Where /metrics is served. Undefined: nowhere. */
  metrics: { host: string; port: number } | undefined
  /** Addresses and CIDR ranges of proxies whose X-Forwarded-For is trusted. */
  trustedProxies: string[]
  /**
   * `direct` bypasses PgBouncer, if there is one. LISTEN and session-level advisory locks need it.
   */
  database: { url: string; prepare: boolean; direct: { url: string; prepare: boolean } }
  temporal: TemporalCluster & { uiUrl: string | undefined; acceptUnsealed: boolean }
  /** The first key seals; any key opens. */
  vaultKeys: VaultKey[]
  throttleKey: string
  media: {
    url: string
    publicUrl: string
    maxUploadBytes: number
    quotaBytes: number
    minFreeBytes: number
    /** The path of ffmpeg. */
    ffmpeg: string
    s3: Omit<S3Settings, 'url'>
  }
  /** How many requests an API key can send in an hour. */
  apiRequestsPerHour: number
  /** Addresses and ranges that webhooks may reach although they aren't public. */
  webhookPrivateAddresses: string[]
  mail: { smtpUrl: string; from: string; contact: string }
  /**
   * Who runs this installation, and who else stores or transfers its data, for the policy and the
   * terms.
   */
  operator: OperatorConfig
  /**
   * Where tracing spans are sent, with the headers that the collector needs. Undefined: nowhere.
   */
  tracing: { endpoint: string; headers: Record<string, string> } | undefined
  /** Which task queues a worker polls. */
  worker: { queues: ('publishing' | 'background')[] }
  log: { level: string }
  /** All that are known, with the means to call those whose app is configured. */
  issuers: InstalledIssuer[]
}

/** Lists what is wrong, one sentence per problem. Never contains the value of a secret. */
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

/** Reads and checks all variables. Throws a ConfigError with all problems at once. */
export function loadConfig(
  env: NodeJS.ProcessEnv = process.env,
  issuers: IssuerModule[] = issuerModules,
): Config {
  const problems: string[] = []
  const values = readAll(env, variablesWith(issuers), problems)
  problems.push(...contradictions(values, issuers))
  const cluster = clusterOf(values, problems)
  if (problems.length === 0 && cluster) problems.push(...untruePolicy(values, cluster))
  if (problems.length > 0 || !cluster) throw new ConfigError(problems)
  return shape(values, cluster, issuers)
}

/** For programs: prints what is wrong with the configuration and exits with code 1. */
export function configOfProgram(): Config {
  try {
    return loadConfig()
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error
    console.error(error.message)
    process.exit(1)
  }
}

function readAll(
  env: NodeJS.ProcessEnv,
  variables: Record<string, Variable<unknown>>,
  problems: string[],
): Values {
  const entries = Object.entries(variables).map(([name, variable]) => {
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

/**
 * Undefined if the variable is missing or empty: compose files pass on variables that aren't filled
 * in.
 */
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
  throw new Error(
    `is not set (${about}${secret ? `; or ${name}_FILE with the path of a file that holds it` : ''})`,
  )
}

function readSecretFile(name: string, path: string): string {
  try {
    return readFileSync(path, 'utf8').trim()
  } catch (error) {
    throw new Error(
      `cannot be read: ${name}_FILE names ${path}, ${(error as NodeJS.ErrnoException).code}`,
    )
  }
}

function contradictions(v: Values, issuers: IssuerModule[]): string[] {
  const production = v.NODE_ENV === 'production'
  const given: Record<string, unknown> = v
  const moved = issuers.flatMap(({ settings: { urls, variables: known } }) =>
    urls.filter((name) => given[name] !== undefined && given[name] !== known[name]?.fallback),
  )
  const rules: [boolean | undefined, string][] = [
    [
      production && v.PUBLIC_URL?.startsWith('http:'),
      'PUBLIC_URL must start with https:// in production.',
    ],
    [
      !production && v.PUBLIC_URL?.startsWith('http:') && !isLoopback(v.PUBLIC_URL),
      'PUBLIC_URL must be https:// unless it is localhost: browsers keep the session cookie only there.',
    ],
    [
      production && v.MEDIA_PUBLIC_URL?.startsWith('http:'),
      'MEDIA_PUBLIC_URL must start with https:// in production.',
    ],
    ...issuers.map(({ settings: { app } }): [boolean, string] =>
      belongTogether(v, app.id, app.secret),
    ),
    belongTogether(v, 'S3_ACCESS_KEY_ID', 'S3_SECRET_ACCESS_KEY'),
    [
      v.MEDIA_URL?.startsWith('s3:') && v.UPLOAD_MAX_BYTES > 5 * 2 ** 30,
      'UPLOAD_MAX_BYTES must be at most 5 GiB with media on S3, the most that S3 accepts in one piece.',
    ],
    [
      production && moved.length > 0 && v.ALLOW_LOCAL_PLATFORMS === false,
      `${moved.join(', ')} must be the real platform in production. To allow another, set ALLOW_LOCAL_PLATFORMS=true.`,
    ],
  ]
  return rules.filter(([broken]) => broken).map(([, sentence]) => sentence)
}

function belongTogether(v: Record<string, unknown>, id: string, secret: string): [boolean, string] {
  return [
    Boolean(v[id]) !== Boolean(v[secret]),
    `${id} and ${secret} must be set together; one of them is missing.`,
  ]
}

/** Undefined if the settings are invalid; then `problems` says why. */
function clusterOf(v: Values, problems: string[]): TemporalCluster | undefined {
  const given = Object.entries(v).filter(
    ([name, value]) => name.startsWith('TEMPORAL_') && value !== undefined,
  )
  try {
    return temporalCluster(Object.fromEntries(given.map(([name, value]) => [name, String(value)])))
  } catch (error) {
    problems.push(`The settings of Temporal ${(error as Error).message}.`)
    return undefined
  }
}

function shape(v: Values, cluster: TemporalCluster, issuers: IssuerModule[]): Config {
  return {
    production: v.NODE_ENV === 'production',
    publicUrl: v.PUBLIC_URL,
    host: v.HOST,
    port: v.PORT,
    worker: { queues: v.WORKER_QUEUES },
    metrics:
      v.METRICS_PORT === undefined ? undefined : { host: v.METRICS_HOST, port: v.METRICS_PORT },
    trustedProxies: v.TRUSTED_PROXIES,
    database: database(v),
    temporal: { ...cluster, uiUrl: v.TEMPORAL_UI_URL, acceptUnsealed: v.TEMPORAL_ACCEPT_UNSEALED },
    vaultKeys: v.VAULT_KEYS,
    throttleKey: v.THROTTLE_KEY,
    media: media(v),
    apiRequestsPerHour: v.API_REQUESTS_PER_HOUR,
    webhookPrivateAddresses: v.WEBHOOK_PRIVATE_ADDRESSES,
    mail: { smtpUrl: v.SMTP_URL, from: v.MAIL_FROM, contact: v.CONTACT_EMAIL },
    operator: operator(v),
    issuers: issuers.map(({ policy, configure }) => ({ policy, create: configure(v) })),
    tracing: v.OTEL_EXPORTER_OTLP_ENDPOINT
      ? { endpoint: v.OTEL_EXPORTER_OTLP_ENDPOINT, headers: v.OTEL_EXPORTER_OTLP_HEADERS ?? {} }
      : undefined,
    log: { level: v.LOG_LEVEL },
  }
}

function database(v: Values): Config['database'] {
  const pooled = { url: v.DATABASE_URL, prepare: v.DATABASE_PREPARE }
  return {
    ...pooled,
    direct: v.DATABASE_DIRECT_URL ? { url: v.DATABASE_DIRECT_URL, prepare: true } : pooled,
  }
}

function media(v: Values): Config['media'] {
  const {
    S3_ENDPOINT: endpoint,
    S3_REGION: region,
    S3_ACCESS_KEY_ID: accessKeyId,
    S3_SECRET_ACCESS_KEY: secretAccessKey,
  } = v
  const credentials = accessKeyId && secretAccessKey ? { accessKeyId, secretAccessKey } : undefined
  const publicUrl = v.MEDIA_PUBLIC_URL ?? `${v.PUBLIC_URL}/media`
  return {
    url: v.MEDIA_URL,
    publicUrl,
    maxUploadBytes: v.UPLOAD_MAX_BYTES,
    quotaBytes: v.MEDIA_QUOTA_BYTES,
    minFreeBytes: v.DISK_MIN_FREE_BYTES,
    ffmpeg: v.FFMPEG_PATH,
    s3: { endpoint, region, credentials },
  }
}
