/** Versions of the privacy policy, newest first: the dates that the page shows, and what was said when it changed. promise: L1, L3 */
export type PolicyVersion = {
  version: string
  /** `2026-11-23` */
  publishedOn: string
  /** Changes what is kept, why, how long or who gets it: everybody with an account is told. */
  material: boolean
  changes: string
}

export const policyVersions: [PolicyVersion, ...PolicyVersion[]] = [
  { version: '1', publishedOn: '2026-11-23', material: false, changes: 'The first version.' },
]

export const policyNow = policyVersions[0]
