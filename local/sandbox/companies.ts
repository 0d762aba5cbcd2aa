import type { Company } from './company.ts'
import { metaCompany } from './graph/app.ts'
import { tiktokCompany } from './tiktok/app.ts'

// The registry of the simulated companies. platforms.ts starts them, settings.ts has their limits.

export const companies = { meta: metaCompany, tiktok: tiktokCompany }

/** Null if the sandbox does not simulate this company. */
export const companyNamed = (name: string): Company<unknown> | null =>
  (companies as Record<string, Company<unknown>>)[name] ?? null

/** The tester's app at each company. */
export type Apps = { [Name in keyof typeof companies]: ReturnType<(typeof companies)[Name]['appOf']> }

/** The apps as the sandbox's environment describes them. */
export const appsOf = (env: NodeJS.ProcessEnv): Apps => ({
  meta: companies.meta.appOf(env),
  tiktok: companies.tiktok.appOf(env),
})
