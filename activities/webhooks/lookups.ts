import type { LookupAddress, lookup } from 'node:dns'
import PQueue from 'p-queue'

export type Resolve = typeof lookup

/**
 * Looks up one name at a time, and once for all who ask for it meanwhile. The system's look-up holds
 * a thread, of which this process has few, and the name server of a stranger can let it wait for half
 * a minute: one has to be free for the platforms.
 */
export const createLookups = (resolve: Resolve) => {
  const queue = new PQueue({ concurrency: 1 })
  const asked = new Map<string, Promise<LookupAddress[]>>()
  const look = (host: string) =>
    new Promise<LookupAddress[]>((done, fail) => {
      resolve(host, { all: true }, (error, found) => (error ? fail(error) : done(found)))
    })
  return (host: string): Promise<LookupAddress[]> => {
    const before = asked.get(host)
    if (before) return before
    const answer = queue.add(() => look(host)).finally(() => asked.delete(host))
    asked.set(host, answer)
    return answer
  }
}
