import { equalText, hidden } from './codes.ts'
import { connectAgain, type ErrorRow, setup } from './row.ts'

const minute = 60_000
const hour = 60 * minute

/**
 * Codes that apply to every call. Sources: Meta's error reference and field reports, as of November
 * 2026.
 */
export const generalRows: ErrorRow[] = [
  { code: 1, subcode: null, kind: 'unavailable', words: 'Meta had an unknown error.' },
  { code: 2, subcode: null, kind: 'unavailable', words: 'Meta is temporarily unavailable.' },
  { code: 3, subcode: null, kind: 'rejected', words: `${setup} it lacks this capability.` },
  {
    code: 4,
    subcode: null,
    kind: 'rate_limited',
    words: 'Meta is limiting all requests from this installation for a while.',
    limited: 'app',
    waitMs: 15 * minute,
  },
  {
    code: 10,
    subcode: null,
    kind: 'permission',
    words:
      'Meta says a permission is missing. Reconnect the account and leave every permission selected.',
  },
  {
    code: 17,
    subcode: null,
    kind: 'rate_limited',
    words: 'Meta is limiting requests for the person who connected this account.',
    limited: 'person',
    waitMs: 15 * minute,
  },
  {
    code: 20,
    subcode: 1772107,
    kind: 'unknown_outcome',
    words: 'The comment was created, but Meta did not give its details.',
  },
  {
    code: 32,
    subcode: null,
    kind: 'rate_limited',
    words: 'Facebook is limiting requests for this Page for a while.',
    waitMs: 15 * minute,
  },
  { code: 100, subcode: null, kind: 'rejected', words: 'Meta rejected part of the request.' },
  {
    ...hidden,
    kind: 'rejected',
    words: 'It no longer exists, or Meta no longer shows it to CrateSocial.',
  },
  { code: 101, subcode: null, kind: 'rejected', words: `${setup} the app id is not valid.` },
  {
    code: 102,
    subcode: null,
    kind: 'reauthorize',
    words: `The connection to Meta has ended. ${connectAgain}`,
  },
  {
    code: 104,
    subcode: null,
    kind: 'rejected',
    words: `${setup} the signature of a call was not accepted.`,
  },
  {
    code: 197,
    subcode: null,
    kind: 'rejected',
    words: 'Facebook doesn’t accept empty posts. Write text or add a picture.',
  },
  {
    code: 200,
    subcode: null,
    kind: 'permission',
    words:
      'Meta says a permission or the role on the Page is missing. Ask someone who can create posts on the Page to reconnect the account.',
  },
  {
    code: 210,
    subcode: null,
    kind: 'permission',
    words: `Facebook needs the token of the Page for this. ${connectAgain}`,
  },
  {
    code: 283,
    subcode: null,
    kind: 'permission',
    words:
      'Meta requires another permission. Reconnect the account and leave every permission selected.',
  },
  {
    code: 341,
    subcode: null,
    kind: 'rate_limited',
    words: 'This Page has posted as much as Facebook allows for a day.',
    limited: 'posts',
    waitMs: 24 * hour,
  },
  {
    code: 368,
    subcode: null,
    kind: 'rate_limited',
    words:
      'Meta has blocked this action for a time because of its policies. Check the notifications in Facebook or Instagram.',
    limited: 'posts',
    waitMs: 24 * hour,
  },
  {
    code: equalText,
    subcode: null,
    kind: 'rejected',
    words: 'Facebook doesn’t accept the same text as the post before it. Change the text.',
    sent: 'unknown',
  },
  {
    code: 613,
    subcode: null,
    kind: 'rate_limited',
    words: 'Meta is limiting our requests for now.',
    waitMs: 15 * minute,
  },
  {
    code: 803,
    subcode: null,
    kind: 'rejected',
    words: 'Meta doesn’t know the requested address.',
  },
  {
    code: 2500,
    subcode: null,
    kind: 'rejected',
    words: 'The call needed the token of a person and had none.',
  },
  {
    code: 2635,
    subcode: null,
    kind: 'rejected',
    words: `${setup} this version of the Graph API has ended; raise META_API_VERSION.`,
  },
  {
    code: 3001,
    subcode: null,
    kind: 'rejected',
    words: 'The numbers were asked for without a metric.',
  },
  ...[80000, 80003, 80004, 80005, 80006, 80008, 80009, 80014].map(
    (code): ErrorRow => ({
      code,
      subcode: null,
      kind: 'rate_limited',
      words: 'Meta is limiting these requests for a while.',
      waitMs: 15 * minute,
    }),
  ),
  {
    code: 80001,
    subcode: null,
    kind: 'rate_limited',
    words: 'Facebook is limiting requests for this Page for a while.',
    waitMs: 15 * minute,
  },
  {
    code: 80002,
    subcode: null,
    kind: 'rate_limited',
    words: 'Instagram is limiting requests for this account for a while.',
    waitMs: 15 * minute,
  },
]
