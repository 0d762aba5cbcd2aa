import type { Config } from '../config.ts'
import { createFacebook } from './facebook/index.ts'
import type { Issuer } from './grant.ts'
import { createMetaIssuer } from './graph/grant.ts'
import type { Heed } from './heed.ts'
import { createInstagram } from './instagram/index.ts'
import type { Platform } from './platform.ts'
import { createTiktok, createTiktokIssuer } from './tiktok/index.ts'

/** What this installation can connect and publish to; both by name, in the order in which pages list them. */
export type Registry = { platforms: Map<string, Platform>; issuers: Map<string, Issuer> }

/** The registry: one line per platform, one per issuer. A platform whose app is not configured is not in it. `now`: epoch milliseconds. */
export const createPlatforms = (
  { meta, tiktok }: Pick<Config, 'meta' | 'tiktok'>,
  now: () => number = Date.now,
  heed?: Heed,
): Registry => {
  const graph = meta && { ...meta, heed }
  return {
    platforms: byName([graph && createFacebook(graph), graph && createInstagram(graph), tiktok && createTiktok(tiktok)]),
    issuers: byName([graph && createMetaIssuer(graph, now), tiktok && createTiktokIssuer(tiktok, now)]),
  }
}

const byName = <T extends { name: string }>(entries: (T | undefined)[]): Map<string, T> =>
  new Map(entries.filter((entry) => entry !== undefined).map((entry) => [entry.name, entry]))
