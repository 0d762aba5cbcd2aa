import { ERRORS, type Lock, type Locker } from '@tus/server'

type Holder = { requestRelease: () => void; released: Promise<void> }

/** How long a request waits for the one before it. That one is asked to end at once. */
const patienceMs = 10_000

/**
 * Lets one request at a time work on an upload. A browser that lost its network doesn't end its old
 * request, so the new one asks the old one to end, and goes on from what arrived. The library's own
 * locker asks again in every turn of the event loop, which keeps a processor busy.
 */
export const createLocker = (): Locker => {
  const holders = new Map<string, Holder>()
  return { newLock: (id) => createLock(holders, id) }
}

const createLock = (holders: Map<string, Holder>, id: string): Lock => {
  let release: () => void = () => undefined
  return {
    lock: async (signal, requestRelease) => {
      const until = performance.now() + patienceMs
      for (let holder = holders.get(id); holder; holder = holders.get(id)) {
        holder.requestRelease()
        const isFree = await released(holder, until - performance.now())
        if (!isFree || signal.aborted) throw ERRORS.ERR_LOCK_TIMEOUT
      }
      const released_ = new Promise<void>((resolve) => {
        release = resolve
      })
      holders.set(id, { requestRelease: () => void requestRelease(), released: released_ })
    },
    unlock: async () => {
      holders.delete(id)
      release()
    },
  }
}

const released = async (holder: Holder, withinMs: number): Promise<boolean> => {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<false>((resolve) => {
    timer = setTimeout(() => resolve(false), Math.max(0, withinMs))
  })
  return await Promise.race([holder.released.then(() => true), late]).finally(() =>
    clearTimeout(timer),
  )
}
