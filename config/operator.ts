import { readFileSync } from 'node:fs'
import { isIP } from 'node:net'
import type { TemporalCluster } from './temporal.ts'
import { type Values, variables } from './variables.ts'

export type OperatorConfig = {
  /** Undefined only outside production. */
  name: string | undefined
  address: string | undefined
  /**
   * Companies other than the operator that store or transfer data, by role. The policy lists them.
   */
  providers: { [role in ProviderRole]?: string }
  authority: string | undefined
  backupDays: number
  /** The operator's own terms of service. */
  terms: string | undefined
}
type ProviderRole = 'hosting' | 'mail' | 'storage' | 'database' | 'workflows' | 'traces'

export function operator(v: Values): OperatorConfig {
  const named = {
    hosting: v.HOSTING_PROVIDER,
    mail: v.MAIL_PROVIDER,
    storage: v.STORAGE_PROVIDER,
    database: v.DATABASE_PROVIDER,
    workflows: v.WORKFLOW_PROVIDER,
    traces: v.TRACES_PROVIDER,
  }
  return {
    name: v.OPERATOR_NAME,
    address: v.OPERATOR_ADDRESS,
    providers: Object.fromEntries(Object.entries(named).filter(([, name]) => name !== undefined)),
    authority: v.SUPERVISORY_AUTHORITY,
    backupDays: v.BACKUP_DAYS,
    terms: v.TERMS_FILE === undefined ? undefined : readFileSync(v.TERMS_FILE, 'utf8'),
  }
}

/**
 * promise: S5, L4: production settings that would make the privacy policy untrue: no named
 * operator, or data that goes to a provider that the policy doesn't name. One sentence each.
 */
export function untruePolicy(v: Values, cluster: TemporalCluster): string[] {
  const unreadable = v.TERMS_FILE !== undefined && !isReadable(v.TERMS_FILE)
  const terms = unreadable ? [`TERMS_FILE names ${v.TERMS_FILE}, which cannot be read.`] : []
  if (v.NODE_ENV !== 'production') return terms
  const toName = (name: string, who: string) =>
    `${name} is not set: the privacy policy names ${who}.`
  const rules: [boolean, string][] = [
    [
      !v.OPERATOR_NAME,
      toName('OPERATOR_NAME', 'the person or company that runs this installation'),
    ],
    [!v.OPERATOR_ADDRESS, toName('OPERATOR_ADDRESS', 'their postal address')],
    [
      !v.HOSTING_PROVIDER,
      toName(
        'HOSTING_PROVIDER',
        'who hosts the server; write "our own premises" if you host it yourself',
      ),
    ],
    [
      isSomebodyElsesContact(v),
      'CONTACT_EMAIL is not set: the privacy policy needs an address for questions about data.',
    ],
    [
      !v.MAIL_PROVIDER && !isOwnUrl(v.SMTP_URL),
      toName('MAIL_PROVIDER', 'who runs the mail server of SMTP_URL'),
    ],
    [
      !v.STORAGE_PROVIDER && storesElsewhere(v),
      toName('STORAGE_PROVIDER', 'who keeps or serves uploaded media'),
    ],
    [
      Boolean(v.STORAGE_PROVIDER) && !isStorageSet(v),
      'STORAGE_PROVIDER is set, but media stays on the server: the privacy policy would name someone who receives nothing.',
    ],
    [
      !v.DATABASE_PROVIDER && !isOwnUrl(v.DATABASE_URL),
      toName('DATABASE_PROVIDER', 'who runs PostgreSQL'),
    ],
    [
      !v.WORKFLOW_PROVIDER && !isOwnHost(hostOf(cluster.address)),
      toName('WORKFLOW_PROVIDER', 'who runs Temporal'),
    ],
    [
      !v.TRACES_PROVIDER &&
        Boolean(v.OTEL_EXPORTER_OTLP_ENDPOINT) &&
        !isOwnUrl(v.OTEL_EXPORTER_OTLP_ENDPOINT ?? ''),
      toName('TRACES_PROVIDER', 'who receives traces'),
    ],
    [
      Boolean(v.TRACES_PROVIDER) && !v.OTEL_EXPORTER_OTLP_ENDPOINT,
      'TRACES_PROVIDER is set, but no traces are sent: the privacy policy would name someone who receives nothing.',
    ],
  ]
  return [...terms, ...rules.filter(([broken]) => broken).map(([, sentence]) => sentence)]
}

function isReadable(path: string): boolean {
  try {
    return readFileSync(path, 'utf8').trim() !== ''
  } catch {
    return false // the caller reports it
  }
}

/** The default contact address belongs to cratesocial.net. */
function isSomebodyElsesContact(v: Values): boolean {
  const home = variables.CONTACT_EMAIL.fallback?.split('@')[1] ?? ''
  const { hostname } = new URL(v.PUBLIC_URL)
  return (
    v.CONTACT_EMAIL === variables.CONTACT_EMAIL.fallback &&
    hostname !== home &&
    !hostname.endsWith(`.${home}`)
  )
}

const isStorageSet = (v: Values): boolean => v.MEDIA_URL.startsWith('s3:') || isServedElsewhere(v)

/**
 * Without an endpoint, S3 means Amazon. An endpoint on a private network counts as part of the
 * server.
 */
function storesElsewhere(v: Values): boolean {
  const isForeignBucket =
    v.MEDIA_URL.startsWith('s3:') && (v.S3_ENDPOINT === undefined || !isOwnUrl(v.S3_ENDPOINT))
  return isForeignBucket || isServedElsewhere(v)
}

const isServedElsewhere = (v: Values): boolean =>
  v.MEDIA_PUBLIC_URL !== undefined &&
  new URL(v.MEDIA_PUBLIC_URL).hostname !== new URL(v.PUBLIC_URL).hostname

const isOwnUrl = (url: string): boolean => isOwnHost(new URL(url).hostname)

/** The host without its port, as in `temporal:7233` or `[::1]:7233`. */
const hostOf = (address: string): string => address.replace(/:\d+$/, '')

/** This machine, its containers or a private network, which HOSTING_PROVIDER hosts. */
export function isOwnHost(given: string): boolean {
  const host = given.replace(/^\[|\]$/g, '').toLowerCase()
  if (isIP(host) === 4) return /^(127\.|10\.|192\.168\.|172\.(1[6-9]|2\d|3[01])\.)/.test(host)
  if (isIP(host) === 6) return host === '::1' || /^f[cd]/.test(host)
  return !host.includes('.') || /\.(localhost|local|internal|lan|home\.arpa)$/.test(host)
}
