import { defineQuery, defineSignal } from '@temporalio/workflow'

/**
 * Ids, signals, queries and failure types, shared by workflows, worker, web and tests. Pure, so it
 * is safe inside the workflow sandbox.
 */

export { searchAttributes } from './search-keys.ts'

/** The queue for publishing, tokens and starting workflows. */
export const taskQueue = 'cratesocial'
/**
 * The queue for work that can wait, such as measuring, and must never delay a send. Workers give it
 * few slots.
 */
export const backgroundTaskQueue = 'cratesocial-background'

/**
 * Measuring is split into this many schedules, `measure-0` and so on, so that several workers can
 * share it.
 */
export const measureShards = 16
export type Shard = { shard: number }
export const measureScheduleId = (shard: number): string => `measure-${shard}`

export const targetWorkflowId = (targetId: string): string => `target-${targetId}`
export const reviewWorkflowId = (postId: string): string => `review-${postId}`
export const reportWorkflowId = (reportId: string): string => `report-${reportId}`
export const webhookWorkflowId = (endpointId: string): string => `webhook-${endpointId}`
export const deletionWorkflowId = (requestId: string): string => `deletion-${requestId}`
export const exportWorkflowId = (exportId: string): string => `export-${exportId}`
export const importWorkflowId = (importId: string): string => `import-${importId}`
export const mediaWorkflowId = (mediaId: string): string => `media-${mediaId}`
export const policyWorkflowId = (version: string): string => `policy-${version}`

export const grantWorkflowId = (grantId: string): string => `grant-${grantId}`

export const disconnectWorkflowId = (channelId: string): string => `channel-${channelId}-disconnect`

/** The header that passes the id of the causing HTTP request to a workflow and its activities. */
export const requestIdHeader = 'request-id'

/** The row has changed: read it again. Has no payload, so nothing in it can be outdated. */
export const changed = defineSignal('changed')

/** What the workflow is doing now. */
export const progress = defineQuery<Progress>('progress')

/**
 * `step`: the current step. `until`: epoch milliseconds of the next step, or null while waiting for
 * an answer.
 */
export type Progress<Step = TargetStep> = {
  step: 'start' | 'wait' | Step | 'end'
  until: number | null
  rounds: number
}
/** What a workflow does for a target. */
export type TargetStep =
  | 'prepare'
  | 'send'
  | 'reconcile'
  | 'check'
  | 'finish'
  | 'comment'
  | 'find-comment'
  | 'delete'
  | 'look-if-gone'

/** What a workflow does for the review of a post. */
export type ReviewStep = 'ask' | 'remind' | 'escalate' | 'hold'

/** The values of our search attributes. They are plain text in the cluster. */
export type Attributes = {
  workspace: string
  channel: string | null
  platform: string | null
  state: string
}
/** `attributes` is present once the cluster knows them. */
export type Searchable = { attributes?: Attributes }

export type TargetRef = { targetId: string }
export type ReviewRef = { postId: string }
export type ScheduleRef = { reportId: string }
export type WebhookRef = { endpointId: string }
export type RequestRef = { requestId: string }
export type ExportRef = { exportId: string }
export type ImportStart = { importId: string }
export type MediaRef = { mediaId: string }
export type PolicyRef = { version: string }

/** What to do next with a grant, decided from its row. */
export type GrantStep =
  | { do: 'wait'; untilMs: number; words: string }
  | { do: 'renew'; words: string }
  | { do: 'check'; words: string }
  | { do: 'warn'; words: string }
  | { do: 'end'; words: string }

export type GrantRef = { grantId: string }

export type ChannelRef = { channelId: string }

/** The only failure types that may appear in a history, because they are plain text there. */
export type FailureType = 'NotYet' | 'Unavailable' | 'NoSuchTarget'
