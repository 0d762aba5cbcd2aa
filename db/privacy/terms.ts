/**
 * How long we keep what pages and promises speak of, as SQL intervals that read as words. Terms that
 * a single rule has are in retention.ts.
 */
export const terms = {
  /** A deactivated account. promise: R1 */
  account: '30 days',
  /** Analytics. promise: R3 */
  numbers: '24 months',
  /** Uploaded files. promise: R4 */
  media: '90 days',
  /** A review link and the names of its clients, after it ended. */
  reviewLink: '30 days',
  /** Records of what was done: the activity log, attempts to publish, emails about the policy. */
  records: '24 months',
} as const
