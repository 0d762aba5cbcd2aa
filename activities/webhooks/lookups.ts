import { type LookupAddress, lookup, Resolver } from 'node:dns'
import { promisify } from 'node:util'
import PQueue from 'p-queue'

export type Resolve = (host: string) => Promise<LookupAddress[]>
/** `servers`: other name servers than those of this computer. */
export type Lookups = { isPrivate: boolean; servers?: string[] }

/** A name server has this long, twice. */
const answerMs = 2_000

/**
 * Looks up names by questions to the name server, which hold no thread and wait for no other name:
 * the name server of a stranger can answer late or never. Who asks for the same name meanwhile gets
 * the same answer. `isPrivate`: the operator allows receivers in a private network, whose names can
 * be known only to this computer, so one at a time is looked up as the system does it. That holds a
 * thread, of which this process has few: the others stay free for the platforms.
 */
export const createLookups = ({ isPrivate, servers }: Lookups): Resolve => {
  const ofSystem = new PQueue({ concurrency: 1 })
  const asked = new Map<string, Promise<LookupAddress[]>>()
  const look = async (host: string): Promise<LookupAddress[]> => {
    const { found, error } = await ask(host, servers)
    if (found.length > 0) return found
    if (isPrivate && isUnknown(error))
      return await ofSystem.add(() => promisify(lookup)(host, { all: true }))
    throw error
  }
  return (host) => {
    const before = asked.get(host)
    if (before) return before
    const answer = look(host).finally(() => asked.delete(host))
    asked.set(host, answer)
    return answer
  }
}

/**
 * The name server answered that it has no address, so its answer doesn't keep the system waiting.
 */
const isUnknown = (error: { code?: string } | null): boolean =>
  error?.code === 'ENOTFOUND' || error?.code === 'ENODATA'

/** All addresses of a name, and why there are none. */
const ask = async (host: string, servers: string[] | undefined) => {
  const resolver = new Resolver({ timeout: answerMs, tries: 2 })
  if (servers) resolver.setServers(servers)
  const [four, six] = await Promise.allSettled([
    promisify(resolver.resolve4.bind(resolver) as Ask)(host),
    promisify(resolver.resolve6.bind(resolver) as Ask)(host),
  ])
  const found = [
    ...(four.status === 'fulfilled' ? four.value : []).map((address) => ({ address, family: 4 })),
    ...(six.status === 'fulfilled' ? six.value : []).map((address) => ({ address, family: 6 })),
  ]
  return { found, error: four.status === 'rejected' ? four.reason : null }
}

type Ask = (host: string, done: (error: Error | null, found: string[]) => void) => void
