import type { WorkerOptions } from '@temporalio/worker'

/** How the worker shares its time; the benchmark's floor runs with the same. Every number is for one worker process. */
export const workerSettings = {
  // Armed sends wait inside their activity for minutes: a slot costs next to nothing, a full house would make posts late.
  maxConcurrentActivityTaskExecutions: 20_000,
  maxConcurrentWorkflowTaskExecutions: 40,
  maxCachedWorkflows: 1_500,
  stickyQueueScheduleToStartTimeout: '5 seconds',
} satisfies Partial<WorkerOptions>
