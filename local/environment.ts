import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { variables } from '../config/variables.ts'
import { issuerModules } from '../platforms/index.ts'
import type { IssuerModule } from '../platforms/issuer-module.ts'
import type { IssuerSettings } from '../platforms/issuer-settings.ts'
import type { Ports } from './ports.ts'
import { pick, systemEnvironment } from './programs/system-environment.ts'
import * as companies from './sandbox/companies.ts'
import { appSecret, type LocalSecrets } from './secrets.ts'
import { simulationOf } from './simulation.ts'

/** Which outside services the environment configures. The others are replaced by local ones. */
export type Given = {
  database: boolean
  temporal: boolean
  mail: boolean
  /** The issuers that the sandbox stands in for. */
  simulated: IssuerModule[]
}

export function whatIsGiven(env: NodeJS.ProcessEnv): Given {
  return {
    database: Boolean(env.DATABASE_URL || env.DATABASE_URL_FILE),
    temporal: Boolean(env.TEMPORAL_ADDRESS || env.TEMPORAL_CONFIG_FILE),
    mail: Boolean(env.SMTP_URL || env.SMTP_URL_FILE),
    simulated: issuerModules.filter(({ settings }) => !env[settings.app.id]),
  }
}

type Place = {
  env: NodeJS.ProcessEnv
  given: Given
  ports: Ports
  secrets: LocalSecrets
  dataDir: string
}

/** The URL of the database that `npm start` runs. */
export const databaseUrl = (ports: Ports, secrets: LocalSecrets): string =>
  `postgres://cratesocial:${secrets.databasePassword}@127.0.0.1:${ports.postgres}/cratesocial`

/**
 * The environment of the web server and the worker: our defaults, overridden by what the user has
 * set.
 */
export function productEnvironment({
  env,
  given,
  ports,
  secrets,
  dataDir,
}: Place): NodeJS.ProcessEnv {
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
  for (const issuer of given.simulated)
    Object.assign(ours, atSandbox(issuer, { sandbox, secrets, env }))
  return { ...ours, ...systemEnvironment(env), ...pick(env, isSetting) }
}

/** The settings of an issuer whose hosts the sandbox stands in for. */
function atSandbox(
  { settings: { app, urls, reviewed, variables: known }, policy }: IssuerModule,
  { sandbox, secrets, env }: { sandbox: string; secrets: LocalSecrets; env: NodeJS.ProcessEnv },
): NodeJS.ProcessEnv {
  const { hosts, isReviewed } = simulationOf(policy.issuer)
  const prefixOf = (name: string) => hosts[known[name]?.fallback ?? '']
  const missing = urls.filter((name) => !prefixOf(name))
  if (missing.length > 0)
    throw new Error(`The sandbox stands in for no host of ${missing.join(', ')}.`)
  return {
    ...appAtSandbox(secrets, app),
    ...Object.fromEntries(urls.map((name) => [name, `${sandbox}${prefixOf(name)}`])),
    [reviewed]: String(isReviewed(env)),
  }
}

const appAtSandbox = (
  secrets: LocalSecrets,
  { id, secret }: IssuerSettings['app'],
): NodeJS.ProcessEnv => ({
  [id]: appSecret(secrets, id),
  [secret]: appSecret(secrets, secret),
})

/** Both programs serve /metrics, so the worker gets the next port. */
export function workerEnvironment(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  return env.METRICS_PORT ? { ...env, METRICS_PORT: String(Number(env.METRICS_PORT) + 1) } : env
}

/**
 * The sandbox's environment. It knows nothing about CrateSocial and gets what a developer would
 * register at each company.
 */
export function sandboxEnvironment(
  env: NodeJS.ProcessEnv,
  place: {
    ports: Ports
    secrets: LocalSecrets
    dataDir: string
    publicUrl: string
    mediaUrl: string
  },
): NodeJS.ProcessEnv {
  const { ports, secrets, dataDir, publicUrl, mediaUrl } = place
  const registered = issuerModules.map(
    ({ settings: { app }, policy: { issuer } }): NodeJS.ProcessEnv => {
      const company = issuer.toUpperCase()
      return {
        ...appAtSandbox(secrets, app),
        [`${company}_REDIRECT_URIS`]: `${publicUrl}/oauth/${issuer}/callback`,
        // A company may let only desktop apps return to http://localhost
        [`${company}_APP_TYPE`]: publicUrl.startsWith('https:') ? 'web' : 'desktop',
        [`${company}_VERIFIED_PREFIXES`]: `${mediaUrl}/`,
      }
    },
  )
  return {
    ...systemEnvironment(env),
    ...pick(env, isOfSandbox),
    SANDBOX_PORT: String(ports.sandbox),
    SANDBOX_CONTROL_PORT: String(ports.sandboxControl),
    SANDBOX_DIR: join(dataDir, 'sandbox'),
    SANDBOX_APP_NAME: 'CrateSocial',
    ...Object.assign({}, ...registered),
  }
}

/**
 * A variable of the product, its _FILE form, or one that Amazon's library reads for the role of a
 * machine.
 */
const isSetting = (name: string): boolean =>
  name.replace(/_FILE$/, '') in variables || /^AWS_/.test(name)

/** Variables of the sandbox itself, besides those set here. */
const isOfSandbox = (name: string): boolean =>
  name.startsWith('SANDBOX_') ||
  Object.values(companies).some(({ variables }) => variables.includes(name))
