import type { WorkerOptions } from '@temporalio/worker'

/** Limits of a worker process. The benchmark's baseline runs with the same settings. */
export const workerSettings = {
  // An armed send waits inside its activity for minutes. A slot costs almost nothing, but too few
  // would make posts late.
  maxConcurrentActivityTaskExecutions: 20_000,
  maxConcurrentWorkflowTaskExecutions: 40,
  maxCachedWorkflows: 1_500,
  stickyQueueScheduleToStartTimeout: '5 seconds',
} satisfies Partial<WorkerOptions>

/** Few slots, so that background work takes few database connections and little time from sends. */
export const backgroundSettings = {
  maxConcurrentActivityTaskExecutions: 8,
  maxConcurrentWorkflowTaskExecutions: 8,
  maxCachedWorkflows: 100,
  stickyQueueScheduleToStartTimeout: '5 seconds',
  // By default the SDK holds heartbeats back for most of their timeout, which leaves no time for a
  // busy moment.
  maxHeartbeatThrottleInterval: '3 seconds',
} satisfies Partial<WorkerOptions>
