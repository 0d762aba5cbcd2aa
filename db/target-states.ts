/** Where a target can be; checked in SQL and drawn in the pages. */
export type TargetState =
  | 'scheduled'
  | 'preparing'
  | 'ready'
  | 'sending'
  | 'processing'
  | 'published'
  | 'failed'
  | 'unconfirmed'
  | 'missed'
  | 'canceled'

/** Nothing has left for the platform yet: the person may still change everything. */
export const unsentStates: TargetState[] = ['scheduled', 'preparing', 'ready']

/** The call has left or may have left. */
export const sentStates: TargetState[] = ['sending', 'processing', 'published', 'unconfirmed']

export const isUnsent = (state: TargetState): boolean => unsentStates.includes(state)
export const isSent = (state: TargetState): boolean => sentStates.includes(state)
