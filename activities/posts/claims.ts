import PQueue from 'p-queue'
import { type Claim, type ClaimWish, claimTargets } from '../db/attempts.ts'
import type { Sql } from '../db/connect.ts'

/**
 * The rush when many posts are due in one second. Claims of one moment are made in one statement, since a commit for each would cost more than
 * the calls; each call leaves right after its claim. What came of calls that have been made is written down as soon as no call waits, and
 * none is under way that all this writing would hold up: it is known and can be found out again, while a call is late.
 */
const claimedTogether = 32
const statementsAtOnce = 4
/** Claimed, and about to leave: a lease runs, so no more are claimed than leave at once. */
const leavingAtOnce = 128
/** Answers may take long, and calls may follow each other without end: what is known is not held back for longer. */
const heldBackMs = 1_000

type Turn = { claim: Claim | undefined; over(): void }
type Waiting = { wish: ClaimWish; begin(): void; resolve(turn: Turn): void; reject(error: unknown): void }
type Rush = { waiting: Waiting[]; claiming: number; leaving: number; flying: number; landed: Set<() => void> }

const rushes = new WeakMap<Sql, Rush>()
const later = new PQueue({ concurrency: 24 })

/**
 * Claims a target and does `leave` with the claim, undefined when there was nothing to claim; `leave` ends when the call has left.
 * `begin` is called right before each statement that may claim it. Throws what the statement or `leave` throws.
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

/** The call has left and is under way until it is answered. */
export const watchFlight = (sql: Sql, answer: Promise<unknown>): void => {
  const rush = rushOf(sql)
  rush.flying += 1
  const land = () => {
    rush.flying -= 1
    if (rush.flying === 0) for (const go of rush.landed) go()
  }
  answer.then(land, land)
}

/** Once no call waits to leave and none is under way, or after a second when only the latter holds. */
export const afterCalls = async <T>(sql: Sql, work: () => Promise<T>): Promise<T> => {
  await untilLanded(rushOf(sql))
  return later.add(work)
}

const untilLanded = async (rush: Rush): Promise<void> => {
  if (rush.flying === 0) return
  await new Promise<void>((resolve) => {
    const go = () => {
      clearTimeout(timer)
      rush.landed.delete(go)
      resolve()
    }
    const timer = setTimeout(go, heldBackMs)
    rush.landed.add(go)
  })
}

const rushOf = (sql: Sql): Rush => {
  const rush = rushes.get(sql) ?? { waiting: [], claiming: 0, leaving: 0, flying: 0, landed: new Set() }
  rushes.set(sql, rush)
  return rush
}

const turnOf = (sql: Sql, wish: ClaimWish, begin: () => void): Promise<Turn> => {
  const rush = rushOf(sql)
  later.pause()
  return new Promise((resolve, reject) => {
    rush.waiting.push({ wish, begin, resolve, reject })
    if (rush.waiting.length === 1) setImmediate(goOn, sql, rush) // all timers of this moment have come by then
  })
}

const goOn = (sql: Sql, rush: Rush): void => {
  while (rush.waiting.length > 0 && rush.claiming < statementsAtOnce && rush.leaving <= leavingAtOnce - claimedTogether)
    void claimSome(sql, rush, takeSome(rush))
  if (rush.waiting.length === 0 && rush.claiming === 0 && rush.leaving === 0) later.start()
}

/** Of one target only the first: two of its sends may wait here, and a statement's claim is for one of them. The other then finds none. */
const takeSome = (rush: Rush): Waiting[] => {
  const ids = new Set<string>()
  const some: Waiting[] = []
  const rest: Waiting[] = []
  for (const one of rush.waiting) {
    const isTaken = some.length < claimedTogether && !ids.has(one.wish.id)
    ;(isTaken ? some : rest).push(one)
    ids.add(one.wish.id)
  }
  rush.waiting = rest
  return some
}

const claimSome = async (sql: Sql, rush: Rush, some: Waiting[]): Promise<void> => {
  rush.claiming += 1
  rush.leaving += some.length
  const over = () => {
    rush.leaving -= 1
    goOn(sql, rush)
  }
  try {
    for (const { begin } of some) begin()
    const claims = await claimTargets(
      sql,
      some.map(({ wish }) => wish),
    )
    for (const one of some) {
      const claim = claims.get(one.wish.id)
      if (claim || some.length === 1) one.resolve({ claim, over })
      else void claimAlone(sql, one, over)
    }
  } catch (error) {
    for (const { reject } of some) reject(error)
    rush.leaving -= some.length
  } finally {
    rush.claiming -= 1
    goOn(sql, rush)
  }
}

/** Nothing to claim, or its row was held by somebody else just then: alone it waits for them. */
const claimAlone = async (sql: Sql, { wish, begin, resolve, reject }: Waiting, over: () => void): Promise<void> => {
  try {
    begin()
    resolve({ claim: (await claimTargets(sql, [wish])).get(wish.id), over })
  } catch (error) {
    reject(error)
    over()
  }
}
