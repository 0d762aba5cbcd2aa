const minuteS = 60
const hourS = 3_600
const dayS = 24 * hourS

/**
 * How often something may be tried: `hits` per `windowS` seconds. Names that end in -from count per
 * network; the others count per person, email address, session or link. docs/security.md lists them
 * all (test/hostile/limits.test.ts).
 */
export const throttles = {
  'sign-in-pair': { hits: 5, windowS: 5 * minuteS },
  'sign-in-pair-hour': { hits: 20, windowS: hourS },
  'sign-in-from': { hits: 50, windowS: 15 * minuteS },
  'sign-in-person': { hits: 100, windowS: hourS },
  'sign-in-link': { hits: 10, windowS: hourS },
  confirm: { hits: 5, windowS: 5 * minuteS },
  'confirm-hour': { hits: 20, windowS: hourS },
  code: { hits: 5, windowS: 15 * minuteS },
  'code-day': { hits: 20, windowS: dayS },
  recovery: { hits: 10, windowS: hourS },
  'code-mail': { hits: 1, windowS: dayS },
  'passkey-from': { hits: 50, windowS: 15 * minuteS },
  // Longer than a challenge is valid, so that each is accepted only once.
  'passkey-challenge': { hits: 1, windowS: 10 * minuteS },
  'link-mail-email': { hits: 3, windowS: hourS },
  'link-mail-from': { hits: 20, windowS: hourS },
  'reset-email': { hits: 3, windowS: hourS },
  'reset-from': { hits: 20, windowS: hourS },
  'deletion-email': { hits: 3, windowS: hourS },
  'deletion-from': { hits: 20, windowS: hourS },
  'email-change': { hits: 5, windowS: hourS },
  comment: { hits: 40, windowS: 10 * minuteS },
  export: { hits: 5, windowS: dayS },
  'link-from': { hits: 60, windowS: 15 * minuteS },
  // Calendar services read the feeds of many people from one address.
  feed: { hits: 60, windowS: hourS },
  'feed-from': { hits: 600, windowS: 15 * minuteS },
  // An opened report loads its pictures, too.
  'report-from': { hits: 600, windowS: 15 * minuteS },
  // Emails that ask an address whether it wants a report: per address, and per workspace.
  'report-email': { hits: 3, windowS: dayS },
  'report-emails': { hits: 40, windowS: dayS },
  // Everyone at a client's office reviews by the same link, and each decision is a request or two.
  review: { hits: 300, windowS: 15 * minuteS },
  'review-from': { hits: 600, windowS: 15 * minuteS },
  'review-pair': { hits: 5, windowS: 5 * minuteS },
  'review-words': { hits: 60, windowS: hourS },
  // Assistants in a cloud connect many people from one address.
  'app-registration-from': { hits: 60, windowS: hourS },
  'app-token-from': { hits: 600, windowS: 15 * minuteS },
  'form-from': { hits: 300, windowS: 15 * minuteS },
}

export type Purpose = keyof typeof throttles
