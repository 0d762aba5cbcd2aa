import type { ErrorKind, LimitedWhat } from '../errors.ts'

// Codes of Meta that our code decides by. All others are only in the tables below.

export const invalidToken = 190
/** The object is gone, or this token may not see it. */
export const hidden = { code: 100, subcode: 33 }
/** The text equals that of an earlier post. */
export const equalText = 506
/** Subcode: Instagram has restricted the action for some hours. */
export const restricted = 2207051
/** One number is withheld: too few viewers, or no permission for it. */
export const withheld = [10, 200]

/** One row of Meta's error table. `code` null: matches the subcode with any code. */
export type ErrorRow = {
  code: number | null
  /** Null: matches any subcode that has no row. */
  subcode: number | null
  kind: ErrorKind
  words: string
  /**
   * What the error means after a publishing call. `unknown`: the post may have been published
   * anyway. `no`: it was certainly not published. The default is `unknown` for kind `unavailable`
   * and `no` for all others.
   */
  sent?: 'unknown' | 'no'
  /** How long to wait if no header says it, in milliseconds. */
  waitMs?: number
  /** For kind `rate_limited`: what is limited. By default, every call for the account. */
  limited?: LimitedWhat
}

const minute = 60_000
const hour = 60 * minute

const connectAgain = 'Connect the account again.'
const setup = 'The operator of this installation needs to check the settings of the Meta app:'

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
    words: 'Meta has paused all calls of this installation for a while.',
    limited: 'app',
    waitMs: 15 * minute,
  },
  {
    code: 10,
    subcode: null,
    kind: 'permission',
    words: 'Meta says a permission is missing. Reconnect the account and leave every permission selected.',
  },
  {
    code: 17,
    subcode: null,
    kind: 'rate_limited',
    words: 'Meta has paused the calls of the person who connected this account.',
    limited: 'person',
    waitMs: 15 * minute,
  },
  { code: 20, subcode: 1772107, kind: 'unknown_outcome', words: 'The comment was created, but Meta did not give its details.' },
  {
    code: 32,
    subcode: null,
    kind: 'rate_limited',
    words: 'Facebook has paused the calls of this Page for a while.',
    waitMs: 15 * minute,
  },
  { code: 100, subcode: null, kind: 'rejected', words: 'Meta refused a part of the request.' },
  { ...hidden, kind: 'rejected', words: 'It no longer exists, or Meta no longer shows it to CrateSocial.' },
  { code: 101, subcode: null, kind: 'rejected', words: `${setup} the app id is not valid.` },
  { code: 102, subcode: null, kind: 'reauthorize', words: `The connection to Meta has ended. ${connectAgain}` },
  { code: 104, subcode: null, kind: 'rejected', words: `${setup} the signature of a call was not accepted.` },
  { code: 197, subcode: null, kind: 'rejected', words: 'Facebook doesn’t accept empty posts. Write text or add a picture.' },
  {
    code: 200,
    subcode: null,
    kind: 'permission',
    words:
      'Meta says a permission or the role on the Page is missing. Connect the account again with a person who may create posts.',
  },
  { code: 210, subcode: null, kind: 'permission', words: `Facebook needs the token of the Page for this. ${connectAgain}` },
  {
    code: 283,
    subcode: null,
    kind: 'permission',
    words: 'Meta asks for a further permission. Reconnect the account and leave every permission selected.',
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
    words: 'Meta has blocked this action for a time because of its policies. Check the notifications in Facebook or Instagram.',
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
  { code: 613, subcode: null, kind: 'rate_limited', words: 'Meta asks for fewer calls in this time.', waitMs: 15 * minute },
  { code: 803, subcode: null, kind: 'rejected', words: 'Meta does not know the address that was asked for.' },
  { code: 2500, subcode: null, kind: 'rejected', words: 'The call needed the token of a person and had none.' },
  {
    code: 2635,
    subcode: null,
    kind: 'rejected',
    words: `${setup} this version of the Graph API has ended; raise META_API_VERSION.`,
  },
  { code: 3001, subcode: null, kind: 'rejected', words: 'The numbers were asked for without a metric.' },
  ...[80000, 80003, 80004, 80005, 80006, 80008, 80009, 80014].map(
    (code): ErrorRow => ({
      code,
      subcode: null,
      kind: 'rate_limited',
      words: 'Meta has paused these calls for a while.',
      waitMs: 15 * minute,
    }),
  ),
  {
    code: 80001,
    subcode: null,
    kind: 'rate_limited',
    words: 'Facebook has paused the calls of this Page for a while.',
    waitMs: 15 * minute,
  },
  {
    code: 80002,
    subcode: null,
    kind: 'rate_limited',
    words: 'Instagram has paused the calls of this account for a while.',
    waitMs: 15 * minute,
  },
]

