import { restricted } from './codes.ts'
import type { ErrorRow } from './row.ts'

const minute = 60_000
const hour = 60 * minute

const badVideo =
  'Instagram cannot use the format of the video. Use MP4 with H.264 video and AAC sound, at a steady frame rate.'
const tags = 'Instagram doesn’t accept the tags of this post. The limit is 20 people or products.'

/**
 * Instagram's content publishing codes, as of June 2026. The subcodes from 2207076 on are
 * undocumented. They usually appear in a container's `status`, which gives only the subcode.
 */
export const instagramRows: ErrorRow[] = [
  { code: -1, subcode: null, kind: 'unavailable', words: 'Instagram had an error.' },
  { code: -1, subcode: 2207001, kind: 'unavailable', words: 'Instagram had an error.' },
  {
    code: -1,
    subcode: 2207032,
    kind: 'unavailable',
    words: 'Instagram could not prepare the file.',
  },
  {
    code: -1,
    subcode: 2207053,
    kind: 'unavailable',
    words: 'Instagram couldn’t accept the file and gave no reason.',
  },
  {
    code: -1,
    subcode: 2207073,
    kind: 'rejected',
    words: 'Instagram doesn’t let other apps delete this kind of post.',
  },
  {
    code: -2,
    subcode: 2207003,
    kind: 'unavailable',
    words: 'Instagram could not fetch the file in time.',
  },
  {
    code: -2,
    subcode: 2207020,
    kind: 'unavailable',
    words: 'The files that Instagram prepared have expired.',
  },
  {
    code: 1,
    subcode: 2207057,
    kind: 'rejected',
    words: 'The time chosen for the cover is outside the video.',
  },
  {
    code: 4,
    subcode: restricted,
    kind: 'rate_limited',
    words:
      'Instagram has restricted this action to protect its community. Wait some hours before the next try.',
    sent: 'unknown',
    limited: 'posts',
    waitMs: 4 * hour,
  },
  {
    code: 9,
    subcode: 2207042,
    kind: 'rate_limited',
    words: 'This account has published as much as Instagram allows through other apps in 24 hours.',
    limited: 'posts',
    waitMs: hour,
  },
  // An already published container may return this too. Only reading the container shows which it
  // is.
  {
    code: 24,
    subcode: 2207006,
    kind: 'rejected',
    words: 'Instagram can’t find the files it prepared for this post.',
    sent: 'unknown',
  },
  {
    code: 24,
    subcode: 2207008,
    kind: 'unavailable',
    words: 'The files that Instagram prepared don’t exist anymore or have expired.',
    sent: 'no',
    waitMs: minute / 2,
  },
  {
    code: 25,
    subcode: 2207050,
    kind: 'permission',
    words:
      'Instagram has restricted this account or asks it to confirm something. Open Instagram, do what it asks, then try again.',
  },
  {
    code: 100,
    subcode: 2207023,
    kind: 'rejected',
    words: 'Instagram doesn’t know this kind of post.',
  },
  {
    code: 100,
    subcode: 2207028,
    kind: 'rejected',
    words: 'A carousel has from 2 to 10 pictures or videos.',
  },
  ...[2207035, 2207036, 2207037].map(
    (subcode): ErrorRow => ({ code: 100, subcode, kind: 'rejected', words: tags }),
  ),
  {
    code: 100,
    subcode: 2207040,
    kind: 'rejected',
    words: 'Instagram accepts at most 20 mentions or tags.',
  },
  { code: 352, subcode: null, kind: 'rejected', words: badVideo },
  { code: 352, subcode: 2207026, kind: 'rejected', words: badVideo },
  {
    code: 9004,
    subcode: null,
    kind: 'unavailable',
    words:
      'Instagram could not fetch the file. The address of uploaded media must be reachable from the internet.',
  },
  {
    code: 9004,
    subcode: 2207052,
    kind: 'unavailable',
    words:
      'Instagram could not fetch the file. The address of uploaded media must be reachable from the internet.',
  },
  {
    code: 9007,
    subcode: null,
    kind: 'unavailable',
    words: 'Instagram is still preparing the file.',
    sent: 'no',
    waitMs: 5_000,
  },
  {
    code: 9007,
    subcode: 2207027,
    kind: 'unavailable',
    words: 'Instagram is still preparing the file.',
    sent: 'no',
    waitMs: 5_000,
  },
  { code: 36000, subcode: null, kind: 'rejected', words: 'The picture is larger than 8 MB.' },
  { code: 36000, subcode: 2207004, kind: 'rejected', words: 'The picture is larger than 8 MB.' },
  { code: 36001, subcode: null, kind: 'rejected', words: 'Instagram only accepts JPEG pictures.' },
  {
    code: 36001,
    subcode: 2207005,
    kind: 'rejected',
    words: 'Instagram only accepts JPEG pictures.',
  },
  {
    code: 36003,
    subcode: null,
    kind: 'rejected',
    words: 'The picture must be between 4:5 and 1.91:1. Crop it.',
  },
  {
    code: 36003,
    subcode: 2207009,
    kind: 'rejected',
    words: 'The picture must be between 4:5 and 1.91:1. Crop it.',
  },
  {
    code: 36004,
    subcode: null,
    kind: 'rejected',
    words: 'The text is longer than 2,200 characters or has more than 30 hashtags.',
  },
  {
    code: 36004,
    subcode: 2207010,
    kind: 'rejected',
    words: 'The text is longer than 2,200 characters or has more than 30 hashtags.',
  },
  { code: null, subcode: 2207076, kind: 'rejected', words: badVideo },
  {
    code: null,
    subcode: 2207077,
    kind: 'unavailable',
    words: 'Instagram could not fetch the video.',
  },
  {
    code: null,
    subcode: 2207081,
    kind: 'rejected',
    words: 'Instagram doesn’t allow trial reels on this account.',
  },
  {
    code: null,
    subcode: 2207082,
    kind: 'rejected',
    words:
      'Instagram couldn’t accept the video. A known cause is an audio track that is silent or declared wrongly.',
  },
  {
    code: null,
    subcode: 2207085,
    kind: 'unavailable',
    words: 'Instagram could not process the file.',
  },
]
