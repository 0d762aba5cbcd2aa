import { setTimeout as sleep } from 'node:timers/promises'
import type { House } from '../house.ts'
import type { Supervised } from '../supervised.ts'
import type { Dice } from './dice.ts'

const sorts = ['worker', 'server', 'temporal', 'postgres'] as const
type Sort = (typeof sorts)[number]
export type Kill = {
  atMs: number
  sort: Sort /** 0 up to 1: which one of several. */
  which: number
}
export type Killed = Record<Sort, number>

/**
 * The same number of each sort, at random times between `fromMs` and `untilMs` (epoch
 * milliseconds).
 */
export const planKills = (dice: Dice, kills: number, fromMs: number, untilMs: number): Kill[] =>
  Array.from({ length: kills }, (_, index) => ({
    atMs: dice.whole(fromMs, untilMs),
    sort: sorts[index % sorts.length] ?? 'worker',
    which: dice.share(),
  })).sort((a, b) => a.atMs - b.atMs)

/**
 * Kills according to the plan. A process that is down at its time is killed as soon as it is up
 * again. Returns how many of each were killed.
 */
export const carryOutKills = async (
  house: House,
  plan: Kill[],
  say: (line: string) => void,
): Promise<Killed> => {
  const killed: Killed = { worker: 0, server: 0, temporal: 0, postgres: 0 }
  const queues = new Map<Supervised, Promise<void>>()
  for (const kill of plan) {
    await sleep(Math.max(0, kill.atMs - Date.now()))
    const victim = victimOf(house, kill)
    const before = queues.get(victim) ?? Promise.resolve()
    const next = before.then(async () => {
      if (!(await victim.kill())) return
      killed[kill.sort] += 1
      say(`kill -9 ${victim.name}`)
    })
    queues.set(victim, next)
  }
  await Promise.all(queues.values())
  return killed
}

const victimOf = (house: House, { sort, which }: Kill): Supervised => {
  const candidates = {
    worker: house.workers,
    server: house.servers,
    temporal: [house.temporal],
    postgres: [house.postgres],
  }[sort]
  const victim = candidates[Math.floor(which * candidates.length)]
  if (!victim) throw new Error(`there is no ${sort} to kill`)
  return victim
}
