import PQueue from 'p-queue'

/**
 * The rush when many posts are due in one second: what this process does about sends, so many at once, and calls before anything else. What
 * came of calls that have been made is written down as soon as no call waits: it is known and can be found out again, while a call is late.
 */
const queue = new PQueue({ concurrency: 24 })

/** Until the call has left: its answer is waited for elsewhere. */
export const beforeOthers = <T>(work: () => Promise<T>): Promise<T> => queue.add(work, { priority: 1 })

export const afterCalls = <T>(work: () => Promise<T>): Promise<T> => queue.add(work, { priority: 0 })
