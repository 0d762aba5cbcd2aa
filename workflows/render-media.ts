import { proxyActivities, setCurrentDetails } from '@temporalio/workflow'
import type { RenderingActivities } from '../activities/media/render.ts'
import type { MediaRef } from './names.ts'

const { makeRendition } = proxyActivities<RenderingActivities>({
  summary: 'Convert the file',
  startToCloseTimeout: '2 hours',
  heartbeatTimeout: '1 minute',
  retry: { initialInterval: '5 seconds', maximumInterval: '5 minutes' },
})

/** Converts an upload into a file that platforms accept. */
export async function renderMedia(ref: MediaRef): Promise<void> {
  setCurrentDetails('Converting the file. Posts that use it wait')
  await makeRendition(ref)
  setCurrentDetails('Converted')
}
