import { createDataConverter } from '../../../temporal/data-converter.ts'
import { createClient } from '../../../web/operate/temporal-client.ts'
import type { DoctorDeps } from './deps.ts'

export type TemporalClient = ReturnType<typeof createClient>

const deadlineMs = 10_000

/** Opens a connection for consecutive calls, which have ten seconds in total. */
export const withTemporal = async <T>(
  deps: DoctorDeps,
  work: (client: TemporalClient) => Promise<T>,
): Promise<T> => {
  const client = createClient(deps.config.temporal, createDataConverter(deps.config.vaultKeys))
  try {
    return await client.withDeadline(Date.now() + deadlineMs, () => work(client))
  } finally {
    await client.connection.close()
  }
}
