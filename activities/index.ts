import { createPublishingActivities } from './publishing.ts'
import { createStartingActivities, type StartingDeps } from './starting.ts'
import type { PublishingDeps } from './steps.ts'

/** Everything that workflows cause. Dependencies are arguments, so that tests swap a clock and not a module. */
export const createActivities = (deps: PublishingDeps & StartingDeps) => ({
  ...createPublishingActivities(deps),
  ...createStartingActivities(deps),
})
