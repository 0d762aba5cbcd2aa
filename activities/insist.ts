import { setTimeout as pause } from 'node:timers/promises'

const pausesMs = [200, 500, 1_000, 2_000, 5_000, 10_000, 20_000]

/**
 * Writes what is known although the database is away for a moment: what came of a call must not be lost because a connection died.
 * After some forty seconds the error goes on; the attempt is then reconciled from what the platform shows.
 */
export const insist = async <T>(write: () => Promise<T>): Promise<T> => {
  for (const pauseMs of pausesMs) {
    try {
      return await write()
    } catch (error) {
      if (!isConnectionLost(error)) throw error
      await pause(pauseMs)
    }
  }
  return write()
}

const lostCodes = new Set([
  'CONNECTION_CLOSED',
  'CONNECTION_ENDED',
  'CONNECTION_DESTROYED',
  'CONNECT_TIMEOUT',
  'ECONNREFUSED',
  'ECONNRESET',
  '57P01',
  '57P02',
  '57P03',
])

const isConnectionLost = (error: unknown): boolean => {
  if (!(error instanceof Error)) return false
  if (error.message === 'the transaction lost its connection') return true
  return 'code' in error && typeof error.code === 'string' && lostCodes.has(error.code)
}
