import { tx } from '../../db/postgres/connect.ts'
import { markMissed, markRefusedAhead } from '../../db/posts/target-progress.ts'
import type { TargetRow } from '../../db/posts/targets.ts'
import { waitForConnection } from '../../db/posts/waiting-targets.ts'
import type { Problem } from '../../platforms/errors.ts'
import { type Deps, distrustFacts, recordAndNotify } from './outcomes.ts'

/** The platform refused the post before anything was sent. */
export const settleRefusedAhead = async (
  deps: Deps,
  target: TargetRow,
  problem: Problem,
): Promise<void> => {
  await distrustFacts(deps, target, problem)
  const isOver = await tx(deps.sql, async (t) => {
    const marked = await markRefusedAhead(t, target, problem)
    if (marked) await recordAndNotify(t, target, 'failed', problem)
    return marked
  })
  if (isOver) deps.meters?.ended(target, 'failed')
}

/** The post's time passed while nothing could be sent. False if the row has moved on. */
export const settleMissed = async (deps: Deps, target: TargetRow): Promise<boolean> => {
  const isOver = await tx(deps.sql, async (t) => {
    const missed = await markMissed(t, target)
    if (missed) await recordAndNotify(t, target, 'missed')
    return missed
  })
  if (isOver) deps.meters?.ended(target, 'missed')
  return isOver
}

/**
 * The connection is lost and nothing was sent: the post waits for a person to reconnect. False if
 * the row has moved on. The loss is reported once by the code that noticed it, not for every post.
 */
export const settleWaitingForConnection = async (
  deps: Deps & { now: () => number },
  target: TargetRow,
  problem: Problem,
): Promise<boolean> => {
  const words = `Waits for ${target.channelName} to be connected again. ${problem.words}`
  return waitForConnection(deps.sql, target, problem, words, new Date(deps.now()))
}