/** Login: invalid codes and tokens. After 190, the token never works again. */
export const loginRows: ErrorRow[] = [
  { code: 100, subcode: 36007, kind: 'reauthorize', words: 'Connecting took too long. Start again.' },
  { code: 100, subcode: 36008, kind: 'rejected', words: `${setup} the redirect address differs from the registered one.` },
  { code: 100, subcode: 36009, kind: 'reauthorize', words: 'This sign-in was used already. Start connecting again.' },
  {
    code: invalidToken,
    subcode: null,
    kind: 'reauthorize',
    words: `Meta no longer accepts the connection. ${connectAgain}`,
  },
  {
    code: invalidToken,
    subcode: 458,
    kind: 'reauthorize',
    words: `CrateSocial was removed in the settings of Facebook. ${connectAgain}`,
  },
  {
    code: invalidToken,
    subcode: 459,
    kind: 'reauthorize',
    words:
      'Facebook asks the person who connected this account to sign in at facebook.com and follow its instructions; then connect it again.',
  },
  {
    code: invalidToken,
    subcode: 460,
    kind: 'reauthorize',
    words: `The Facebook password was changed, which ended the connection. ${connectAgain}`,
  },
  { code: invalidToken, subcode: 463, kind: 'reauthorize', words: `The connection has expired. ${connectAgain}` },
  {
    code: invalidToken,
    subcode: 464,
    kind: 'reauthorize',
    words:
      'The Facebook account of the person who connected this is not confirmed. Confirm it at facebook.com, then connect again.',
  },
  {
    code: invalidToken,
    subcode: 467,
    kind: 'reauthorize',
    words: `Facebook signed out the person who connected this account. ${connectAgain}`,
  },
  {
    code: invalidToken,
    subcode: 490,
    kind: 'reauthorize',
    words: 'Facebook asks the person who connected this account to confirm who they are; then connect it again.',
  },
  {
    code: invalidToken,
    subcode: 492,
    kind: 'reauthorize',
    words: 'The person who connected this account no longer has a role on the Page. Someone who has one needs to connect it.',
  },
]

/** Pages: problems with a text, link, picture or video. */
export const pageRows: ErrorRow[] = [
  { code: 324, subcode: null, kind: 'rejected', words: 'Facebook could not read the picture. Upload it again as JPEG.' },
  { code: 382, subcode: null, kind: 'rejected', words: 'The video is too small for Facebook.' },
  { code: 389, subcode: null, kind: 'rejected', words: 'Facebook could not fetch the video.' },
  ...[1609005, 1609008, 1609010].map(
    (code): ErrorRow => ({
      code,
      subcode: null,
      kind: 'rejected',
      words: 'Facebook cannot open the link or does not allow it. Check the address.',
    }),
  ),
  { code: 6000, subcode: null, kind: 'unavailable', words: 'Facebook couldn’t accept the upload of the video.' },
  { code: 6001, subcode: null, kind: 'unavailable', words: 'Facebook couldn’t accept the upload of the video.' },
  { code: null, subcode: 1346003, kind: 'rejected', words: 'Facebook considers the content abusive and rejected it.' },
  {
    code: null,
    subcode: 1390008,
    kind: 'rate_limited',
    words: 'Facebook finds that this account posts too fast.',
    limited: 'posts',
    waitMs: hour,
  },
  {
    code: null,
    subcode: 1404006,
    kind: 'permission',
    words: 'Facebook asks for a security check. Open Facebook and follow its instructions.',
  },
  {
    code: null,
    subcode: 1404078,
    kind: 'permission',
    words: 'Facebook asks for its Page Publishing Authorization first. Open Facebook and complete it.',
  },
  { code: null, subcode: 1404102, kind: 'rejected', words: 'Facebook finds that the content breaks its Community Standards.' },
  { code: null, subcode: 1404112, kind: 'permission', words: 'Facebook has limited this account. Open Facebook to see why.' },
  {
    code: null,
    subcode: 1366046,
    kind: 'rejected',
    words: 'The picture is too large for Facebook or has a format it doesn’t accept.',
  },
  {
    code: null,
    subcode: 1366051,
    kind: 'rejected',
    words: 'Facebook already used this picture in a post, or no longer has it.',
    sent: 'unknown',
  },
  { code: null, subcode: 1349125, kind: 'rejected', words: 'Facebook doesn’t accept the text or the format of the file.' },
  { code: null, subcode: 1363022, kind: 'rejected', words: 'The video has less than 1 KB.' },
  { code: null, subcode: 1363023, kind: 'rejected', words: 'The video is larger than 2 GB.' },
  {
    code: null,
    subcode: 1363024,
    kind: 'rejected',
    words: 'Facebook doesn’t accept the format of the video. Use MP4 with H.264 and AAC.',
  },
  { code: null, subcode: 1363025, kind: 'rejected', words: 'The video is too short for Facebook.' },
  { code: null, subcode: 1363026, kind: 'rejected', words: 'The video is longer than 40 minutes.' },
  { code: null, subcode: 1363031, kind: 'rejected', words: 'Facebook finds no video in the file.' },
  { code: null, subcode: 1363032, kind: 'rejected', words: 'Facebook finds no video in the file.' },
  { code: null, subcode: 1363040, kind: 'rejected', words: 'A reel must be upright, 9:16.' },
  { code: null, subcode: 1363041, kind: 'unavailable', words: 'The upload of the video took too long and will start over.' },
  { code: null, subcode: 1363047, kind: 'rejected', words: 'Facebook doesn’t accept this video as a reel.' },
  { code: null, subcode: 1363127, kind: 'rejected', words: 'A reel needs at least 540 x 960 pixels.' },
  { code: null, subcode: 1363128, kind: 'rejected', words: 'A reel must last 3 to 90 seconds.' },
  { code: null, subcode: 1363129, kind: 'rejected', words: 'A reel must have 24 to 60 frames per second.' },
  { code: null, subcode: 2061006, kind: 'rejected', words: 'Facebook could not use the address of the file.' },
  { code: null, subcode: 2069019, kind: 'rejected', words: 'Facebook could not read the file.' },
  {
    code: null,
    subcode: 4854002,
    kind: 'permission',
    words: 'Facebook asks the person who connected this account to confirm their identity.',
  },
]
