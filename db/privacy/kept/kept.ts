/** Something that is stored, with its purpose and how long it is kept. */
export type Kept = {
  id: string
  group: Group
  /**
   * For the policy, such as "Name and work email address". For platform data, the issuer's own
   * wording replaces it.
   */
  what: string
  why: string
  kept: Term
  /** `table.column`, or `table.*` for all columns. */
  columns: string[]
}
type Group = 'account' | 'sessions' | 'content' | 'platform' | 'technical'

/** The name of a rule in db/privacy/retention.ts, or a description. */
export type Term = { rule: string } | { until: string }

/** The term of most of what a workspace makes. */
export const untilDeleted: Term = {
  until: 'As long as the workspace, or until someone deletes it',
}
