import { proxyActivities, setCurrentDetails } from '@temporalio/workflow'
import type { ExportingActivities } from '../activities/privacy/export.ts'
import type { ExportRef } from './names.ts'

const { makeExport } = proxyActivities<ExportingActivities>({
  startToCloseTimeout: '2 hours',
  heartbeatTimeout: '1 minute',
  summary: 'Collect everything held about the person, and mail the link',
  retry: { initialInterval: '5 seconds', maximumInterval: '5 minutes', maximumAttempts: 50 },
})

/** Creates a file with everything held about a person and mails the link. */
export async function exportData(ref: ExportRef): Promise<void> {
  setCurrentDetails(
    'Collecting everything held about the person; a link is mailed when it is there',
  )
  await makeExport(ref)
  setCurrentDetails('Made; its link was mailed')
}
