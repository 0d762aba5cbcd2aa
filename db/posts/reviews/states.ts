/**
 * `changes`: changes were requested. `edited`: a draft was edited after it was approved. `held`: its
 * time came before the approval.
 */
export type ReviewState = 'waiting' | 'changes' | 'approved' | 'edited' | 'held'
/** Who is asked. */
export type ReviewStage = 'team' | 'client'
