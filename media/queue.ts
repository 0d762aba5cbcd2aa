import { MediaRefused } from './refusal.ts'

/**
 * A queue for decoding, because a picture may need 150 MB and seconds of processor time. Two jobs
 * run at once per process, at most one of them for the same workspace. Workspaces take turns, so a
 * workspace can delay only itself.
 */
export const createDecodeQueue = (limits: QueueLimits = decodeLimits): DecodeQueue => {
  const waiting = new Map<string, (() => void)[]>()
  const busy = new Set<string>()

  const startNext = (): void => {
    for (const [workspaceId, jobs] of waiting) {
      if (busy.size >= limits.running) return
      const job = busy.has(workspaceId) ? undefined : jobs.shift()
      if (!job) continue
      // Move the workspace to the end of the line.
      waiting.delete(workspaceId)
      if (jobs.length > 0) waiting.set(workspaceId, jobs)
      busy.add(workspaceId)
      job()
    }
  }

  return (workspaceId, work) =>
    new Promise((resolve, reject) => {
      const jobs = waiting.get(workspaceId) ?? []
      if (jobs.length >= limits.waiting) return reject(tooMany())
      jobs.push(() => {
        withDeadline(work, limits.deadlineMs)
          .finally(() => {
            busy.delete(workspaceId)
            startNext()
          })
          .then(resolve, reject)
      })
      waiting.set(workspaceId, jobs)
      startNext()
    })
}

/**
 * `signal`: aborted at the deadline and when the job ends. Programs that the job has started must
 * end then.
 */
export type DecodeQueue = <T>(
  workspaceId: string,
  work: (signal: AbortSignal) => Promise<T>,
) => Promise<T>

/**
 * `running`: jobs in the process. `waiting`: jobs in each workspace. A job that takes longer than
 * `deadlineMs` fails and frees its slot.
 */
export type QueueLimits = { running: number; waiting: number; deadlineMs: number }

export const decodeLimits: QueueLimits = { running: 2, waiting: 50, deadlineMs: 90_000 }

/** The decode queue of this process. */
export const inTurn = createDecodeQueue()

const withDeadline = async <T>(
  work: (signal: AbortSignal) => Promise<T>,
  deadlineMs: number,
): Promise<T> => {
  const ending = new AbortController()
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(tooSlow()), deadlineMs)
  })
  try {
    return await Promise.race([work(ending.signal), late])
  } finally {
    clearTimeout(timer)
    ending.abort()
  }
}

const tooMany = () =>
  new MediaRefused(
    'busy',
    'This workspace is uploading too many files at once. Wait a minute, then upload this one again.',
  )
const tooSlow = () =>
  new MediaRefused(
    'unsupported',
    'This file took too long to read. Export it again as JPEG or MP4, then upload it.',
  )
