/** The states of a target. Checked in SQL and shown on pages. */
export const targetStates = [
  'scheduled',
  'preparing',
  'ready',
  'sending',
  'processing',
  'published',
  'failed',
  'unconfirmed',
  'missed',
  'canceled',
  'erased',
] as const
export type TargetState = (typeof targetStates)[number]

/** Nothing has been sent yet, so the person can still change everything. */
export const unsentStates: TargetState[] = ['scheduled', 'preparing', 'ready']

/** The call was sent, or may have been sent. */
export const sentStates: TargetState[] = ['sending', 'processing', 'published', 'unconfirmed', 'erased']

export const isUnsent = (state: TargetState): boolean => unsentStates.includes(state)
export const isSent = (state: TargetState): boolean => sentStates.includes(state)
