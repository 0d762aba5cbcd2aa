import { EventEmitter } from 'node:events'
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

/** Nothing is made that ends by an exception: a thousand may come to their end in one moment. */
const firstOf = (changes: EventEmitter, targetId: string, inMs: number, signal: AbortSignal): Promise<'time' | 'changed'> =>
  new Promise((resolve, reject) => {
    const end = (settle: () => void) => () => {
      clearTimeout(timer)
      changes.off(targetId, hear)
      signal.removeEventListener('abort', abort)
      settle()
    }
    const hear = end(() => resolve('changed'))
    const abort = end(() => reject(signal.reason))
    const timer = setTimeout(
      end(() => resolve('time')),
      Math.max(0, inMs),
    )
    changes.on(targetId, hear)
    signal.addEventListener('abort', abort)
    if (signal.aborted) abort()
  })
