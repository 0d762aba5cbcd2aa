import type { Client } from '@temporalio/client'
import type { Sql } from '../../db/postgres/connect.ts'
import {
  listUnannounced,
  type PublishedVersion,
  savePolicyVersions,
} from '../../db/privacy/policy-versions.ts'
import { startAnnouncement } from '../../temporal/start.ts'

// promise: L3
/**
 * Publishes the versions in web/privacy/policy.ts and announces material changes that someone
 * hasn't been told about. Called at every start.
 */
export const publishPolicy = async (
  deps: { sql: Sql; client: Client; backgroundQueue?: string },
  versions: PublishedVersion[],
): Promise<void> => {
  await savePolicyVersions(deps.sql, versions)
  for (const version of await listUnannounced(deps.sql))
    await startAnnouncement(deps.client, version, deps.backgroundQueue)
}
