import { EventEmitter } from 'node:events'
import type { Sql } from '../../db/postgres/connect.ts'

/**
 * Listens for changes of targets through Postgres, so that an armed send wakes as soon as its row
 * changes.
 */
export type TargetChanges = {
  /**
   * Resolves at the given time (epoch milliseconds), or earlier if the row changes. Rejects if the
   * signal aborts.
   */
  waitUntil(targetId: string, atMs: number, signal: AbortSignal): Promise<'time' | 'changed'>
  close(): Promise<void>
}

export const listenToTargets = async (
  sql: Sql,
  now: () => number = Date.now,
): Promise<TargetChanges> => {
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

/** Avoids promises that end by throwing, because a thousand may end at the same moment. */
const firstOf = (
  changes: EventEmitter,
  targetId: string,
  inMs: number,
  signal: AbortSignal,
): Promise<'time' | 'changed'> =>
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
