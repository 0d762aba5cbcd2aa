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
    A1: 'An account is created with an invitation only; nobody can sign up.',
    A2: 'It is for businesses, their clients and approved partners, on social accounts that they own or administer.',
    A3: 'Of a person it keeps name, work email address, password hash, the invitation used and the role, and nothing else.',
    A4: 'There are two roles: manager and admin.',
    A5: 'A password is kept as a salted hash (Argon2id) only.',
    A6: 'Sign-in is limited in rate, and locks after repeated failures.',
    A7: 'There is one cookie, the session: Secure, HttpOnly, strictly necessary. So there is no banner.',
    A8: 'No third-party analytics, no tracking, no advertising: a page loads nothing from any other origin.',
  }),
  ...group('Data of platforms and people', {
    ...Object.fromEntries(
      issuerModules.map(({ policy: { promise } }) => [promise.id, promise.sentence]),
    ),
    D3: 'From people it keeps drafts, scheduled posts, a variant of the text for each platform, and uploaded media.',
    D4: 'Uploaded media has public addresses, because platforms fetch it from there; an address cannot be guessed.',
    D5: 'Data of platforms serves scheduling and analytics for the connected owner only: not sold, no advertising, no profiles.',
    D6: 'Platforms receive exactly the posts and requests that people direct it to make.',
    D7: 'The rules of the platforms on data, branding and consent are kept by the product itself.',
  }),
  ...group('What it does', {
    U1: 'It composes, schedules and publishes posts at the chosen time.',
    U2: 'It renews tokens by itself, so that scheduled posts do not fail.',
    U3: 'It fetches numbers and charts how posts do over time.',
    U4: 'It tells admins when a connection needs them or a post fails.',
  }),
  ...group('How long things are kept', {
    R1: `Account data is kept while the account is active and ${terms.account} after its deactivation; then it is deleted.`,
    R2: 'Tokens are deleted, and revoked at the platform, the moment an account is disconnected.',
    R3: `Analytics snapshots are kept for ${terms.numbers}, then they age out.`,
    R4: `Uploaded media is kept for ${terms.media} after the post that uses it was published; then it is gone from its public address.`,
  }),
  ...group('Protection', {
    S1: 'Tokens of platforms are encrypted at rest.',
    S2: 'All traffic is HTTPS.',
    S3: 'A token is never written to a log, a workflow history, an error, a logged address, a mail or a page.',
    S4: 'Internal access is for the people who operate the installation.',
    S5: 'It runs on the operator’s own server; data and tokens stay there.',
    S6: 'No more is kept than is needed, and every column has its purpose. Perfect security is not claimed.',
  }),
  ...group('Rights', {
    E1: 'Access: a person gets everything that is held about them and their connected accounts, as a file.',
    E2: 'Correction: a person can correct their account data.',
    E3: 'Deletion: a request revokes and removes tokens, account data, the snapshots tied to the accounts, and uploaded media.',
    E4: 'The page for deletion is public, needs no sign-in, and acts: a request starts there and is followed there.',
    E5: 'A platform’s calls for deletion and removal are honoured in the same way.',
  }),
  ...group('The public pages', {
    L1: 'The policy is public and has eleven sections, a list of contents, a version and the date of its last change, in plain language.',
    L2: 'One section gathers all data from platforms.',
    L3: 'When the policy changes, its date changes; a material change is told to everybody with an account.',
    L4: 'There is an address for questions, which each operator can set.',
  }),
]

/** The ids in one of our marks: `promise: E3, E4: …`, `promises A1, A7`. */
export const idsIn = (list: string): string[] => list.match(/[A-Z]\d/g) ?? []
