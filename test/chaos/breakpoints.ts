import { Context } from '@temporalio/activity'

/**
 * Loaded into a worker before its own code: right before and right after every call that an activity makes over HTTP, whoever set the
 * breakpoints is asked, and the activity stays there until the answer comes. The call itself is the real one.
 */
const address = process.env.BREAKPOINTS_URL
if (!address) throw new Error('BREAKPOINTS_URL is not set')

const realFetch = globalThis.fetch
const counts = new Map<string, number>()

globalThis.fetch = async (input, init) => {
  const step = stepOf()
  if (!step) return realFetch(input, init)
  const number = (counts.get(`${step.targetId} ${step.name}`) ?? 0) + 1
  counts.set(`${step.targetId} ${step.name}`, number)
  await ask({ ...step, number, moment: 'before' })
  const response = await realFetch(input, init)
  const body = await response.arrayBuffer()
  await ask({ ...step, number, moment: 'after' })
  const { status, headers } = response
  return new Response(body, { status, headers })
}

async function ask(where: object): Promise<void> {
  const answer = await realFetch(`${address}`, { method: 'POST', body: JSON.stringify(where) })
  await answer.arrayBuffer()
}

/** Which step of which target makes the call; undefined outside of activities. */
function stepOf(): { targetId: string; name: string } | undefined {
  try {
    const { activityType, workflowExecution } = Context.current().info
    const targetId = workflowExecution?.workflowId.replace(/^target-/, '')
    return targetId ? { targetId, name: activityType } : undefined
  } catch {
    return undefined
  }
}
