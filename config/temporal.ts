import { readFileSync } from 'node:fs'
import {
  type ClientConfigProfile,
  type ClientConnectConfig,
  loadClientConfigProfile,
  toClientOptions,
} from '@temporalio/envconfig'
import { hostAndPort } from './values.ts'

type Connection = ClientConnectConfig['connectionOptions']
/** How to connect to Temporal. `tls` undefined or false: unencrypted. */
export type TemporalCluster = {
  address: string
  namespace: string
  apiKey: string | undefined
  tls: Connection['tls']
  /** Headers that are sent with every call. */
  metadata: Connection['metadata']
}

const fallback = { address: '127.0.0.1:7233', namespace: 'default' }

/**
 * The cluster described by the standard TEMPORAL_* variables, including a profile in a TOML file.
 * Variables override the profile. Only TEMPORAL_CONFIG_FILE names that file: a user's default file
 * for other tools is ignored. Throws the end of a sentence that begins with "The settings of
 * Temporal", without secrets.
 */
export function temporalCluster(given: Record<string, string>): TemporalCluster {
  const file = given.TEMPORAL_CONFIG_FILE
  if (!file && given.TEMPORAL_PROFILE)
    throw new Error('name TEMPORAL_PROFILE without TEMPORAL_CONFIG_FILE, which holds it')
  const source = file
    ? { configSource: { data: readProfiles(file) }, configFileStrict: true }
    : { disableFile: true }
  const profile = inWords(() => loadClientConfigProfile({ ...source, overrideEnvVars: given }))
  refuseContradictions(profile)
  const { namespace, connectionOptions } = inWords(() => toClientOptions(profile))
  const { address, apiKey, tls, metadata } = connectionOptions
  return {
    address: hostAndPort(address ?? fallback.address),
    namespace: namespace ?? fallback.namespace,
    apiKey,
    tls,
    metadata,
  }
}

/** Envconfig would treat a missing file as empty. */
function readProfiles(file: string): string {
  try {
    return readFileSync(file, 'utf8')
  } catch (error) {
    throw new Error(
      `cannot be read: TEMPORAL_CONFIG_FILE names ${file}, ${(error as NodeJS.ErrnoException).code}`,
    )
  }
}

/**
 * Keeps only the first line of the message: a TOML error then quotes lines that may contain a key.
 */
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
  if (apiKey && tls?.disabled)
    throw new Error('would send the API key in the clear: TLS is switched off')
}
