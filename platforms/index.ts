import { createFacebook } from './facebook/index.ts'
import type { Issuer } from './grant.ts'
import { createMetaIssuer } from './graph/grant.ts'
import { metaPolicy } from './graph/policy.ts'
import { createInstagram } from './instagram/index.ts'
import type { Platform } from './platform.ts'
import type { IssuerPolicy } from './policy.ts'
import type { NotePressure } from './pressure.ts'
import type { IssuerConfigs } from './settings.ts'
import { createTiktok, createTiktokIssuer } from './tiktok/index.ts'
import { tiktokPolicy } from './tiktok/policy.ts'

/**
 * The platforms and issuers of this installation, by name, in the order in which pages list them.
 */
export type Registry = { platforms: Map<string, Platform>; issuers: Map<string, Issuer> }

/** What the privacy policy says about each issuer, even if its app isn't configured here. */
export const issuerPolicies: IssuerPolicy[] = [metaPolicy, tiktokPolicy]

/**
 * The registry: one line per platform and per issuer. Contains only those whose app is configured.
 * `now`: epoch milliseconds.
 */
export const createPlatforms = (
  { meta, tiktok }: IssuerConfigs,
  now: () => number = Date.now,
  notePressure?: NotePressure,
): Registry => {
  const graph = meta && { ...meta, notePressure }
  return {
    platforms: byName([graph && createFacebook(graph), graph && createInstagram(graph), tiktok && createTiktok(tiktok)]),
    issuers: byName([graph && createMetaIssuer(graph, now), tiktok && createTiktokIssuer(tiktok, now)]),
  }
}

const byName = <T extends { name: string }>(entries: (T | undefined)[]): Map<string, T> =>
  new Map(entries.filter((entry) => entry !== undefined).map((entry) => [entry.name, entry]))
