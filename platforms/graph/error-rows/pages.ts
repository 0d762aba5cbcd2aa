import type { ErrorRow } from './row.ts'

const hour = 3_600_000

/** Pages: problems with a text, link, picture or video. */
export const pageRows: ErrorRow[] = [
  {
    code: 324,
    subcode: null,
    kind: 'rejected',
    words: 'Facebook could not read the picture. Upload it again as JPEG.',
  },
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
  {
    code: 6000,
    subcode: null,
    kind: 'unavailable',
    words: 'Facebook couldn’t accept the upload of the video.',
  },
  {
    code: 6001,
    subcode: null,
    kind: 'unavailable',
    words: 'Facebook couldn’t accept the upload of the video.',
  },
  {
    code: null,
    subcode: 1346003,
    kind: 'rejected',
    words: 'Facebook considers the content abusive and rejected it.',
  },
  {
    code: null,
    subcode: 1390008,
    kind: 'rate_limited',
    words: 'Facebook says this account posts too fast.',
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
    words:
      'Facebook asks for its Page Publishing Authorization first. Open Facebook and complete it.',
  },
  {
    code: null,
    subcode: 1404102,
    kind: 'rejected',
    words: 'Facebook says the content breaks its Community Standards.',
  },
  {
    code: null,
    subcode: 1404112,
    kind: 'permission',
    words: 'Facebook has limited this account. Open Facebook to see why.',
  },
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
  {
    code: null,
    subcode: 1349125,
    kind: 'rejected',
    words: 'Facebook doesn’t accept the text or the format of the file.',
  },
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
  {
    code: null,
    subcode: 1363031,
    kind: 'rejected',
    words: 'Facebook couldn’t find a video in the file.',
  },
  {
    code: null,
    subcode: 1363032,
    kind: 'rejected',
    words: 'Facebook couldn’t find a video in the file.',
  },
  { code: null, subcode: 1363040, kind: 'rejected', words: 'A reel must be upright, 9:16.' },
  {
    code: null,
    subcode: 1363041,
    kind: 'unavailable',
    words: 'The upload of the video took too long and will start over.',
  },
  {
    code: null,
    subcode: 1363047,
    kind: 'rejected',
    words: 'Facebook doesn’t accept this video as a reel.',
  },
  {
    code: null,
    subcode: 1363127,
    kind: 'rejected',
    words: 'A reel needs at least 540 x 960 pixels.',
  },
  { code: null, subcode: 1363128, kind: 'rejected', words: 'A reel must last 3 to 90 seconds.' },
  {
    code: null,
    subcode: 1363129,
    kind: 'rejected',
    words: 'A reel must have 24 to 60 frames per second.',
  },
  {
    code: null,
    subcode: 2061006,
    kind: 'rejected',
    words: 'Facebook could not use the address of the file.',
  },
  { code: null, subcode: 2069019, kind: 'rejected', words: 'Facebook could not read the file.' },
  {
    code: null,
    subcode: 4854002,
    kind: 'permission',
    words: 'Facebook asks the person who connected this account to confirm their identity.',
  },
]
