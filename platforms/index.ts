import type { Issuer } from './grant.ts'
import type { CreateIssuer, IssuerModule } from './issuer-module.ts'
import * as modules from './issuers.ts'
import type { Platform } from './platform.ts'
import type { IssuerPolicy } from './policy.ts'
import type { NotePressure } from './pressure.ts'

/** All issuers that CrateSocial knows, by name. */
export const issuerModules: IssuerModule[] = Object.values(modules)

/** An issuer that this installation knows. `create` is undefined if its app is not configured. */
export type InstalledIssuer = { policy: IssuerPolicy; create: CreateIssuer | undefined }

/** The platforms and issuers of this installation whose app is configured, by name. */
export type Registry = { platforms: Map<string, Platform>; issuers: Map<string, Issuer> }

/** `now`: epoch milliseconds. */
export const createPlatforms = (
  { issuers }: { issuers: InstalledIssuer[] },
  now: () => number = Date.now,
  notePressure?: NotePressure,
): Registry => {
  const created = issuers.flatMap(({ create }) => create?.({ now, notePressure }) ?? [])
  return {
    platforms: byName(created.flatMap(({ platforms }) => platforms)),
    issuers: byName(created.map(({ issuer }) => issuer)),
  }
}

const byName = <T extends { name: string }>(entries: T[]): Map<string, T> =>
  new Map(entries.map((entry) => [entry.name, entry]))
