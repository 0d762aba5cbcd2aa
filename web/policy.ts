import type { User } from './env.ts'

/**
 * Versions of the privacy policy, newest first: the version and date that the page shows, and what was said when it changed. To publish
 * a change, write it into web/views/pages and add a version here; the next start of the worker tells everybody when it is material.
 * promise: L1, L3
 */
export type PolicyVersion = {
  version: string
  /** `2026-11-23` */
  publishedOn: string
  /** Changes what is kept, why, how long or who gets it: everybody with an account is told. */
  material: boolean
  /** In words for everybody, whole sentences. */
  changes: string
}
export type PolicyVersions = [PolicyVersion, ...PolicyVersion[]]

export const policyVersions: PolicyVersions = [
  { version: '1', publishedOn: '2026-11-25', material: false, changes: 'The first version.' },
]

export const policyOf = (deps: { policy?: PolicyVersions }): PolicyVersions => deps.policy ?? policyVersions

/** Material changes since the version that this person has seen; nothing for who is not signed in. */
export const policyNews = (versions: PolicyVersions, user: User | null | undefined): PolicyVersion[] => {
  if (!user) return []
  const seen = versions.findIndex((one) => one.version === user.policyVersion)
  return versions.slice(0, seen === -1 ? versions.length - 1 : seen).filter((one) => one.material)
}
