import { readFileSync } from 'node:fs'
import {
  type ClientConfigProfile,
  type ClientConnectConfig,
  loadClientConfigProfile,
  toClientOptions,
} from '@temporalio/envconfig'
import { hostAndPort } from './config-values.ts'

type Connection = ClientConnectConfig['connectionOptions']
/** Where Temporal is, and how it is told who we are. `tls` undefined or false: in the clear. */
export type TemporalCluster = {
  address: string
  namespace: string
  apiKey: string | undefined
  tls: Connection['tls']
  /** Headers that go with every call. */
  metadata: Connection['metadata']
}

const fallback = { address: '127.0.0.1:7233', namespace: 'default' }

/**
 * The cluster as the variables describe it that all tools of Temporal know, a profile in a TOML file included; a variable counts for more
 * than the profile. Only TEMPORAL_CONFIG_FILE names that file: what somebody keeps at home for other tools is not ours. Throws the end of
 * a sentence that begins with "The settings of Temporal", and no secret in it.
 */
export function temporalCluster(given: Record<string, string>): TemporalCluster {
  const file = given.TEMPORAL_CONFIG_FILE
  if (!file && given.TEMPORAL_PROFILE) throw new Error('name TEMPORAL_PROFILE without TEMPORAL_CONFIG_FILE, which holds it')
  const source = file ? { configSource: { data: readProfiles(file) }, configFileStrict: true } : { disableFile: true }
  const profile = inWords(() => loadClientConfigProfile({ ...source, overrideEnvVars: given }))
  refuseContradictions(profile)
  const { namespace, connectionOptions } = inWords(() => toClientOptions(profile))
  const { address, apiKey, tls, metadata } = connectionOptions
  return { address: hostAndPort(address ?? fallback.address), namespace: namespace ?? fallback.namespace, apiKey, tls, metadata }
}

/** Envconfig takes a file that is not there for an empty one. */
function readProfiles(file: string): string {
  try {
    return readFileSync(file, 'utf8')
  } catch (error) {
    throw new Error(`cannot be read: TEMPORAL_CONFIG_FILE names ${file}, ${(error as NodeJS.ErrnoException).code}`)
  }
}

/** Its first line only: after it, a fault of TOML shows the lines around, which may hold a key. */
function inWords<T>(load: () => T): T {
  try {
    return load()
  } catch (error) {
    throw new Error(`cannot be used: ${(error as Error).message.split('\n')[0]}`)
  }
}

function refuseContradictions({ tls, apiKey }: ClientConfigProfile): void {
  if (Boolean(tls?.clientCert) !== Boolean(tls?.clientKey))
    throw new Error('need a client certificate and its key together; one is missing')
  if (apiKey && tls?.disabled) throw new Error('would send the API key in the clear: TLS is switched off')
}
