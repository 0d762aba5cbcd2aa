import { proxyActivities, setCurrentDetails, setHandler } from '@temporalio/workflow'
import type { RenderingActivities } from '../activities/media/render.ts'
import { changed, type MediaRef } from './names.ts'

const { makeRendition } = proxyActivities<RenderingActivities>({
  summary: 'Make the files',
  startToCloseTimeout: '2 hours',
  heartbeatTimeout: '15 seconds',
  retry: { initialInterval: '2 seconds', maximumInterval: '5 minutes' },
})

/**
 * Makes the files that platforms accept from an upload. The signal `changed` says that another one
 * is needed.
 */
export async function renderMedia(ref: MediaRef): Promise<void> {
  let isAsked = true
  setHandler(changed, () => {
    isAsked = true
  })
  setCurrentDetails('Making the files that platforms accept. Posts that use them wait')
  while (isAsked) {
    isAsked = false
    await makeRendition(ref)
  }
  setCurrentDetails('Made')
}
