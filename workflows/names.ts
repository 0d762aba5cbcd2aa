import { defineQuery, defineSignal } from '@temporalio/workflow'

/** Ids, signals, queries and failure types, shared by workflows, worker, web and tests. Pure: safe inside the workflow sandbox. */

export { searchAttributes } from './search-keys.ts'

export const taskQueue = 'cratesocial'

export const targetWorkflowId = (targetId: string): string => `target-${targetId}`
export const deletionWorkflowId = (requestId: string): string => `deletion-${requestId}`
export const exportWorkflowId = (exportId: string): string => `export-${exportId}`
export const policyWorkflowId = (version: string): string => `policy-${version}`

export const grantWorkflowId = (grantId: string): string => `grant-${grantId}`

export const disconnectWorkflowId = (channelId: string): string => `channel-${channelId}-disconnect`

/** In which header a workflow and its activities learn of the request that they are due to. */
export const requestIdHeader = 'request-id'

/** Something about the row changed: read it again. Carries nothing, so nothing can be out of date in it. */
export const changed = defineSignal('changed')

/** What the workflow is doing now. */
export const progress = defineQuery<Progress>('progress')

/** `step`: which of the steps; `until`: epoch milliseconds of the next move, null when it waits for an answer. */
export type Progress = { step: StepName; until: number | null; rounds: number }
export type StepName = 'start' | Step['do']
/** What an activity says of a target when it is over. */
export type Told = Step & Searchable

/** The values of our search attributes: plain text in the cluster. */
export type Attributes = { workspace: string; channel: string | null; platform: string; state: string }
/** `attributes`: present once the cluster knows them. */
export type Searchable = { attributes?: Attributes }

/** What to do next with a target, decided from its row. Times in epoch milliseconds. */
export type Step = Wait | Action
/** `next`: what follows when the time has come and nothing was told meanwhile; without it the row is read again. */
export type Wait = { do: 'wait'; untilMs: number; words: string; next?: Action }
export type Action =
  | { do: 'prepare'; words: string }
  | { do: 'send'; dueMs: number; patienceMs: number; words: string }
  | { do: 'check'; words: string }
  | { do: 'reconcile'; words: string }
  | { do: 'finish'; words: string }
  | { do: 'end'; words: string }

export type TargetRef = { targetId: string }
export type RequestRef = { requestId: string }
export type ExportRef = { exportId: string }
export type PolicyRef = { version: string }

/** What to do next for a grant, decided from its row. */
export type GrantStep =
  | { do: 'wait'; untilMs: number; words: string }
  | { do: 'renew'; words: string }
  | { do: 'check'; words: string }
  | { do: 'warn'; words: string }
  | { do: 'end'; words: string }

export type GrantRef = { grantId: string }

export type ChannelRef = { channelId: string }

/** The only failure types that may stand in a history: they are plain text there. */
export type FailureType = 'NotYet' | 'Unavailable' | 'NoSuchTarget'
