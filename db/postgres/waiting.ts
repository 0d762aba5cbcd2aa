/** The database is overloaded. Nothing was done; try again in a moment. */
export class DatabaseBusy extends Error {
  override name = 'DatabaseBusy'
}

export type WaitLimits = {
  /** How long a statement or transaction waits for a connection. */
  longestMs: number
  /** How many may wait. More are refused at once. */
  most: number
}

export type Queue = {
  /** Resolves when a place is free, with the function that frees it again. @throws DatabaseBusy */
  enter(): Promise<() => void>
}

/** A queue that lets `places` run at once. The others wait in order, within the limits. */
export const createQueue = (places: number, { longestMs, most }: WaitLimits): Queue => {
  let free = places
  const waiting = new Set<() => void>()
  const leave = (): void => {
    const [next] = waiting
    if (next) next()
    else free += 1
  }
  return {
    enter: () => {
      if (free > 0) {
        free -= 1
        return Promise.resolve(leave)
      }
      if (waiting.size >= most)
        return Promise.reject(new DatabaseBusy(`${most} others wait for the database`))
      return new Promise((resolve, reject) => {
        const timer = setTimeout(() => {
          waiting.delete(go)
          reject(new DatabaseBusy(`no connection was free for ${longestMs} ms`))
        }, longestMs)
        const go = () => {
          clearTimeout(timer)
          waiting.delete(go)
          resolve(leave)
        }
        waiting.add(go)
      })
    },
  }
}

/** The SQLSTATE code of a statement timeout. */
const canceled = '57014'
/** With that of lock timeouts. Trying again may help. */
const timedOut = [canceled, '55P03']

/** Whether the statement reached its time limit. */
export const tookTooLong = (error: unknown): boolean =>
  error instanceof Error && 'code' in error && error.code === canceled

/** Whether the error means that the database is overloaded, rather than a bug. */
export const isBusy = (error: unknown): boolean =>
  error instanceof DatabaseBusy ||
  (error instanceof Error && 'code' in error && timedOut.includes(String(error.code)))
