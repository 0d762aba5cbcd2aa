/**
 * Versions of the privacy policy, newest first, with the date that the page shows and a summary of
 * the changes. To publish a change, edit web/views/policy and add a version here. If it is
 * material, the worker notifies everyone at its next start. promise: L1, L3
 */
export type PolicyVersion = {
  version: string
  /** For example `2026-11-23`. */
  publishedOn: string
  /**
   * Whether it changes what is kept, why, for how long or who receives it. Then everyone with an
   * account is notified.
   */
  material: boolean
  /** Whole sentences that anyone understands. */
  changes: string
}
export type PolicyVersions = [PolicyVersion, ...PolicyVersion[]]

export const policyVersions: PolicyVersions = [
  {
    version: '2',
    publishedOn: '2026-11-30',
    material: true,
    changes:
      'The policy is rewritten in plain English and names more: who operates this installation and who else keeps or carries data; every ' +
      'permission and every piece of data that we get from the platforms, including profile pictures, which we now copy and show, posts of a connected account that were not made here, and watch time, follows, profile visits and clicks of posts; notes that you write in Insights; comments beside posts; saved versions of posts and edits that you didn’t save; links for calendar programs and feed readers; links by which clients review posts, with the names they type and one cookie for each link; reports that you make for clients, and the email addresses to which you have them sent; keys for programs, and answers to what they changed; how long ' +
      'backups are kept; and what is kept after a deletion, and why. When you disconnect an account, the name of the person who connected it ' +
      'and the permissions they granted are now deleted too. If a platform doesn’t answer when we revoke a token, we delete our encrypted copy ' +
      'after 3 days; before, that could take up to a year.',
  },
  { version: '1', publishedOn: '2026-11-25', material: false, changes: 'The first version.' },
]

export const policyOf = (deps: { policy?: PolicyVersions }): PolicyVersions =>
  deps.policy ?? policyVersions

/** Material changes since the version that the person has seen. Empty if nobody is signed in. */
export const policyNews = (
  versions: PolicyVersions,
  user: { policyVersion: string | null } | null | undefined,
): PolicyVersion[] => {
  if (!user) return []
  const seen = versions.findIndex((one) => one.version === user.policyVersion)
  return versions.slice(0, seen === -1 ? versions.length - 1 : seen).filter((one) => one.material)
}
