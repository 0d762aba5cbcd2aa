import type { Client } from '@temporalio/client'
import type { SearchAttributePair } from '@temporalio/common'
import type { announcePolicy } from '../workflows/announce-policy.ts'
import type { deliverWebhooks } from '../workflows/deliver-webhooks.ts'
import type { disconnectChannel } from '../workflows/disconnect-channel.ts'
import type { eraseUser } from '../workflows/erase-user.ts'
import type { exportData } from '../workflows/export-data.ts'
import type { importPosts } from '../workflows/import-posts.ts'
import type { keepGrantAlive } from '../workflows/keep-grant-alive.ts'
import {
  type Attributes,
  backgroundTaskQueue,
  changed,
  deletionWorkflowId,
  disconnectWorkflowId,
  exportWorkflowId,
  grantWorkflowId,
  importWorkflowId,
  mediaWorkflowId,
  policyWorkflowId,
  reportWorkflowId,
  reviewWorkflowId,
  targetWorkflowId,
  taskQueue,
  webhookWorkflowId,
} from '../workflows/names.ts'
import type { publishTarget } from '../workflows/publish-target.ts'
import type { renderMedia } from '../workflows/render-media.ts'
import type { reviewPost } from '../workflows/review-post.ts'
import { searchKeys } from '../workflows/search-keys.ts'
import type { sendReports } from '../workflows/send-reports.ts'

/**
 * Search attributes that a workflow has from its start. Left out until the cluster knows them,
 * because it would refuse the start.
 */
export type StartAttributes = Partial<Attributes>

