import { type AnnouncingDeps, createAnnouncingActivities } from './announcing.ts'
import { createDisconnectingActivities } from './disconnecting.ts'
import { createErasingActivities, type ErasingDeps } from './erasing.ts'
import { createExportingActivities, type ExportingDeps } from './exporting.ts'
import { createMeasuringActivities } from './measuring.ts'
import { createPublishingActivities } from './publishing.ts'
import { createRetentionActivities } from './retention.ts'
import { createRevokingActivities } from './revoking.ts'
import { createStartingActivities, type StartingDeps } from './starting.ts'
import type { PublishingDeps } from './steps.ts'
import { createUpkeepActivities } from './upkeep.ts'

/** Everything that workflows cause. Dependencies are arguments, so that tests swap a clock and not a module. */
export const createActivities = (deps: PublishingDeps & StartingDeps & ErasingDeps & ExportingDeps & AnnouncingDeps) => ({
  ...createPublishingActivities(deps),
  ...createStartingActivities(deps),
  ...createUpkeepActivities(deps),
  ...createDisconnectingActivities(deps),
  ...createErasingActivities(deps),
  ...createRevokingActivities(deps),
  ...createRetentionActivities(deps),
  ...createExportingActivities(deps),
  ...createAnnouncingActivities(deps),
  ...createMeasuringActivities(deps),
})
