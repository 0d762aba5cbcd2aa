import { EventEmitter, once } from 'node:events'
import type { Sql } from '../db/connect.ts'

/** Hears of changes to targets through Postgres, so that an armed send wakes at once when its row changes. */
export type TargetChanges = {
  /** Resolves at the instant (epoch ms), or earlier when the row changed. Rejects when the signal aborts. */
  waitUntil(targetId: string, atMs: number, signal: AbortSignal): Promise<'time' | 'changed'>
  close(): Promise<void>
}

export const listenToTargets = async (sql: Sql, now: () => number = Date.now): Promise<TargetChanges> => {
  const changes = new EventEmitter().setMaxListeners(0)
  const subscription = await sql.listen('targets', (payload) => {
    const targetId = payload.split(' ')[2]
    if (targetId) changes.emit(targetId)
  })
  return {
    waitUntil: (targetId, atMs, signal) => firstOf(changes, targetId, atMs - now(), signal),
    close: () => subscription.unlisten(),
  }
}

const firstOf = async (
  changes: EventEmitter,
  targetId: string,
  inMs: number,
  signal: AbortSignal,
): Promise<'time' | 'changed'> => {
  const over = new AbortController()
  const ends = AbortSignal.any([over.signal, signal])
  const time = new Promise<'time'>((resolve) => {
    const timer = setTimeout(() => resolve('time'), Math.max(0, inMs))
    ends.addEventListener('abort', () => clearTimeout(timer), { once: true })
  })
  const change = once(changes, targetId, { signal: ends }).then(() => 'changed' as const)
  try {
    return await Promise.race([time, change])
  } finally {
    over.abort()
    await change.catch(() => undefined) // its end was asked for, one line above
  }
}
