/**
 * TikTok accepts six posts per minute and account, so a single account would delay a run. The first
 * account exists; the others are created.
 */
export const tiktokAccounts = [
  'northside.records',
  'northside.tapes',
  'northside.singles',
  'northside.live',
]
