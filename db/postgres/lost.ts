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

/**
 * Whether a statement failed because its connection ended or couldn't be opened. It may have been
 * executed.
 */
export const isConnectionLost = (error: unknown): boolean => {
  if (!(error instanceof Error)) return false
  return 'code' in error && typeof error.code === 'string' && lostCodes.has(error.code)
}
