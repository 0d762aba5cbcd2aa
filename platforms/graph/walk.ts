import { PlatformError } from '../errors.ts'

/**
 * Reads many lists. A list that is refused is skipped, and the result is marked incomplete. Only an
 * invalid token stops the walk.
 */
export type Walk = {
  leaveOut(): void
  isComplete(): boolean
  /** Returns an empty list if the read fails. */
  orNothing<T>(read: () => Promise<T[]>): Promise<T[]>
  /** Runs a few at a time. Starts none after the walk's time limit. */
  forEach<T>(items: T[], work: (item: T) => Promise<void>): Promise<void>
}

/** Short, because a person is waiting. */
const walkMs = 15_000
const callsAtOnce = 5

export const createWalk = (): Walk => {
  const endsAt = performance.now() + walkMs
  let complete = true
  const leaveOut = (): void => {
    complete = false
  }
  const attempt = async (work: () => Promise<void>): Promise<void> => {
    if (performance.now() > endsAt) return leaveOut()
    try {
      await work()
    } catch (error) {
      if (!(error instanceof PlatformError) || error.kind === 'reauthorize') throw error
      leaveOut()
    }
  }
  return {
    leaveOut,
    isComplete: () => complete,
    orNothing: async <T>(read: () => Promise<T[]>) => {
      const found: T[] = []
      await attempt(async () => {
        found.push(...(await read()))
      })
      return found
    },
    forEach: async (items, work) => {
      const queue = [...items]
      const takeNext = async (): Promise<void> => {
        for (let item = queue.shift(); item !== undefined; item = queue.shift()) {
          const taken = item
          await attempt(() => work(taken))
        }
      }
      await Promise.all(Array.from({ length: callsAtOnce }, takeNext))
    },
  }
}
