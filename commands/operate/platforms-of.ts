import type { PolicyFacts } from '../../web/privacy/policy-facts.ts'

/** The issuers of the connected accounts' authorizations, as a phrase. */
export const platformsOf = ({ issuers }: PolicyFacts): string =>
  issuers.map(({ label }) => label).join(' and ')
