import { Client, Connection, type WorkflowClientInterceptor } from '@temporalio/client'
import type { DataConverter } from '@temporalio/common'
import type { Config } from '../../config/index.ts'

/**
 * A client that connects at the first call, so that the process starts even if Temporal is down.
 */
export const createClient = (
  config: Config['temporal'],
  dataConverter: DataConverter,
  workflow: WorkflowClientInterceptor[] = [],
): Client & { connection: Connection } => {
  const connection = Connection.lazy(connectionOptions(config))
  const { namespace } = config
  return Object.assign(
    new Client({ connection, namespace, dataConverter, interceptors: { workflow } }),
    { connection },
  )
}

/**
 * Connection options for the client and the worker: address, and TLS or an API key if the cluster
 * needs them.
 */
export const connectionOptions = ({ address, apiKey, tls, metadata }: Config['temporal']) => ({
  address,
  apiKey,
  tls,
  metadata,
})
