import PQueue from 'p-queue'
import { onceMoreAfterDeadlock, type Sql } from '../../db/postgres/connect.ts'
import { type Claim, type ClaimWish, claimTargets } from '../../db/posts/attempts.ts'

/**
 * Batches claims when many posts are due at the same moment, because a commit for each would cost
 * more than the calls. Each call is sent right after its claim. Results of finished calls are
 * written once no call waits to be sent and none is in flight: a known result can wait or be looked
 * up again, but a call must not be late.
 */
const claimedTogether = 32
const statementsAtOnce = 4
/**
 * How many claimed calls may wait to be sent. Their leases are running, so no more are claimed than
 * can be sent at once.
 */
const leavingAtOnce = 128
/**
 * The longest time that results are held back, because answers can be slow and calls may never
 * stop.
 */
const heldBackMs = 1_000

type Turn = { claim: Claim | undefined; over(): void }
type Waiting = {
  wish: ClaimWish
  begin(): void
  resolve(turn: Turn): void
  reject(error: unknown): void
}
type Queue = {
  waiting: Waiting[]
  claiming: number
  leaving: number
  flying: number
  landed: Set<() => void>
}

const queues = new WeakMap<Sql, Queue>()
const later = new PQueue({ concurrency: 24 })

/**
 * Claims a target and calls `leave` with the claim, or undefined if there was nothing to claim.
 * `leave` resolves once the call has been sent. `begin` is called right before each statement that
 * may claim the target. Throws what the statement or `leave` throws.
 */
export const claimAndLeave = async <T>(
  sql: Sql,
  wish: ClaimWish,
  begin: () => void,
  leave: (claim: Claim | undefined) => Promise<T>,
): Promise<T> => {
  const turn = await turnOf(sql, wish, begin)
  try {
    return await leave(turn.claim)
  } finally {
    turn.over()
  }
}

/** Counts the call as in flight until it is answered. */
export const watchFlight = (sql: Sql, answer: Promise<unknown>): void => {
  const queue = queueOf(sql)
  queue.flying += 1
  const land = () => {
    queue.flying -= 1
    if (queue.flying === 0) for (const go of queue.landed) go()
  }
  answer.then(land, land)
}

/**
 * Runs `work` once no call waits to be sent and none is in flight. Waits at most a second for calls
 * in flight.
 */
export const afterCalls = async <T>(sql: Sql, work: () => Promise<T>): Promise<T> => {
  await untilLanded(queueOf(sql))
  return later.add(work)
}

const untilLanded = async (queue: Queue): Promise<void> => {
  if (queue.flying === 0) return
  await new Promise<void>((resolve) => {
    const go = () => {
      clearTimeout(timer)
      queue.landed.delete(go)
      resolve()
    }
    const timer = setTimeout(go, heldBackMs)
    queue.landed.add(go)
  })
}

const queueOf = (sql: Sql): Queue => {
  const queue = queues.get(sql) ?? {
    waiting: [],
    claiming: 0,
    leaving: 0,
    flying: 0,
    landed: new Set(),
  }
  queues.set(sql, queue)
  return queue
}

const turnOf = (sql: Sql, wish: ClaimWish, begin: () => void): Promise<Turn> => {
  const queue = queueOf(sql)
  later.pause()
  return new Promise((resolve, reject) => {
    queue.waiting.push({ wish, begin, resolve, reject })
    if (queue.waiting.length === 1) setImmediate(goOn, sql, queue) // all timers have fired by then
  })
}

const goOn = (sql: Sql, queue: Queue): void => {
  while (
    queue.waiting.length > 0 &&
    queue.claiming < statementsAtOnce &&
    queue.leaving <= leavingAtOnce - claimedTogether
  )
    void claimSome(sql, queue, takeSome(queue))
  if (queue.waiting.length === 0 && queue.claiming === 0 && queue.leaving === 0) later.start()
}

/**
 * Takes only one wish per target: two of its sends may wait here, and a statement's claim is for
 * only one. The other then finds nothing to claim.
 */
const takeSome = (queue: Queue): Waiting[] => {
  const ids = new Set<string>()
  const some: Waiting[] = []
  const rest: Waiting[] = []
  for (const one of queue.waiting) {
    const isTaken = some.length < claimedTogether && !ids.has(one.wish.id)
    ;(isTaken ? some : rest).push(one)
    ids.add(one.wish.id)
  }
  queue.waiting = rest
  return some
}

const claimSome = async (sql: Sql, queue: Queue, some: Waiting[]): Promise<void> => {
  queue.claiming += 1
  queue.leaving += some.length
  const over = () => {
    queue.leaving -= 1
    goOn(sql, queue)
  }
  try {
    const wishes = some.map(({ wish }) => wish)
    const claims = await onceMoreAfterDeadlock(() => {
      for (const { begin } of some) begin()
      return claimTargets(sql, wishes)
    })
    for (const one of some) {
      const claim = claims.get(one.wish.id)
      if (claim || some.length === 1) one.resolve({ claim, over })
      else void claimAlone(sql, one, over)
    }
  } catch (error) {
    for (const { reject } of some) reject(error)
    queue.leaving -= some.length
  } finally {
    queue.claiming -= 1
    goOn(sql, queue)
  }
}

/**
 * A wish without a claim: there is nothing to claim, or someone else had locked the row. Claimed
 * alone, it waits for the lock.
 */
const claimAlone = async (
  sql: Sql,
  { wish, begin, resolve, reject }: Waiting,
  over: () => void,
): Promise<void> => {
  try {
    const claims = await onceMoreAfterDeadlock(() => {
      begin()
      return claimTargets(sql, [wish])
    })
    resolve({ claim: claims.get(wish.id), over })
  } catch (error) {
    reject(error)
    over()
  }
}
