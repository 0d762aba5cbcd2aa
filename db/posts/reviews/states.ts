/**
 * `changes`: changes were requested. `edited`: a draft was edited after it was approved. `held`: its
 * time came before the approval.
 */
export const reviewStates = ['waiting', 'changes', 'approved', 'edited', 'held'] as const
export type ReviewState = (typeof reviewStates)[number]
/** Who is asked. */
export type ReviewStage = 'team' | 'client'
