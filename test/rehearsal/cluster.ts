import { setTimeout as sleep } from 'node:timers/promises'
import type { Client } from '@temporalio/client'
import { inTrouble } from '../../web/operate/temporal.ts'

/**
 * How often each schedule has fired. Throws if one that should fire doesn't within 100 s, or if
 * what it starts fails.
 */
export const seeSchedulesFire = async (client: Client): Promise<Record<string, number>> => {
  const fired: Record<string, number> = {}
  for await (const { scheduleId } of client.schedule.list()) fired[scheduleId] = 0
  for (const id of ['reconcile-starts', 'measure-0', 'retention']) {
    if (!(id in fired)) throw new Error(`there is no schedule ${id}`)
    const schedule = client.schedule.getHandle(id)
    // The first one fires every minute. The others are triggered instead of waiting for them.
    if (id !== 'reconcile-starts') await schedule.trigger()
    const last = await untilSome(`the schedule ${id} to fire`, 100, async () => {
      const { info } = await schedule.describe()
      fired[id] = info.numActionsTaken
      return info.recentActions.at(-1)
    })
    const { workflowId, firstExecutionRunId } = last.action.workflow
    await client.workflow.getHandle(workflowId, firstExecutionRunId).result()
  }
  return fired
}

/**
 * How many workflows the cluster finds for each of the named queries. Throws if it finds none
 * within 90 s.
 */
export const searchFor = async (
  client: Client,
  queries: Record<string, string>,
): Promise<Record<string, number>> => {
  const found: Record<string, number> = {}
  for (const [name, query] of Object.entries(queries))
    found[name] = await untilSome(`workflows with ${query}`, 90, async () => {
      let count = 0
      for await (const _ of client.workflow.list({ query })) count += 1
      return count
    })
  return found
}

/**
 * The number of workflows in the namespace, of their failed tasks, and of those that are in trouble
 * now.
 */
export const seeHealth = async (
  client: Client,
): Promise<{ workflows: number; failedTasks: number; inTrouble: number }> => {
  let workflows = 0
  let failedTasks = 0
  for await (const { workflowId, runId } of client.workflow.list()) {
    const { events } = await client.workflow.getHandle(workflowId, runId).fetchHistory()
    workflows += 1
    failedTasks += (events ?? []).filter((event) => event.workflowTaskFailedEventAttributes).length
  }
  return { workflows, failedTasks, inTrouble: (await client.workflow.count(inTrouble)).count }
}

/** Asks every second until there is an answer, and returns it. Throws after `seconds`. */
export const untilSome = async <T>(
  what: string,
  seconds: number,
  ask: () => Promise<T | undefined>,
): Promise<NonNullable<T>> => {
  for (const giveUpAt = Date.now() + seconds * 1_000; Date.now() < giveUpAt; await sleep(1_000)) {
    const answer = await ask()
    if (answer) return answer
  }
  throw new Error(`waited ${seconds} s for ${what}`)
}
