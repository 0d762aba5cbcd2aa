import * as companies from './sandbox/companies.ts'
import type { Company } from './sandbox/company.ts'

/** What the sandbox says about the company that it simulates as this issuer. @throws if it has none */
export const simulationOf = (issuer: string): Company => {
  const company = Object.values(companies).find(({ name }) => name === issuer)
  if (!company)
    throw new Error(
      `The sandbox does not simulate ${issuer}: local/sandbox/companies.ts has no such line.`,
    )
  return company
}
