import type { Client } from '@temporalio/client'
import type { SearchAttributePair } from '@temporalio/common'
import type { announcePolicy } from './announce-policy.ts'
import type { disconnectChannel } from './disconnect-channel.ts'
import type { eraseUser } from './erase-user.ts'
import type { exportData } from './export-data.ts'
import type { keepGrantAlive } from './keep-grant-alive.ts'
import {
  type Attributes,
  changed,
  deletionWorkflowId,
  disconnectWorkflowId,
  exportWorkflowId,
  grantWorkflowId,
  policyWorkflowId,
  targetWorkflowId,
  taskQueue,
} from './names.ts'
import type { publishTarget } from './publish-target.ts'
import { searchKeys } from './search-keys.ts'

/** What operators find a workflow by from its start on; left out until the cluster knows the keys, since it would refuse the start. */
export type StartAttributes = Partial<Attributes>

const searchable = (attributes: StartAttributes | undefined): { typedSearchAttributes?: SearchAttributePair[] } => {
  if (!attributes) return {}
  const names = ['workspace', 'channel', 'platform', 'state'] as const
  return {
    typedSearchAttributes: names.flatMap((name) => {
      const value = attributes[name]
      return value ? [{ key: searchKeys[name], value }] : []
    }),
  }
}

/**
 * Starts the target's workflow, or nudges the one that runs: one call for both, harmless when repeated. A workflow that has
 * ended is started anew, and reads from the row whether there is anything to do.
 */
export const tellTarget = async (client: Client, targetId: string, queue = taskQueue): Promise<void> => {
  await client.workflow.signalWithStart<typeof publishTarget, []>('publishTarget', {
    workflowId: targetWorkflowId(targetId),
    taskQueue: queue,
    args: [{ targetId }],
    signal: changed,
    staticSummary: 'One post on one channel, from scheduled to its end',
  })
}

/** Starts the erasure of a deletion request, unless it runs; one that is done is started for nothing, and does nothing. */
export const tellDeletion = async (client: Client, requestId: string, attributes?: StartAttributes): Promise<void> => {
  await client.workflow.start<typeof eraseUser>('eraseUser', {
    workflowId: deletionWorkflowId(requestId),
    taskQueue,
    args: [{ requestId }],
    workflowIdConflictPolicy: 'USE_EXISTING',
    ...searchable(attributes),
    staticSummary: 'A deletion request, step by step',
  })
}

/** Starts making the file of an access request, unless it is being made. */
export const tellExport = async (client: Client, exportId: string, attributes?: StartAttributes): Promise<void> => {
  await client.workflow.start<typeof exportData>('exportData', {
    workflowId: exportWorkflowId(exportId),
    taskQueue,
    args: [{ exportId }],
    workflowIdConflictPolicy: 'USE_EXISTING',
    ...searchable(attributes),
    staticSummary: 'Everything held about a person, as a file',
  })
}

/** Starts mailing everybody about a version of the policy, unless that is under way. */
export const tellPolicy = async (client: Client, version: string, queue = taskQueue): Promise<void> => {
  await client.workflow.start<typeof announcePolicy>('announcePolicy', {
    workflowId: policyWorkflowId(version),
    taskQueue: queue,
    args: [{ version }],
    workflowIdConflictPolicy: 'USE_EXISTING',
    staticSummary: 'A material change of the privacy policy, mailed to everybody once',
  })
}

/** Starts the upkeep of a grant, or nudges the one that runs. */
export const tellGrant = async (client: Client, grantId: string, queue = taskQueue): Promise<void> => {
  await client.workflow.signalWithStart<typeof keepGrantAlive, []>('keepGrantAlive', {
    workflowId: grantWorkflowId(grantId),
    taskQueue: queue,
    args: [{ grantId }],
    signal: changed,
    staticSummary: 'One authorization at a platform: renewed ahead, checked daily, its end told before it comes',
  })
}

/** Starts what is left of disconnecting an account; one that is done ends at once. */
export const tellDisconnect = async (client: Client, channelId: string, attributes?: StartAttributes): Promise<void> => {
  await client.workflow.start<typeof disconnectChannel>('disconnectChannel', {
    workflowId: disconnectWorkflowId(channelId),
    taskQueue,
    args: [{ channelId }],
    workflowIdConflictPolicy: 'USE_EXISTING',
    ...searchable(attributes),
    staticSummary: 'An account that was disconnected: its history, and the revocation at the platform',
  })
}