const searchable = (
  attributes: StartAttributes | undefined,
): { typedSearchAttributes?: SearchAttributePair[] } => {
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
 * Starts the target's workflow or signals the running one, in one call that can be repeated. A
 * workflow that has ended starts again, and reads from the row whether there is anything to do.
 */
export const notifyTarget = async (
  client: Client,
  targetId: string,
  queue = taskQueue,
  attributes?: StartAttributes,
): Promise<void> => {
  await client.workflow.signalWithStart<typeof publishTarget, []>('publishTarget', {
    workflowId: targetWorkflowId(targetId),
    taskQueue: queue,
    args: [{ targetId }],
    signal: changed,
    ...searchable(attributes),
    staticSummary: 'One post on one account, from scheduled to published',
  })
}

/** Starts the workflow of a post's review, or signals the running one. */
export const notifyReview = async (
  client: Client,
  postId: string,
  queue = taskQueue,
): Promise<void> => {
  await client.workflow.signalWithStart<typeof reviewPost, []>('reviewPost', {
    workflowId: reviewWorkflowId(postId),
    taskQueue: queue,
    args: [{ postId }],
    signal: changed,
    staticSummary: 'The review of one post: asked, reminded, and approved or held',
  })
}

/** Starts the workflow that delivers the messages of an endpoint, or signals the running one. */
export const notifyWebhook = async (
  client: Client,
  endpointId: string,
  queue = taskQueue,
): Promise<void> => {
  await client.workflow.signalWithStart<typeof deliverWebhooks, []>('deliverWebhooks', {
    workflowId: webhookWorkflowId(endpointId),
    taskQueue: queue,
    args: [{ endpointId }],
    signal: changed,
    staticSummary: 'Sends events of a workspace to one endpoint, and tries again for three days',
  })
}

/** Starts the workflow that sends a report by email, or signals the running one. */
export const notifyReport = async (
  client: Client,
  reportId: string,
  queue = backgroundTaskQueue,
): Promise<void> => {
  await client.workflow.signalWithStart<typeof sendReports, []>('sendReports', {
    workflowId: reportWorkflowId(reportId),
    taskQueue: queue,
    args: [{ reportId }],
    signal: changed,
    staticSummary: 'Sends one report by email after each week or month',
  })
}

/**
 * Starts the workflow of a deletion request, unless it is running. If the request is finished, the
 * workflow ends at once.
 */
export const startErasure = async (
  client: Client,
  requestId: string,
  attributes?: StartAttributes,
  queue = backgroundTaskQueue,
): Promise<void> => {
  await client.workflow.start<typeof eraseUser>('eraseUser', {
    workflowId: deletionWorkflowId(requestId),
    taskQueue: queue,
    args: [{ requestId }],
    workflowIdConflictPolicy: 'USE_EXISTING',
    ...searchable(attributes),
    staticSummary: 'Deletes a person, or what a platform account gave us',
  })
}

/** Starts creating the file of an access request, unless it is already being created. */
export const startExport = async (
  client: Client,
  exportId: string,
  attributes?: StartAttributes,
  queue = backgroundTaskQueue,
): Promise<void> => {
  await client.workflow.start<typeof exportData>('exportData', {
    workflowId: exportWorkflowId(exportId),
    taskQueue: queue,
    args: [{ exportId }],
    workflowIdConflictPolicy: 'USE_EXISTING',
    ...searchable(attributes),
    staticSummary: 'Exports everything held about a person',
  })
}

/** Starts making the posts of an import, unless that is already running. */
export const startImport = async (
  client: Client,
  importId: string,
  attributes?: StartAttributes,
  queue = backgroundTaskQueue,
): Promise<void> => {
  await client.workflow.start<typeof importPosts>('importPosts', {
    workflowId: importWorkflowId(importId),
    taskQueue: queue,
    args: [{ importId }],
    workflowIdConflictPolicy: 'USE_EXISTING',
    ...searchable(attributes),
    staticSummary: 'Makes the posts of an imported file: all, or none',
  })
}

/** Starts creating the file that is sent for an upload, unless that is already running. */
export const startRendering = async (
  client: Client,
  mediaId: string,
  attributes?: StartAttributes,
  queue = backgroundTaskQueue,
): Promise<void> => {
  await client.workflow.signalWithStart<typeof renderMedia, []>('renderMedia', {
    workflowId: mediaWorkflowId(mediaId),
    taskQueue: queue,
    args: [{ mediaId }],
    signal: changed,
    ...searchable(attributes),
    staticSummary: 'Makes the files that platforms accept from an upload',
  })
}

/** Starts mailing everyone about a policy version, unless that is already running. */
export const startAnnouncement = async (
  client: Client,
  version: string,
  queue = backgroundTaskQueue,
): Promise<void> => {
  await client.workflow.start<typeof announcePolicy>('announcePolicy', {
    workflowId: policyWorkflowId(version),
    taskQueue: queue,
    args: [{ version }],
    workflowIdConflictPolicy: 'USE_EXISTING',
    staticSummary: 'Mails a change of the privacy policy to everyone once',
  })
}

/** Starts the workflow that maintains a grant, or signals the running one. */
export const notifyGrant = async (
  client: Client,
  grantId: string,
  queue = taskQueue,
): Promise<void> => {
  await client.workflow.signalWithStart<typeof keepGrantAlive, []>('keepGrantAlive', {
    workflowId: grantWorkflowId(grantId),
    taskQueue: queue,
    args: [{ grantId }],
    signal: changed,
    staticSummary:
      'A connection to a platform: renewed in advance and checked daily. Admins are warned before it ends',
  })
}

/** Starts the workflow that finishes disconnecting an account. If that is done, it ends at once. */
export const startDisconnecting = async (
  client: Client,
  channelId: string,
  attributes?: StartAttributes,
): Promise<void> => {
  await client.workflow.start<typeof disconnectChannel>('disconnectChannel', {
    workflowId: disconnectWorkflowId(channelId),
    taskQueue,
    args: [{ channelId }],
    workflowIdConflictPolicy: 'USE_EXISTING',
    ...searchable(attributes),
    staticSummary:
      'Revokes access of a disconnected account, and deletes its history if an admin chose that',
  })
}
