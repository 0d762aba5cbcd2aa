import { Context } from '@temporalio/activity'
import { Agent } from 'undici'

/**
 * Loaded into a worker before its own code. Right before and after every HTTP call of an activity,
 * asks the breakpoint server and waits for its answer. The call itself is real.
 */
const address = process.env.BREAKPOINTS_URL
if (!address) throw new Error('BREAKPOINTS_URL is not set')

const counts = new Map<string, number>()
const dispatch = Agent.prototype.dispatch

Agent.prototype.dispatch = function (options, handler) {
  const step = String(options.origin) === new URL(address).origin ? undefined : stepOf()
  if (!step) return dispatch.call(this, options, handler)
  const number = (counts.get(`${step.targetId} ${step.name}`) ?? 0) + 1
  counts.set(`${step.targetId} ${step.name}`, number)
  const complete = handler.onComplete?.bind(handler)
  // Delays the end of the response, without which nobody gets the answer.
  handler.onComplete = (trailers) =>
    void ask({ ...step, number, moment: 'after' }).then(() => complete?.(trailers))
  void ask({ ...step, number, moment: 'before' }).then(() => dispatch.call(this, options, handler))
  return true
}

async function ask(where: object): Promise<void> {
  const answer = await fetch(`${address}`, { method: 'POST', body: JSON.stringify(where) })
  await answer.arrayBuffer()
}

/** The step and target of the current call. Undefined outside activities. */
function stepOf(): { targetId: string; name: string } | undefined {
  try {
    const { activityType, workflowExecution } = Context.current().info
    const targetId = workflowExecution?.workflowId.replace(/^target-/, '')
    return targetId ? { targetId, name: activityType } : undefined
  } catch {
    return undefined
  }
}
