import { createDisconnectingActivities } from './channels/disconnecting.ts'
import { createRevokingActivities } from './channels/revoke.ts'
import { createUpkeepActivities } from './channels/upkeep.ts'
import { createImportActivities } from './imports/importing.ts'
import { createMeasuringActivities } from './insights/index.ts'
import { createRenderingActivities } from './media/render.ts'
import type { RenderingDeps } from './media/scratch.ts'
import { createStartingActivities, type StartingDeps } from './outbox/reconcile-starts.ts'
import type { PublishingDeps } from './posts/platform-calls.ts'
import { createPublishingActivities } from './posts/publishing.ts'
import { createSeriesActivities } from './posts/series.ts'
import { type AnnouncingDeps, createAnnouncingActivities } from './privacy/announce.ts'
import { createErasingActivities, type ErasingDeps } from './privacy/erase.ts'
import { createExportingActivities, type ExportingDeps } from './privacy/export.ts'
import { createRetentionActivities } from './privacy/retention.ts'
import { createReportingActivities } from './reports/reporting.ts'
import { createReviewingActivities } from './reviews/reviewing.ts'
import { createDeliveringActivities, type DeliveringDeps } from './webhooks/delivering.ts'

/** Everything that workflows cause. Dependencies are arguments, so that tests swap a clock and not a module. */
export const createActivities = (
  deps: PublishingDeps &
    StartingDeps &
    ErasingDeps &
    ExportingDeps &
    AnnouncingDeps &
    RenderingDeps &
    DeliveringDeps,
) => ({
  ...createPublishingActivities(deps),
  ...createReviewingActivities(deps),
  ...createReportingActivities(deps),
  ...createDeliveringActivities(deps),
  ...createStartingActivities(deps),
  ...createSeriesActivities(deps),
  ...createImportActivities(deps),
  ...createUpkeepActivities(deps),
  ...createDisconnectingActivities(deps),
  ...createErasingActivities(deps),
  ...createRevokingActivities(deps),
  ...createRetentionActivities(deps),
  ...createExportingActivities(deps),
  ...createAnnouncingActivities(deps),
  ...createMeasuringActivities(deps),
  ...createRenderingActivities(deps),
})
