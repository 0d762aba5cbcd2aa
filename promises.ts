import { terms } from './db/privacy/terms.ts'
import { issuerModules } from './platforms/index.ts'

/**
 * What CrateSocial promises, by id. `// promise: R4` marks the code that keeps a promise, and
 * `promise R4` in a test's title marks the test that proves it. `npm run promises` counts both. The
 * public policy is based on this list.
 */
export type PromiseMade = { id: string; about: string; sentence: string }

const group = (about: string, sentences: Record<string, string>): PromiseMade[] =>
  Object.entries(sentences).map(([id, sentence]) => ({ id, about, sentence }))

export const promises: PromiseMade[] = [
  ...group('Access and account', {
    A1: 'CrateSocial is invite-only. An account can only be created with an invitation.',
    A2: 'CrateSocial is for businesses, their clients and approved partners, with social accounts that they own or administer.',
    A3: 'About a person, CrateSocial stores name, work email address, password hash, the invitation used and role. It stores two-step secrets, passkeys and preferences only if the person chooses them, and nothing else.',
    A4: 'There are two roles: manager and admin.',
    A5: 'A password is stored only as a salted hash (Argon2id).',
    A6: 'Sign-in is rate-limited and locks after repeated failures.',
    A7: 'With an account, there is one cookie, the session cookie. A client who reviews posts by a link gets one for that link. Both are Secure, HttpOnly and strictly necessary, so there is no consent banner.',
    A8: 'There is no third-party analytics, tracking or advertising. A page loads nothing from any other origin.',
  }),
  ...group('Data of platforms and people', {
    ...Object.fromEntries(
      issuerModules.map(({ policy: { promise } }) => [promise.id, promise.sentence]),
    ),
    D3: 'From people, CrateSocial keeps drafts, scheduled posts, a variant of the text for each platform, and uploaded media.',
    D4: 'Uploaded media has public addresses, because platforms fetch it from there. An address can’t be guessed.',
    D5: 'Platform data is used only for scheduling and analytics for the connected owner. It’s not sold, and not used for ads or profiles.',
    D6: 'Platforms receive exactly the posts and requests that people direct CrateSocial to make.',
    D7: 'The product itself follows the platforms’ rules on data, branding and consent.',
  }),
  ...group('What it does', {
    U1: 'CrateSocial composes, schedules and publishes posts at the chosen time.',
    U2: 'CrateSocial renews tokens automatically, so that scheduled posts don’t fail.',
    U3: 'CrateSocial fetches metrics and charts how posts perform over time.',
    U4: 'CrateSocial alerts admins when a connection needs to be reconnected or a post fails.',
  }),
  ...group('How long things are kept', {
    R1: `Account data is kept while the account is active and ${terms.account} after it’s deactivated. Then it’s deleted.`,
    R2: 'Tokens are deleted, and revoked at the platform, the moment an account is disconnected.',
    R3: `Analytics snapshots are kept for ${terms.numbers}, then deleted.`,
    R4: `Uploaded media is kept for ${terms.media} after the post that uses it was published. Then it’s gone from its public address.`,
  }),
  ...group('Protection', {
    S1: 'Platform tokens are encrypted at rest.',
    S2: 'All traffic uses HTTPS.',
    S3: 'A token is never written to a log, a workflow history, an error, a logged address, an email or a page.',
    S4: 'Internal access is limited to the people who operate the installation.',
    S5: 'CrateSocial runs on the operator’s own server. Data and tokens stay there.',
    S6: 'CrateSocial stores no more than it needs: every column has its purpose. It doesn’t claim perfect security.',
  }),
  ...group('Rights', {
    E1: 'Access: a person can get everything held about them and their connected accounts, as a file.',
    E2: 'Correction: a person can correct their account data.',
    E3: 'Deletion: a request revokes and removes tokens, account data, the snapshots tied to the accounts, and uploaded media.',
    E4: 'The data deletion page is public and needs no sign-in. A person can start a deletion request there and follow its progress.',
    E5: 'A platform’s calls for deletion and removal are honored the same way.',
  }),
  ...group('The public pages', {
    L1: 'The policy is public, in plain language, and has eleven sections, a table of contents, a version and the date of its last change.',
    L2: 'One section gathers all data from platforms.',
    L3: 'When the policy changes, its date changes. Everyone with an account is told about material changes.',
    L4: 'There is an address for questions. Each operator can set their own.',
  }),
]

/** The ids in one of our marks: `promise: E3, E4: …`, `promises A1, A7`. */
export const idsIn = (list: string): string[] => list.match(/[A-Z]\d/g) ?? []
