import { proxyActivities, setCurrentDetails } from '@temporalio/workflow'
import type { ImportActivities } from '../activities/imports/importing.ts'
import type { ImportStart } from './names.ts'

const retry = { initialInterval: '1 second', maximumInterval: '1 minute' } as const

const { prepareImport } = proxyActivities<ImportActivities>({
  startToCloseTimeout: '30 minutes',
  heartbeatTimeout: '30 seconds',
  summary: 'Check the rows again',
  retry,
})
const { makeImportedPosts } = proxyActivities<ImportActivities>({
  startToCloseTimeout: '5 minutes',
  summary: 'Make all posts, or none',
  retry,
})

/** Makes the posts of an import. They become visible together at the end. */
export async function importPosts(ref: ImportStart): Promise<void> {
  setCurrentDetails('Checking the rows again. No post is made yet')
  await prepareImport(ref)
  setCurrentDetails('Making all posts, or none')
  await makeImportedPosts(ref)
  setCurrentDetails('Done')
}
