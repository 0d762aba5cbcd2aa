import { createChecking } from './check.ts'
import { createCommenting } from './commenting.ts'
import { createDeleting } from './deleting.ts'
import { createFinishing } from './finish.ts'
import type { PublishingDeps } from './platform-calls.ts'
import { createPreparing } from './prepare.ts'
import { createReading } from './read.ts'
import { createReconciling } from './reconcile.ts'
import { createSending } from './send.ts'

export type PublishingActivities = ReturnType<typeof createPublishingActivities>

/**
 * The steps of publishing. Each begins by reading the row, does nothing that the row doesn't ask
 * for, and returns the facts of the row.
 */
export const createPublishingActivities = (deps: PublishingDeps) => ({
  ...createReading(deps),
  ...createPreparing(deps),
  ...createSending(deps),
  ...createReconciling(deps),
  ...createChecking(deps),
  ...createFinishing(deps),
  ...createCommenting(deps),
  ...createDeleting(deps),
})
